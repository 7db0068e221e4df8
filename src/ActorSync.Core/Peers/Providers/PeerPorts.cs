namespace ActorSync.Peers.Providers;

/// <summary>The port that a peer is reached at: its own, else <paramref name="Target"/>, else <paramref name="Port"/>, the one this node listens on.</summary>
public sealed record PeerPorts(int Port, int? Target = null)
{
    public int Of(PeerEndpoint peer) => peer.Port ?? Target ?? Port;

    /// <summary>The set with a port for every peer.</summary>
    public PeerSet Of(PeerSet peers) => PeerSet.Of(peers.Select(peer => peer with { Port = Of(peer) })).Value;
}
