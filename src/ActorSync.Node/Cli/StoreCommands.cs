using System.CommandLine;
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
    public static Command Verify(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("verify", "Check every byte of every graph and shared state, and change nothing; exit code 1 if anything is damaged, missing or waits, or was lost and is not known to be back.") { json };
        command.SetAction(async (parse, stop) =>
        {
            if (!(await LookAsync(context, options, parse, StoreRepair.VerifyAsync, stop)).TryGet(out var report, out var error))
                return context.Fail(error);
            return Print(context, FindingsOf(report), parse.GetValue(json));
        });
        return command;
    }

    public static Command Repair(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var peers = new Option<string[]>("--peer", "-p") { Description = "A peer to poll at once for what is missing of the graphs; may be given more than once, the first that has all is enough.", HelpName = "HOST:PORT" };
        var accept = new Option<bool>("--accept") { Description = "Give up what is still missing, waiting or lost after that: it is not told any more." };
        var command = new Command(
            "repair", "Set damaged graphs and shared states aside and keep what can be read of them; peers send the rest again. Exit code 1 as long as something is missing, or it is not known whether.")
        {
            json, peers, accept,
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
            foreach (var finding in findings.Where(IsTold))
                context.Output.Fail(StoreTelling.Tell(finding));
            if (parse.GetValue(accept))
            {
                if (!(await LookAsync(context, options, parse, StoreRepair.AcceptAsync, stop)).TryGet(out report, out error))
                    return context.Fail(error);
                findings = FindingsOf(report);
            }
            return Print(context, findings, parse.GetValue(json));
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
        var (fetched, whole) = (new HashSet<GraphId>(), new HashSet<GraphId>());
        foreach (var finding in findings)
        {
            if (finding.Fetched is null || !GraphId.TryParse(finding.Graph, out var graph))
                continue;
            fetched.Add(graph);
            if (finding.Fetched.Complete)
                whole.Add(graph);
        }
        if (fetched.Count == 0)
            return findings;
        Work work = (settings, identity, files, progress, cancellation) => StoreRepair.ReturnAsync(settings, fetched, whole, identity, files, progress, cancellation);
        if (!(await LookAsync(context, options, parse, work, stop)).TryGet(out var report, out var error))
            return error;
        var after = report.Graphs.ToDictionary(graph => graph.Found.Graph.ToString());
        return findings.ConvertAll(finding => finding.Fetched is not null && after.TryGetValue(finding.Graph!, out var found) ? finding.After(found) : finding);
    }

    private static List<StoreFinding> FindingsOf(StoreReport report) =>
        [.. report.Files.Select(StoreFinding.Of), .. report.Graphs.Select(StoreFinding.Of), .. report.States.Select(StoreFinding.Of)];

    // What is in order without a repair is in the table alone.
    private static bool IsTold(StoreFinding finding) =>
        !finding.Well || finding.SetAside is not null || finding.Returned > 0 || finding.Repaired is not null || finding.Fetched is not null;

    // A script must see that something is lost, and also that nobody can tell whether: the exit code is the same however often
    // one looks.
    private static int Print(CliContext context, List<StoreFinding> findings, bool json)
    {
        if (json)
            context.Output.Json(findings, ControlJson.Page.IReadOnlyListStoreFinding);
        else
            StoreTelling.Print(context.Output, findings);
        return findings.TrueForAll(finding => finding.Well) ? ExitCodes.Ok : ExitCodes.Failure;
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
}
