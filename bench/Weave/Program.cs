using System.Globalization;
using ActorSync.Bench;

var json = args.Contains("--json");
var given = args.Where(arg => arg != "--json").ToArray();
var sizes = given.Skip(1).Select(arg => int.TryParse(arg, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0).ToArray();
if (sizes.Contains(0))
    return Usage();
var report = new Report(json);
switch (given.FirstOrDefault())
{
    case "linear" when sizes.Length <= 2:
        return await Linear.RunAsync(report, Size(0, 1_000_000), Size(1, 1_000));
    case "off-root" when sizes.Length <= 2:
        return await OffRoot.RunAsync(report, Size(0, 1_000_000), Size(1, 10_000));
    case "diverged" when sizes.Length <= 3:
        return await Diverged.RunAsync(report, Size(0, 100_000), Size(1, 100), Size(2, 1_000));
    case "reopen" when sizes.Length <= 2:
        return await Reopen.RunAsync(report, Size(0, 1_000_000), Size(1, 1_000));
    default:
        return Usage();
}

int Size(int at, int otherwise) => at < sizes.Length ? sizes[at] : otherwise;

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run --project bench/Weave -c Release -- WHAT [--json]
          linear [COMMITS [KEYS]]             commits at the tip of one writer's graph: the last tenth against the first (1000000, 1000)
          off-root [COMMANDS [COMMITS]]       one command of the highest priority off the root, then commits at the tip, with it and without (1000000, 10000)
          diverged [COMMANDS [BATCH [KEYS]]]  as many commands again of another writer, from the root, in batches (100000, 100, 1000);
                                              where each batch outranks what is here and keys are few, a fifth of the commands
          reopen [COMMANDS [KEYS]]            a graph in a durable store is opened, from its snapshot of facts and by evaluating it (1000000, 1000)
        exit code 1: a bar is missed
        """);
    return 2;
}
