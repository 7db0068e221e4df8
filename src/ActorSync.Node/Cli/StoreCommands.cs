using System.CommandLine;
using System.Globalization;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Hosting;
using ActorSync.Node.Output;
using ActorSync.Storage;
using Command = System.CommandLine.Command;

namespace ActorSync.Node.Cli;

/// <summary>
/// <c>actorsync store verify</c> and <c>actorsync store repair</c>: the files of a store that no process holds, from their
/// first byte to their last; also of graphs and states that a node cannot open.
/// </summary>
internal static class StoreCommands
{
    private static readonly string[] GraphColumns = ["graph", "records", "commands", "bytes", "torn-bytes", "kept", "missing-at-least", "waiting", "set-aside", "damage"];
    private static readonly string[] StateColumns = ["state", "records", "entries", "bytes", "torn-bytes", "kept", "set-aside", "damage"];

    public static Command Verify(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("verify", "Check every byte of every graph and shared state, and change nothing; exit code 1 if anything is damaged.") { json };
        command.SetAction(async (parse, stop) =>
        {
            if (!(await LookAsync(context, options, parse, StoreRepair.VerifyAsync, stop)).TryGet(out var report, out var error))
                return context.Fail(error);
            Print(context, FindingsOf(report), parse.GetValue(json));
            return report.Graphs.All(graph => graph.IsSound) && report.States.All(state => state.IsSound) ? ExitCodes.Ok : ExitCodes.Failure;
        });
        return command;
    }

    public static Command Repair(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var peers = new Option<string[]>("--peer", "-p") { Description = "A peer to poll at once for what is missing of the graphs; may be given more than once, the first that has all is enough.", HelpName = "HOST:PORT" };
        var command = new Command(
            "repair", "Set damaged graphs and shared states aside and keep what can be read of them; peers send the rest again. Exit code 1 as long as something is missing, or it is not known whether.")
        {
            json, peers,
        };
        command.SetAction(async (parse, stop) =>
        {
            if (!(await LookAsync(context, options, parse, StoreRepair.RepairAsync, stop)).TryGet(out var report, out var error))
                return context.Fail(error);
            var findings = FindingsOf(report);
            if (parse.GetValue(peers) is { Length: > 0 } named)
            {
                findings = await StoreFetching.RunAsync(context, options, parse, findings, named, stop);
                // What came may be what intact commands have waited for.
                if (!(await ReturnAsync(context, options, parse, findings, stop)).TryGet(out findings, out error))
                    return context.Fail(error);
            }
            Print(context, findings, parse.GetValue(json));
            foreach (var finding in findings.Where(finding => finding.SetAside is not null || finding.MissingAtLeast > 0 || finding.Returned > 0))
                context.Output.Fail(Tell(finding));
            return findings.All(IsWell) ? ExitCodes.Ok : ExitCodes.Failure;
        });
        return command;
    }

    private delegate Task<Result<StoreReport>> Work(
        StoreSettings settings, ICommandIdentity? identity, IFileSystem? files, IProgress<RepairProgress>? progress, CancellationToken cancellation);

    private static async Task<Result<StoreReport>> LookAsync(CliContext context, CommonOptions options, ParseResult parse, Work work, CancellationToken stop)
    {
        if (!options.Settings(parse).TryGet(out var settings, out var error))
            return error;
        var progress = new Progress(context);
        var result = await Task.Run(() => work(NodeComposition.StoreSettingsOf(settings), null, null, progress, stop), stop);
        progress.End();
        return result;
    }

    private static async Task<Result<List<StoreFinding>>> ReturnAsync(CliContext context, CommonOptions options, ParseResult parse, List<StoreFinding> findings, CancellationToken stop)
    {
        var fetched = new HashSet<GraphId>();
        foreach (var finding in findings)
        {
            if (finding.Fetched is not null && GraphId.TryParse(finding.Graph, out var graph))
                fetched.Add(graph);
        }
        if (fetched.Count == 0)
            return findings;
        Work work = (settings, identity, files, progress, cancellation) => StoreRepair.ReturnAsync(settings, fetched, identity, files, progress, cancellation);
        if (!(await LookAsync(context, options, parse, work, stop)).TryGet(out var report, out var error))
            return error;
        var after = report.Graphs.ToDictionary(graph => graph.Found.Graph.ToString());
        return findings.ConvertAll(finding => finding.Fetched is not null && after.TryGetValue(finding.Graph!, out var found) ? finding.After(found) : finding);
    }

