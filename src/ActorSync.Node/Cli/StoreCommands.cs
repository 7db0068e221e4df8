using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.Node.Hosting;
using ActorSync.Node.Output;
using ActorSync.Storage;

namespace ActorSync.Node.Cli;

/// <summary>
/// <c>actorsync store verify</c> and <c>actorsync store repair</c>: the files of a store that no process holds, from their
/// first byte to their last; also of graphs and states that a node cannot open.
/// </summary>
internal static class StoreCommands
{
    private static readonly string[] GraphColumns = ["graph", "records", "commands", "bytes", "torn-bytes", "kept", "missing-at-least", "set-aside", "damage"];
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
            "repair", "Set damaged graphs and shared states aside and keep what can be read of them; peers send the rest again. Exit code 1 if nothing of one could be kept, or a peer that was named does not send it.")
        {
            json, peers,
        };
        command.SetAction(async (parse, stop) =>
        {
            if (!(await LookAsync(context, options, parse, StoreRepair.RepairAsync, stop)).TryGet(out var report, out var error))
                return context.Fail(error);
            var findings = FindingsOf(report);
            if (parse.GetValue(peers) is { Length: > 0 } named)
                findings = await StoreFetching.RunAsync(context, options, parse, findings, named, stop);
            Print(context, findings, parse.GetValue(json));
            foreach (var finding in findings.Where(finding => finding.SetAside is not null))
                context.Output.Fail(Tell(finding));
            return findings.All(IsWell) ? ExitCodes.Ok : ExitCodes.Failure;
        });
        return command;
    }

    private delegate Task<Result<StoreReport>> Work(
        StoreSettings settings, Graphs.ICommandIdentity? identity, IFileSystem? files, IProgress<RepairProgress>? progress, CancellationToken cancellation);

    private static async Task<Result<StoreReport>> LookAsync(CliContext context, CommonOptions options, ParseResult parse, Work work, CancellationToken stop)
    {
        if (!options.Settings(parse).TryGet(out var settings, out var error))
            return error;
        var progress = new Progress(context);
        var result = await Task.Run(() => work(NodeComposition.StoreSettingsOf(settings), null, null, progress, stop), stop);
        progress.End();
        return result;
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
            context.Output.Table(GraphColumns, graphs.Select(graph => Row(context.Output.Id(graph.Graph!), graph.Commands, graph, Number(graph.MissingAtLeast))));
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

    // What was set aside and is not there any more: a state's next pull brings it, a graph's next poll.
    private static bool IsWell(StoreFinding finding) =>
        finding.SetAside is null || (finding.Fetched is { } fetched ? fetched.Complete : finding.Kept > 0);

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
        return $"graph {finding.Graph}: {finding.Kept} commands are kept, {lost}{missing}; {fetched}";
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
