using System.Diagnostics;
using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>One poll of one peer, over the link that is there or one made for it.</summary>
internal static class PeerPolls
{
    public static async Task<Result<SyncReport>> PollOnceAsync(
        ISyncNode node, SyncRequest request, GraphId graph, IProgress<SyncProgress> progress, CancellationToken cancellation)
    {
        if (request.MaxBytes < 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the byte limit of a poll is at least 0 (none), not {request.MaxBytes}");
        var began = Stopwatch.GetTimestamp();
        var peer = request.Peer;
        var known = await PeerLinks.IsKnownAsync(node, peer, cancellation);
        if (!known && (await PeerLinks.ConnectAsync(node, new PeerRequest(peer), cancellation)).Error is { } unreachable)
            return unreachable;
        try
        {
            var options = new PollOptions { MaxBytes = request.MaxBytes, Progress = new Relay(progress) };
            if (!(await node.PollAsync(peer, graph, options, cancellation)).TryGet(out var outcome, out var error))
                return error;
            return new SyncReport(
                peer, graph.ToString(), outcome.Level, outcome.Received, outcome.Added, outcome.Remaining, outcome.RoundTrips,
                Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        finally
        {
            if (!known)
                await node.DisconnectAsync(peer, CancellationToken.None);
        }
    }

    private sealed class Relay(IProgress<SyncProgress> progress) : IProgress<PollProgress>
    {
        public void Report(PollProgress value) => progress.Report(new SyncProgress(value.Received, value.Left));
    }
}
