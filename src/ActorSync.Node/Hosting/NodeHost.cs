using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using ActorSync.Node.Providers;
using ActorSync.Node.States;
using ActorSync.Peers.Providers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Hosting;

/// <summary>Runs one node: the node itself, its control socket, and the links to its configured peers.</summary>
public sealed class NodeHost(NodeFactory factory, IHistoryImporter importer, TimeProvider time, NodeLog log)
{
    /// <summary>
    /// Runs until <paramref name="stop"/>, then ends in good order: no more requests and links, what is under way
    /// drained, the store flushed. Null then, else why the node could not start.
    /// </summary>
    public async Task<SyncError?> RunAsync(NodeSettings settings, CancellationToken stop)
    {
        log.Info($"actorsync {SyncNode.Version} on the engine {SyncNode.Engine}");
        if (!ControlSocketPath.For(settings).TryGet(out var path, out var error))
            return error;
        var made = new MadeFolders(settings.DataFolder);
        if (!(await factory(settings with { Log = log }, stop)).TryGet(out var node, out error))
            return error;
        await using (node)
            error = await StatesAsync(node, settings, path, stop);
        if (error is null)
            log.Info("stopped");
        else
            made.TakeAway(error);
        return error;
    }

    private async Task<SyncError?> StatesAsync(ISyncNode node, NodeSettings settings, string path, CancellationToken stop)
    {
        if (!(await StateHost.StartAsync(node, settings, time, log, stop)).TryGet(out var states, out var error))
            return error;
        await using (states)
            return await ControlAsync(node, settings, states, path, stop);
    }

    private async Task<SyncError?> ControlAsync(ISyncNode node, NodeSettings settings, StateHost states, string path, CancellationToken stop)
    {
        var links = new HandLinks();
        var provided = settings.ProvidedPeers is { } peers ? Observe(peers, node, settings.Listen) : null;
        var control = new LocalNodeControl(node, importer, time, running: true)
        {
            Links = links,
            PeerSources = provided is null ? states.Sources : [provided, .. states.Sources],
            Http = states.Endpoints,
        };
        if (!(await ControlServer.StartAsync(control, path, settings.Sync.Graphs.CommandPayloadBytes, time, e => log.Error($"a request failed: {e}"), stop)).TryGet(out var server, out var error))
            return error;
        await using (server)
            return await ServeAsync(node, settings, path, provided is null ? null : Provide(node, settings, provided, links), stop);
    }

    /// <summary>The peers that links are made to, with their ports, this node not among them.</summary>
    private ObservedPeers Observe(ProvidedPeerSettings peers, ISyncNode node, TcpEndpoint? listen)
    {
        // Port 0 was replaced by one that was free; nobody else's node would have the same.
        var bound = node.ListenName is { } name && TcpEndpoint.Parse(name).TryGet(out var endpoint, out _) ? endpoint : null;
        var ports = new PeerPorts(listen is { Port: > 0 } ? listen.Port : NodeSettings.DefaultPort, peers.Provider.TargetPort);
        return new ObservedPeers(
            new TargetedPeers(ProviderFactory.Create(peers.Provider, time), ports, () => Interfaces.Of(bound, node.Id)), "links");
    }

    private ProvidedPeers Provide(ISyncNode node, NodeSettings settings, ObservedPeers provided, HandLinks links) => new(
        node, provided, settings.ProvidedPeers!, endpoint => links.Contains(endpoint) || settings.Peers.Any(peer => peer.Endpoint.ToString() == endpoint), time, log);

    private async Task<SyncError?> ServeAsync(ISyncNode node, NodeSettings settings, string path, ProvidedPeers? provided, CancellationToken stop)
    {
        if (node.Store?.Describe() is { } recovered)
            log.Warning(recovered);
        if (node.Store?.Risk is { } risk)
            log.Warning(risk);
        log.Info($"node {node.Id}, data {settings.DataFolder}, listening on {node.ListenName ?? "nothing"}, control {path}");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var tasks = settings.Peers
            .Select(peer => new PeerKeeper(node, peer, time, log).RunAsync(end.Token))
            .Append(provided?.RunAsync(end.Token) ?? Task.Delay(Timeout.Infinite, end.Token))
            .Append(node.Ended.WaitAsync(end.Token))
            .ToArray();
        var first = await Task.WhenAny(tasks);
        await end.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A keeper ends before it is told to only by a bug: that is not swallowed.
        if (first.IsFaulted)
            await first;
        if (node.Ended.IsCompleted)
            return new SyncError(SyncErrorKind.ShuttingDown, "the cluster has taken this node out, as most others did not reach it: start it again, and it joins and gets what it missed");
        log.Info("stopping: no more requests and links, draining what is under way");
        return null;
    }
}