    private static List<StoreFinding> FindingsOf(StoreReport report) =>
        [.. report.Graphs.Select(StoreFinding.Of), .. report.States.Select(StoreFinding.Of)];

    private static void Print(CliContext context, List<StoreFinding> findings, bool json)
    {
        if (json)
        {
            context.Output.Json(findings, ControlJson.Page.IReadOnlyListStoreFinding);
            return;
        }
        if (findings.Where(finding => finding.State is null).ToList() is { Count: > 0 } graphs)
            context.Output.Table(GraphColumns, graphs.Select(graph => Row(context.Output.Id(graph.Graph!), graph.Commands, graph, Number(graph.MissingAtLeast), Number(graph.Waiting))));
        if (findings.Where(finding => finding.State is not null).ToList() is { Count: > 0 } states)
            context.Output.Table(StateColumns, states.Select(state => Row(state.State!, state.Entries, state)));
    }

    private static IReadOnlyList<string> Row(string name, long? items, StoreFinding finding, params string[] missing) =>
    [
        name,
        Number(finding.Records),
        Number(items),
        Number(finding.Bytes),
        Number(finding.TornBytes),
        Number(finding.Kept),
        .. missing,
        finding.SetAside ?? "none",
        finding.Damage ?? "none",
    ];

    // A script must see that something is lost, and also that nobody can tell whether.
    private static bool IsWell(StoreFinding finding) =>
        finding is { Waiting: null or 0, MissingAtLeast: null or 0 } && (finding.SetAside is null ? finding.Fetched is null or { Complete: true } : finding.Fetched is { Complete: true });

    // What happened to a replica that was repaired, in a sentence.
    private static string Tell(StoreFinding finding)
    {
        var lost = finding.LostEnd ? $"what stood behind byte {finding.Offset} of {finding.File} is lost here" : "what was damaged is lost here";
        if (finding.State is { } state)
            return $"state {state}: {finding.Kept} entries are kept, {lost}; when the node runs, its pulls bring what peers hold; a key that no peer has keeps the newest value that could be read";
        var missing = finding.MissingAtLeast > 0 ? $", at least {finding.MissingAtLeast} commands" : ", how many commands is not known";
        var fetched = finding.Fetched switch
        {
            null => "a peer sends it when the node runs, or at once with --peer HOST:PORT; what no peer holds is gone",
            { Error: { } error } => $"{finding.Fetched.Commands} commands came from {finding.Fetched.Peer}, and not all: {error}",
            _ => $"{finding.Fetched.Commands} commands came from {finding.Fetched.Peer}, all that it holds",
        };
        var returned = finding.Returned > 0 ? $"; {finding.Returned} intact commands of what was set aside are back" : "";
        var waiting = finding.Waiting > 0
            ? $"; {finding.Waiting} intact commands wait for their priors: repair again with a peer that has them, or delete {string.Join(" and ", finding.Aside ?? [])} to give them up"
            : "";
        return finding.SetAside is null
            ? $"graph {finding.Graph}: what was set aside by an earlier repair: at least {finding.MissingAtLeast} commands are missing{returned}{waiting}"
            : $"graph {finding.Graph}: {finding.Kept} commands are kept, {lost}{missing}; {fetched}{returned}{waiting}";
    }

    // A line for each replica that takes its time.
    private sealed class Progress(CliContext context) : IProgress<RepairProgress>
    {
        private ProgressLine? _line;
        private string? _what;

        public void Report(RepairProgress value)
        {
            if (_line is null || _what != value.What)
            {
                End();
                _what = value.What;
                _line = new ProgressLine(context.Output, $"reading {_what}", "bytes", context.Time);
            }
            _line.Report(value.Verified.DoneBytes, value.Verified.TotalBytes);
        }

        public void End() => _line?.End();
    }

    private static string Number(long? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
