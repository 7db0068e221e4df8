using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// Who is told of whose changes. After a rule, the subscribers of every client whose graph it changed are told, of every
/// so manieth change each; who got something tells its own subscribers, and so on until nothing moves.
/// </summary>
internal sealed class HelloSubscriptions(ScenarioWorld world)
{
    private const int MostRounds = 100;

    private readonly List<Subscription> _subscriptions = [];
    private Dictionary<(ulong Client, ulong Graph), HeadSet> _before = [];

    public void Add(ulong client, ulong peer, ulong graph, ulong interval)
    {
        Remove(client, peer, graph);
        _subscriptions.Add(new Subscription(client, peer, graph, interval));
        _before = Heads();
    }

    public void Remove(ulong client, ulong peer, ulong graph) =>
        _subscriptions.RemoveAll(subscription => subscription.Client == client && subscription.Peer == peer && subscription.Graph == graph);

    /// <summary>Tells what changed since the last time.</summary>
    public async Task TellAsync()
    {
        if (_subscriptions.Count == 0)
            return;
        for (var round = 0; round < MostRounds; round++)
        {
            var heads = Heads();
            var changed = heads.Where(pair => !_before.TryGetValue(pair.Key, out var before) || !before.Equals(pair.Value)).Select(pair => pair.Key).ToHashSet();
            _before = heads;
            if (changed.Count == 0)
                return;
            foreach (var subscription in _subscriptions.ToArray())
            {
                if (changed.Contains((subscription.Peer, subscription.Graph)) && ++subscription.Changes % subscription.Interval == 0)
                    await TellAsync(subscription).ConfigureAwait(false);
            }
        }
    }

    private async Task TellAsync(Subscription subscription)
    {
        var graph = world.Graph(subscription.Graph);
        var peer = world.Graph(subscription.Peer, subscription.Graph);
        var payload = SyncCodec.Encode(new HelloNotify(graph, peer.VirtualHead));
        var head = ((HelloNotify)SyncCodec.Decode(payload, WireLimits.Default).Value).Head;
        if (world.Client(subscription.Client).Find(graph) is { } own && (own.Snapshot.Contains(head) || own.VirtualHead == head))
            return;
        await world.SyncAsync(subscription.Client, subscription.Peer, subscription.Graph, ulong.MaxValue).ConfigureAwait(false);
    }

    private Dictionary<(ulong Client, ulong Graph), HeadSet> Heads() => _subscriptions
        .Select(subscription => (subscription.Peer, subscription.Graph))
        .Distinct()
        .Select(pair => (Key: pair, Graph: world.Find(pair.Peer, pair.Graph)))
        .Where(pair => pair.Graph is not null)
        .ToDictionary(pair => pair.Key, pair => pair.Graph!.Heads);

    private sealed class Subscription(ulong client, ulong peer, ulong graph, ulong interval)
    {
        public ulong Client => client;

        public ulong Peer => peer;

        public ulong Graph => graph;

        public ulong Interval => interval;

        public ulong Changes { get; set; }
    }
}
