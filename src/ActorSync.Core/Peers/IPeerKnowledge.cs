using ActorSync.Graphs;

namespace ActorSync.Peers;

/// <summary>
/// Remembers across restarts what peers are known to hold durably: acked heads. It may lag behind, never run ahead;
/// what is forgotten costs a few commands sent twice.
/// </summary>
public interface IPeerKnowledge
{
    /// <summary>The heads that this incarnation of the peer's store acknowledged for the graph; none when nothing is known.</summary>
    IReadOnlyList<Address> AckedHeads(PeerIdentity peer, GraphId graph);

    /// <summary>
    /// Remembers the heads in place of what was known of the peer and the graph. Not flushed at once. The list is kept, and
    /// must not change any more.
    /// </summary>
    void RememberAckedHeads(PeerIdentity peer, GraphId graph, IReadOnlyList<Address> heads);
}
