using System.Collections.Concurrent;
using ActorSync.Graphs;

namespace ActorSync.Peers;

/// <summary>Peers' acked heads, in memory.</summary>
public sealed class MemoryPeerKnowledge : IPeerKnowledge
{
    private readonly ConcurrentDictionary<(PeerIdentity, GraphId), IReadOnlyList<Address>> _acked = new();

    public IReadOnlyList<Address> AckedHeads(PeerIdentity peer, GraphId graph) => _acked.GetValueOrDefault((peer, graph), []);

    public void RememberAckedHeads(PeerIdentity peer, GraphId graph, IReadOnlyList<Address> heads) => _acked[(peer, graph)] = heads;
}
