namespace ActorSync.Peers;

/// <summary>
/// Which peers hold a subscription on this node. Members of the node's own mesh or cluster count against a limit of
/// their own, so that strangers cannot shut them out. A peer over the limit is refused; those inside are untouched.
/// </summary>
public sealed class SubscriptionSlots(int limit, int memberLimit)
{
    private readonly HashSet<NodeId> _strangers = [];
    private readonly HashSet<NodeId> _members = [];

    /// <summary>Open subscriptions of both kinds.</summary>
    public int Count => _strangers.Count + _members.Count;

    /// <summary>The limit of peers that are no members.</summary>
    public int Limit => limit;

    /// <summary>Takes a place for the peer, which may have it already. False when there is none.</summary>
    public bool TryTake(NodeId peer, bool isMember)
    {
        var (places, most, others) = isMember ? (_members, memberLimit, _strangers) : (_strangers, limit, _members);
        if (!places.Contains(peer) && places.Count >= most)
            return false;
        places.Add(peer);
        others.Remove(peer);
        return true;
    }

    /// <summary>Frees the peer's place.</summary>
    public void Free(NodeId peer)
    {
        _strangers.Remove(peer);
        _members.Remove(peer);
    }
}
