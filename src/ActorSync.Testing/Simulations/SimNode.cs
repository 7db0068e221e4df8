using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Peers;

namespace ActorSync.Testing.Simulations;

/// <summary>A node of a simulation: graphs and peers, and the machines that the actors run, with no actor between.</summary>
internal sealed class SimNode(Simulation simulation, string name)
{
    private readonly Dictionary<SimLink, SimPeer> _peers = [];

    public Simulation Simulation => simulation;

    public Dictionary<GraphId, SimGraph> Graphs { get; } = [];

    /// <summary>What peers are known to hold, across links.</summary>
    public Dictionary<(SimNode Peer, GraphId Graph), IReadOnlyList<Address>> Acked { get; } = [];

    public SubscriptionSlots Slots { get; init; } = new(128, 128);

    public PollSettings Polls { get; set; } = PollSettings.Default;

    public SubscriptionSettings Subscriptions { get; set; } = SubscriptionSettings.Default;

    public HelloSettings Hellos { get; set; } = HelloSettings.Default;

    public GraphLimits Limits { get; set; } = GraphLimits.Default;

    /// <summary>The policy of the graphs that come after this is set.</summary>
    public IGraphPolicy Policy { get; set; } = OpaquePolicy.Instance;

    /// <summary>Graphs that nobody may subscribe to.</summary>
    public HashSet<GraphId> NotAllowed { get; } = [];

    public IEnumerable<SimPeer> Peers => _peers.Values;

    /// <summary>Links two nodes; the link is up.</summary>
    public SimLink LinkTo(SimNode other, int maxPayloadBytes = 1 << 20)
    {
        var link = new SimLink(simulation, this, other) { MaxPayloadBytes = maxPayloadBytes };
        _peers.Add(link, new SimPeer(this, link));
        other._peers.Add(link, new SimPeer(other, link));
        link.Up();
        return link;
    }

    public SimPeer PeerAt(SimLink link) => _peers[link];

    /// <summary>Has a graph that begins with those commands, or nothing of it yet.</summary>
    public SimGraph Has(GraphId graph, params IReadOnlyList<Command> commands)
    {
        var made = Graphs[graph] = new SimGraph(simulation, graph, commands, Limits, Policy);
        made.OnChanged = (snapshot, from) =>
        {
            foreach (var peer in _peers.Values)
                peer.OnChanged(snapshot, [.. from.Where(batch => batch.From == peer).SelectMany(batch => batch.Heads)]);
        };
        return made;
    }

    /// <summary>The latest version of a graph; null when there is nothing of it.</summary>
    public GraphSnapshot? SnapshotOf(GraphId graph) => Graphs.TryGetValue(graph, out var found) && found.Committed.Count > 0 ? found.Committed : null;

    public SimGraph GraphOrNew(GraphId graph) => Graphs.TryGetValue(graph, out var found) ? found : Has(graph);

    public override string ToString() => name;
}
