using ActorSync.Graphs;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.Control;

/// <summary>Links that are kept to peers, and the subscriptions and hellos held over them, as the control socket asks for them.</summary>
internal static class PeerLinks
{
    /// <summary>The link is made again whenever it breaks. On an error none is kept that was not there before.</summary>
    public static async Task<Result<PeerLinked>> ConnectAsync(ISyncNode node, PeerRequest request, CancellationToken cancellation)
    {
        if (!Endpoints.ParsePeer(request.Peer).TryGet(out var endpoint, out var error))
            return error;
        var linked = await FindAsync(node, request.Peer, cancellation);
        if ((await node.ConnectAsync(endpoint.ToString(), cancellation)).TryGet(out var met, out error))
            return new PeerLinked(request.Peer, met.ToString());
        if (linked is null)
            await node.DisconnectAsync(endpoint.ToString(), CancellationToken.None);
        return error;
    }

    public static async Task<Result<PeerRequest>> DisconnectAsync(ISyncNode node, PeerRequest request, CancellationToken cancellation)
    {
        var peer = Endpoints.ParsePeer(request.Peer).TryGet(out var endpoint, out _) ? endpoint.ToString() : request.Peer;
        return await node.DisconnectAsync(peer, cancellation) is { } error ? error : request;
    }

    /// <summary>A peer that is not linked is linked first. On an error neither the subscription nor such a link is kept.</summary>
    public static Task<Result<PeerGraph>> SubscribeAsync(ISyncNode node, PeerGraph request, CancellationToken cancellation) => HoldAsync(
        node, request, (peer, graph) => node.SubscribeAsync(peer, graph, cancellation), (peer, graph) => node.UnsubscribeAsync(peer, graph, CancellationToken.None), cancellation);

    public static Task<Result<PeerGraph>> UnsubscribeAsync(ISyncNode node, PeerGraph request, CancellationToken cancellation) =>
        EndAsync(node, request, (peer, graph) => node.UnsubscribeAsync(peer, graph, cancellation), cancellation);

    /// <summary>A peer that is not linked is linked first. On an error neither the hello nor such a link is kept.</summary>
    public static Task<Result<PeerGraph>> HelloAsync(ISyncNode node, HelloRequest request, CancellationToken cancellation)
    {
        HelloOptions options;
        try
        {
            options = new HelloOptions
            {
                ChangeDelay = Seconds(request.ChangeDelaySeconds),
                Duration = Seconds(request.DurationSeconds),
                ScheduleDelay = Seconds(request.ScheduleDelaySeconds),
            };
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            return Task.FromResult<Result<PeerGraph>>(new SyncError(SyncErrorKind.InvalidRequest, $"a time of the hello cannot be: {e.Message}"));
        }
        return HoldAsync(
            node,
            new PeerGraph(request.Peer, request.Graph),
            (peer, graph) => node.HelloAsync(peer, graph, options, cancellation),
            (peer, graph) => node.StopHelloAsync(peer, graph, CancellationToken.None),
            cancellation);
    }

    public static Task<Result<PeerGraph>> StopHelloAsync(ISyncNode node, PeerGraph request, CancellationToken cancellation) =>
        EndAsync(node, request, (peer, graph) => node.StopHelloAsync(peer, graph, cancellation), cancellation);

    private static TimeSpan? Seconds(double? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;

    private static async Task<Result<PeerGraph>> HoldAsync(
        ISyncNode node, PeerGraph request, Func<string, GraphId, Task<SyncError?>> begin, Func<string, GraphId, Task<SyncError?>> end, CancellationToken cancellation)
    {
        if (!GraphId.TryParse(request.Graph, out var graph))
            return GraphName.Invalid(request.Graph);
        var linked = await FindAsync(node, request.Peer, cancellation);
        if (linked is null && (await ConnectAsync(node, new PeerRequest(request.Peer), cancellation)).Error is { } unreachable)
            return unreachable;
        var peer = linked ?? Endpoints.ParsePeer(request.Peer).Value.ToString();
        if (await begin(peer, graph) is not { } error)
            return request;
        await end(peer, graph);
        if (linked is null)
            await node.DisconnectAsync(peer, CancellationToken.None);
        return error;
    }

    private static async Task<Result<PeerGraph>> EndAsync(ISyncNode node, PeerGraph request, Func<string, GraphId, Task<SyncError?>> end, CancellationToken cancellation)
    {
        if (!GraphId.TryParse(request.Graph, out var graph))
            return GraphName.Invalid(request.Graph);
        // An endpoint that is not linked is not dialed only to say that nothing is wanted of it.
        if (await FindAsync(node, request.Peer, cancellation) is not { } peer)
            return new SyncError(SyncErrorKind.Unreachable, $"no peer {request.Peer} is linked: see actorsync status");
        return await end(peer, graph) is { } error ? error : request;
    }

    // The name by which the node finds a peer that is linked, or is being linked, already.
    private static async Task<string?> FindAsync(ISyncNode node, string name, CancellationToken cancellation)
    {
        var found = (await node.StatusAsync(cancellation)).Peers.FirstOrDefault(one => PeerPolls.Names(one, name));
        return found?.Node ?? found?.Endpoint;
    }
}
