using System.Globalization;
using ActorSync.Bench.SideBySide.Harness;

namespace ActorSync.Bench.SideBySide;

/// <summary>What is measured, and how much of it.</summary>
internal sealed record Options
{
    public static readonly string Usage = $"""
        usage: dotnet run --project bench/SideBySide -c Release -- [OPTIONS]
          --rows NAME,...    only these: {string.Join(", ", Rows.Scene.All.Select(scene => scene.Name))}
          --runs N           so many runs, of which the median stands in the table (5)
          --quick            a minute, small, without peers: shows that it all works, and no times worth a thing
          --commands N       commands of a catch-up beside peers (100000)
          --many N           commands of a catch-up of ours alone (1000000)
          --folder PATH      where the stores are made, on the disk that is to be measured (the system's temporary folder)
          --out FILE         where the figures go (side-by-side.json)
        The bars are for two cores: taskset -c 0,1 dotnet run ...
        """;

    public IReadOnlyList<string> Names { get; init; } = [.. Rows.Scene.All.Select(scene => scene.Name)];

    public int Runs { get; init; } = 5;

    public bool Quick { get; init; }

    public int Commands { get; init; } = 100_000;

    public int Many { get; init; } = 1_000_000;

    /// <summary>Commands that are pushed one by one in each run.</summary>
    public int Pushes { get; init; } = 500;

    /// <summary>Subscribers of one commit.</summary>
    public int Subscribers { get; init; } = 128;

    /// <summary>Connections of the gateway, and peers on each.</summary>
    public int Connections { get; init; } = 100;

    /// <summary>Seconds that idle subscriptions are watched.</summary>
    public int IdleSeconds { get; init; } = 20;

    /// <summary>Local actions of one writer in each run.</summary>
    public int Actions { get; init; } = 2000;

    public string? Folder { get; init; }

    public string Output { get; init; } = "side-by-side.json";

    /// <exception cref="BenchException">A word is none of these.</exception>
    public static Options Parse(string[] words)
    {
        var (options, at) = (new Options(), 0);
        for (; at < words.Length; at++)
        {
            options = words[at] switch
            {
                "--quick" => options with { Quick = true, Runs = 1, Commands = 5_000, Many = 20_000, Pushes = 50, Subscribers = 16, Connections = 10, IdleSeconds = 2, Actions = 200 },
                "--rows" => options with { Names = Known(Next().Split(',')) },
                "--runs" => options with { Runs = Count(Next()) },
                "--commands" => options with { Commands = Count(Next()) },
                "--many" => options with { Many = Count(Next()) },
                "--folder" => options with { Folder = Next() },
                "--out" => options with { Output = Next() },
                var other => throw new BenchException($"{other} is no option"),
            };
        }
        return options;

        string Next() => ++at < words.Length ? words[at] : throw new BenchException($"{words[at - 1]} needs a value");
    }

    private static int Count(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : throw new BenchException($"{word} is not a number of things");

    private static string[] Known(string[] names) =>
        names.FirstOrDefault(name => Rows.Scene.All.All(scene => scene.Name != name)) is { } unknown ? throw new BenchException($"there is no row {unknown}") : names;
}
