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
        // A peer that is linked is polled over its link; any other gets one for the time of the poll.
        var linked = (await node.StatusAsync(cancellation)).Peers.FirstOrDefault(one => Names(one, request.Peer));
        // One whose link is being made again is dialed at once.
        if (linked is { State: not "connected", Dialed: [var dialed, ..] })
            return await PollAsync(dialed);
        if (linked is not null)
            return await PollAsync(linked.Node ?? linked.Endpoint);
        if (!Endpoints.ParsePeer(request.Peer).TryGet(out var endpoint, out var error))
            return new SyncError(error.Kind, $"no peer {request.Peer} is linked, and {error.Message}");
        try
        {
            return await node.ConnectAsync(endpoint.ToString(), cancellation) is { Error: { } unreachable } ? unreachable : await PollAsync(endpoint.ToString());
        }
        finally
        {
            await node.DisconnectAsync(endpoint.ToString(), CancellationToken.None);
        }

        async Task<Result<SyncReport>> PollAsync(string peer)
        {
            var options = new PollOptions { MaxBytes = request.MaxBytes, Progress = new Relay(progress) };
            if (!(await node.PollAsync(peer, graph, options, cancellation)).TryGet(out var outcome, out var failed))
                return failed;
            return new SyncReport(
                peer, graph.ToString(), !outcome.Remaining && outcome.Rejected == 0, outcome.Level, outcome.Received, outcome.Added, outcome.Remaining, outcome.RoundTrips,
                Stopwatch.GetElapsedTime(began).TotalSeconds, outcome.Rejected);
        }
    }

    /// <summary>The endpoint that people know the peer by: where it is dialed, and else the other end of its link.</summary>
    public static string NameOf(PeerStatus peer) => peer.Dialed is [var dialed, ..] ? dialed : peer.Endpoint;

    /// <summary>
    /// Whether that is a name of the peer: an endpoint of it, with or without the transport's name, or the first digits of
    /// its node id. Where it is dialed names it as well while a link is used that the peer made.
    /// </summary>
    public static bool Names(PeerStatus peer, string name) =>
        peer.Dialed.Append(peer.Endpoint).Any(endpoint => endpoint == name || endpoint.EndsWith($"://{name}", StringComparison.Ordinal)) ||
        (name.Length >= GraphName.FewestDigits && peer.Node?.StartsWith(name, StringComparison.OrdinalIgnoreCase) is true);

    private sealed class Relay(IProgress<SyncProgress> progress) : IProgress<PollProgress>
    {
        public void Report(PollProgress value) => progress.Report(new SyncProgress(value.Received, value.Left));
    }
}
