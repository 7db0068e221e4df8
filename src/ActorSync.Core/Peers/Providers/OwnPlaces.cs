using System.Collections.Immutable;

namespace ActorSync.Peers.Providers;

/// <summary>Where this node itself is found: a node is never among its own peers.</summary>
/// <param name="Hosts">Addresses that lead to this node, in their canonical form.</param>
/// <param name="Port">The port that it listens on there.</param>
/// <param name="Node">Its name.</param>
public sealed record OwnPlaces(ImmutableHashSet<string> Hosts, int Port, NodeId? Node = null)
{
    /// <summary>A node that is found nowhere.</summary>
    public static readonly OwnPlaces Nowhere = new([], 0);

    /// <summary>Whether the peer is this node: by name, or by place.</summary>
    public bool Contains(PeerEndpoint peer) =>
        Node is { } self && peer.Node == self || peer.Port == Port && Hosts.Contains(peer.Host);
}
