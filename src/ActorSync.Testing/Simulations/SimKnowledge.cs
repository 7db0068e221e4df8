using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Testing.Simulations;

/// <summary>What peers are known to hold: in memory at once, on the disk a little later, as the durable store keeps it.</summary>
internal sealed class SimKnowledge(SimNode node) : IPeerKnowledge
{
    private static readonly TimeSpan WriteAfter = TimeSpan.FromSeconds(1);

    private readonly HashSet<(PeerIdentity, GraphId)> _dirty = [];
    private Dictionary<(PeerIdentity, GraphId), IReadOnlyList<Address>> _known = [];
    private Dictionary<(PeerIdentity, GraphId), IReadOnlyList<Address>> _written = [];

    /// <summary>The same of a node, whatever its incarnation is now.</summary>
    public IReadOnlyList<Address> this[(SimNode Peer, GraphId Graph) pair]
    {
        get => AckedHeads(pair.Peer.Identity, pair.Graph);
        set => RememberAckedHeads(pair.Peer.Identity, pair.Graph, value);
    }

    /// <summary>All that is known.</summary>
    public IEnumerable<IReadOnlyList<Address>> Values => _known.Values;

    public IReadOnlyList<Address> AckedHeads(PeerIdentity peer, GraphId graph) => _known.GetValueOrDefault((peer, graph), []);

    public void RememberAckedHeads(PeerIdentity peer, GraphId graph, IReadOnlyList<Address> heads)
    {
        node.Simulation.Watch?.OnRemembered(node, peer, graph, heads);
        _known[(peer, graph)] = heads;
        if (_dirty.Count == 0)
            node.Post(WriteAfter, Write);
        _dirty.Add((peer, graph));
    }

    public void Crash()
    {
        _dirty.Clear();
        _known = new(_written);
    }

    public Dictionary<(PeerIdentity, GraphId), IReadOnlyList<Address>> Copy() => new(_written);

    public void Replace(Dictionary<(PeerIdentity, GraphId), IReadOnlyList<Address>> backup)
    {
        _written = new(backup);
        Crash();
    }

    private void Write()
    {
        foreach (var key in _dirty)
            _written[key] = _known[key];
        _dirty.Clear();
    }
}
