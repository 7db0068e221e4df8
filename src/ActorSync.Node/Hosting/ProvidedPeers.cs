using ActorSync.Node.Configuration;
using ActorSync.Peers;
using ActorSync.Peers.Providers;

namespace ActorSync.Node.Hosting;

/// <summary>
/// Keeps links to the peers that a provider finds: a <see cref="PeerKeeper"/> for each that comes, and none, nor its link,
/// for one that is gone. Links that stand in the configuration or were made by hand are left as they are.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="provider">Where the peers come from, with their ports, the node not among them.</param>
/// <param name="settings">How to keep in step with each.</param>
/// <param name="kept">Whether a link to this endpoint is somebody else's, to be kept.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it tells.</param>
public sealed class ProvidedPeers(ISyncNode node, IPeerProvider provider, ProvidedPeerSettings settings, Func<string, bool> kept, TimeProvider time, NodeLog log)
{
    private readonly Dictionary<string, Keeping> _keeping = [];
    private readonly HashSet<string> _refused = [];
    private string? _lastError;

    /// <summary>Runs until it is cancelled; the links stay then, for they end with the node.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var view in provider.WatchAsync(stop))
            {
                Tell(view.Error);
                await ApplyAsync(view.Peers, stop);
            }
        }
        finally
        {
            foreach (var keeping in _keeping.Values)
                await keeping.EndAsync();
        }
    }

    private async Task ApplyAsync(PeerSet peers, CancellationToken stop)
    {
        var wanted = new Dictionary<string, PeerSettings>();
        foreach (var peer in peers)
        {
            if (SettingsOf(peer) is { } linked && !kept(linked.Endpoint.ToString()))
                wanted[linked.Endpoint.ToString()] = linked;
        }
        var nodes = new HashSet<NodeId>();
        foreach (var endpoint in _keeping.Keys.Where(endpoint => !wanted.ContainsKey(endpoint)).ToArray())
        {
            if (await DropAsync(endpoint) is { } gone)
                nodes.Add(gone);
        }
        // To hang up on a node ends all links to it: at an endpoint where it still is it is linked again.
        foreach (var endpoint in _keeping.Where(pair => pair.Value.Keeper.Met is { } met && nodes.Contains(met)).Select(pair => pair.Key).ToArray())
        {
            await _keeping[endpoint].EndAsync();
            _keeping.Remove(endpoint);
        }
        foreach (var (endpoint, peer) in wanted.Where(pair => !_keeping.ContainsKey(pair.Key)))
            _keeping.Add(endpoint, new Keeping(new PeerKeeper(node, peer, time, log), stop));
    }

    /// <summary>Ends the link to a peer that is gone; the node that was there, if the link was closed.</summary>
    private async Task<NodeId?> DropAsync(string endpoint)
    {
        var keeping = _keeping[endpoint];
        _keeping.Remove(endpoint);
        await keeping.EndAsync();
        if (kept(endpoint))
            return null;
        log.Info($"peer {endpoint} is gone, says {provider.Name}");
        // That there is no such link any more is what is wanted.
        await node.DisconnectAsync(endpoint, CancellationToken.None);
        return keeping.Keeper.Met;
    }

    private PeerSettings? SettingsOf(PeerEndpoint peer)
    {
        if (Endpoints.OfPeer(peer, settings.IsTls).TryGet(out var endpoint, out var error))
            return new PeerSettings { Endpoint = endpoint, Mode = settings.Mode, Graphs = settings.Graphs, Interval = settings.Interval, IsProvided = true };
        if (_refused.Count < PeerSet.Maximum && _refused.Add(peer.ToString()))
            log.Warning($"peers by {provider.Name}: {error.Message}");
        return null;
    }

    private void Tell(SyncError? error)
    {
        if (error is not null && error.Message != _lastError)
            log.Warning($"peers by {provider.Name}: {error.Message}");
        else if (error is null && _lastError is not null)
            log.Info($"peers by {provider.Name}: found again");
        _lastError = error?.Message;
    }

    /// <summary>One keeper that runs.</summary>
    private sealed class Keeping
    {
        private readonly CancellationTokenSource _end;
        private readonly Task _run;

        public Keeping(PeerKeeper keeper, CancellationToken stop)
        {
            Keeper = keeper;
            _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _run = keeper.RunAsync(_end.Token);
        }

        public PeerKeeper Keeper { get; }

        public async Task EndAsync()
        {
            await _end.CancelAsync();
            try
            {
                await _run;
            }
            catch (OperationCanceledException)
            {
                // That is how a keeper ends.
            }
            _end.Dispose();
        }
    }
}
