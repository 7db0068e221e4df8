using System.CommandLine;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary>Polls peers for what is missing of graphs that were repaired, until one has sent all that it holds.</summary>
internal static class StoreFetching
{
    /// <summary>The findings, with what came of each graph that was set aside, or of which something is known to be missing.</summary>
    public static async Task<List<StoreFinding>> RunAsync(
        CliContext context, CommonOptions options, ParseResult parse, List<StoreFinding> findings, string[] peers, CancellationToken stop)
    {
        if (!findings.Any(IsMissing))
            return findings;
        var told = new List<StoreFinding>();
        await context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            foreach (var finding in findings)
                told.Add(IsMissing(finding) ? finding with { Fetched = await FetchAsync(context, control, finding.Graph!, peers, stop) } : finding);
            return ExitCodes.Ok;
        }, stop);
        // A store that could not be opened was told of already.
        return told.Count == findings.Count ? told : [.. findings.Select(finding => IsMissing(finding) ? finding with { Fetched = new StoreFetch(peers[0], 0, false, "the store could not be opened") } : finding)];
    }

    private static bool IsMissing(StoreFinding finding) => finding is { Graph: not null } and ({ SetAside: not null } or { MissingAtLeast: > 0 } or { Loss: not null });

    private static async Task<StoreFetch> FetchAsync(CliContext context, INodeControl control, string graph, string[] peers, CancellationToken stop)
    {
        var (came, why) = (0L, "");
        foreach (var peer in peers)
        {
            var line = new ProgressLine(context.Output, $"polling {peer}", "commands", context.Time);
            var result = await control.SyncAsync(new SyncRequest(peer, graph), new ProgressTo<SyncProgress>(progress => line.Report(progress.Received, progress.Received + progress.Left)), stop);
            line.End();
            if (result.TryGet(out var report, out var error))
            {
                came += report.Added;
                if (report.Complete)
                    return new StoreFetch(peer, came, true, null);
            }
            why = error?.Message ?? "the answer was cut short, or the policy lets not all of it in";
        }
        return new StoreFetch(peers[^1], came, false, why);
    }
}
