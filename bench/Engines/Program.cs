using System.Globalization;
using ActorSync.Bench.Engines;

return args switch
{
    ["compare", var one, var other] => Compare(one, other),
    _ when Options.Parse(args) is { } options => await RunAsync(options),
    _ => Usage(),
};

static async Task<int> RunAsync(Options options)
{
    var sheet = new Sheet(ActorSync.Actors.EngineInfo.Name);
    foreach (var rows in (Func<Options, IAsyncEnumerable<Row>>[])[Tells.RunAsync, Asks.RunAsync, Pushes.RunAsync, CatchUps.RunAsync])
    {
        await foreach (var row in rows(options))
            sheet.Rows.Add(row);
    }
    sheet.Print();
    sheet.Write(options.Out);
    return 0;
}

static int Compare(string one, string other)
{
    if (Sheet.Read(one) is not { } first || Sheet.Read(other) is not { } second)
        return 1;
    Sheet.Compare(first, second);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: [ActorEngine=Akka] dotnet run --project bench/Engines -c Release -- WHAT
          run [--out FILE] [--runs N] [--quick]    measures the engine of this build, prints a table, writes it (engines.json, 5 runs)
          compare A.json B.json                    prints what two builds measured, and B divided by A
        """);
    return 2;
}

namespace ActorSync.Bench.Engines
{
    /// <summary>What is measured, how often, and where it is written.</summary>
    /// <param name="Out">The file.</param>
    /// <param name="Runs">Runs after one that warms up.</param>
    /// <param name="Scale">By how much the work of a run is divided.</param>
    internal sealed record Options(string Out, int Runs, int Scale)
    {
        public static Options? Parse(string[] words)
        {
            var options = new Options("engines.json", 5, 1);
            var rest = words is ["run", .. var after] ? after : null;
            while (rest is not (null or []))
            {
                (options, rest) = rest switch
                {
                    ["--quick", .. var more] => (options with { Runs = 1, Scale = 50 }, more),
                    ["--out", var file, .. var more] => (options with { Out = file }, more),
                    ["--runs", var runs, .. var more] when int.TryParse(runs, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => (options with { Runs = count }, more),
                    _ => (options, null),
                };
            }
            return rest is null ? null : options;
        }
    }
}
