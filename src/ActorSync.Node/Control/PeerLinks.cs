using ActorSync.Graphs;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.Control;

/// <summary>Links that are kept to peers, and the subscriptions held over them, as the control socket asks for them.</summary>
internal static class PeerLinks
{
    /// <summary>The link is made again whenever it breaks. On an error none is kept.</summary>
    public static async Task<Result<PeerLinked>> ConnectAsync(ISyncNode node, PeerRequest request, CancellationToken cancellation)
    {
        // A name that is no endpoint cannot be reached: only a peer that was met has one.
        if (!Endpoints.ParsePeer(request.Peer).TryGet(out _, out var error))
            return new SyncError(error.Kind, $"no peer {request.Peer} is known, and {error.Message}");
        var known = await IsKnownAsync(node, request.Peer, cancellation);
        if ((await node.ConnectAsync(request.Peer, cancellation)).TryGet(out var met, out error))
            return new PeerLinked(request.Peer, met.ToString());
        if (!known)
            await node.DisconnectAsync(request.Peer, CancellationToken.None);
        return error;
    }

    public static async Task<Result<PeerRequest>> DisconnectAsync(ISyncNode node, PeerRequest request, CancellationToken cancellation) =>
        await node.DisconnectAsync(request.Peer, cancellation) is { } error ? error : request;

    /// <summary>On an error neither the subscription nor a link made for it is kept.</summary>
    public static async Task<Result<PeerGraph>> SubscribeAsync(ISyncNode node, PeerGraph request, CancellationToken cancellation)
    {
        if (!GraphId.TryParse(request.Graph, out var graph))
            return GraphName.Invalid(request.Graph);
        var known = await IsKnownAsync(node, request.Peer, cancellation);
        if (!known && (await ConnectAsync(node, new PeerRequest(request.Peer), cancellation)).Error is { } unreachable)
            return unreachable;
        if (await node.SubscribeAsync(request.Peer, graph, cancellation) is not { } error)
            return request;
        await node.UnsubscribeAsync(request.Peer, graph, CancellationToken.None);
        if (!known)
            await node.DisconnectAsync(request.Peer, CancellationToken.None);
        return error;
    }

    public static async Task<Result<PeerGraph>> UnsubscribeAsync(ISyncNode node, PeerGraph request, CancellationToken cancellation)
    {
        if (!GraphId.TryParse(request.Graph, out var graph))
            return GraphName.Invalid(request.Graph);
        // An endpoint that is not linked is not dialed only to say that nothing is wanted of it.
        if (!await IsKnownAsync(node, request.Peer, cancellation))
            return new SyncError(SyncErrorKind.Unreachable, $"there is no peer {request.Peer}: see actorsync status");
        return await node.UnsubscribeAsync(request.Peer, graph, cancellation) is { } error ? error : request;
    }

    /// <summary>Whether a link to the peer is kept already, or the peer made one.</summary>
    public static async Task<bool> IsKnownAsync(ISyncNode node, string peer, CancellationToken cancellation) =>
        (await node.StatusAsync(cancellation)).Peers.Any(one => Names(one, peer));

    /// <summary>Whether that is a name of the peer: its endpoint, with or without the transport's name, or the first digits of its node id.</summary>
    public static bool Names(PeerStatus peer, string name) =>
        peer.Endpoint == name ||
        peer.Endpoint.EndsWith($"://{name}", StringComparison.Ordinal) ||
        (name.Length >= GraphName.FewestDigits && peer.Node?.StartsWith(name, StringComparison.OrdinalIgnoreCase) is true);
}
