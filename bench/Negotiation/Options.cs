using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorSync.Bench.Negotiation;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    private static readonly Dictionary<string, Func<Pair, Measured>> All = new()
    {
        ["samples"] = pair => new Samples(pair).Run(),
        ["filters"] = Filters.Run,
        ["ranges"] = Ranges.Run,
    };

    public int Common { get; private init; } = 1_000_000;

    public bool Json { get; private init; }

    public IReadOnlyList<Func<Pair, Measured>> Methods { get; private init; } = [.. All.Values];

    public static bool TryParse(string[] args, [NotNullWhen(true)] out Options? options)
    {
        options = new Options();
        for (var i = 0; i < args.Length; i++)
        {
            options = (args[i], i + 1 < args.Length ? args[i + 1] : "") switch
            {
                ("--json", _) => options with { Json = true },
                ("--common", var text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var common) && common is >= Scenes.Smallest and <= 10_000_000 => options with { Common = common },
                ("--only", var name) when All.TryGetValue(name, out var method) => options with { Methods = [method] },
                _ => null,
            };
            if (options is null)
                return false;
            i += args[i] == "--json" ? 0 : 1;
        }
        return true;
    }
}
