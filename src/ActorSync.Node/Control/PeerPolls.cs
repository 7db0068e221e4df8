using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Node.Configuration;

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
        var status = await node.StatusAsync(cancellation);
        var known = status.Peers.Any(one => Names(one, peer));
        if (!known)
        {
            // A name that is no endpoint cannot be reached: only a peer that was met has one.
            if (!Endpoints.ParsePeer(peer).TryGet(out _, out var error))
                return new SyncError(error.Kind, $"no peer {peer} is known, and {error.Message}");
            if ((await node.ConnectAsync(peer, cancellation)).Error is { } unreachable)
            {
                await node.DisconnectAsync(peer, CancellationToken.None);
                return unreachable;
            }
        }
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

    /// <summary>Whether that is a name of the peer: its endpoint, with or without the transport's name, or the first digits of its node id.</summary>
    public static bool Names(PeerStatus peer, string name) =>
        peer.Endpoint == name ||
        peer.Endpoint.EndsWith($"://{name}", StringComparison.Ordinal) ||
        (name.Length >= GraphName.FewestDigits && peer.Node?.StartsWith(name, StringComparison.OrdinalIgnoreCase) is true);

    private sealed class Relay(IProgress<SyncProgress> progress) : IProgress<PollProgress>
    {
        public void Report(PollProgress value) => progress.Report(new SyncProgress(value.Received, value.Left));
    }
}
