using ActorSync.Peers;

namespace ActorSync.Actors;

/// <summary>Which peers may send commands of finalize priority. The node itself may always write them.</summary>
public sealed class FinalizeRights
{
    public static readonly FinalizeRights All = new(null);

    public static readonly FinalizeRights None = new([]);

    private readonly HashSet<NodeId>? _peers;

    private FinalizeRights(IEnumerable<NodeId>? peers)
    {
        _peers = peers?.ToHashSet();
    }

    /// <summary>These, and no others. A peer also passes on what others wrote: it is who sends that counts.</summary>
    public static FinalizeRights Of(IEnumerable<NodeId> peers) => new(peers);

    public bool Allows(NodeId peer) => _peers is null || _peers.Contains(peer);
}
