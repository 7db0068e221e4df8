namespace ActorSync.Peers;

/// <summary>
/// Which peers hold a subscription on this node. Members of the node's own mesh or cluster count against a limit of
/// their own, so that strangers cannot shut them out. A peer over the limit is refused; those inside are untouched.
/// </summary>
public sealed class SubscriptionSlots(int limit, int memberLimit)
{
    private readonly Dictionary<NodeId, Place> _places = [];
    private long _grants;
    private int _members;

    /// <summary>Open subscriptions of both kinds.</summary>
    public int Count => _places.Count;

    /// <summary>The limit of peers that are no members.</summary>
    public int Limit => limit;

    /// <summary>Takes a place for the peer, which may have it already. False when there is none.</summary>
    public bool TryTake(NodeId peer, bool isMember) => Take(peer, isMember) is not null;

    /// <summary>As <see cref="TryTake"/>: the number of the grant, higher than all before; null when there is no place.</summary>
    public long? Take(NodeId peer, bool isMember)
    {
        var (taken, most) = isMember ? (_members, memberLimit) : (_places.Count - _members, limit);
        var has = _places.TryGetValue(peer, out var place);
        if ((!has || place.IsMember != isMember) && taken >= most)
            return null;
        Free(peer);
        _places.Add(peer, new Place(++_grants, isMember));
        _members += isMember ? 1 : 0;
        return _grants;
    }

    /// <summary>Frees the peer's place.</summary>
    public void Free(NodeId peer) => Free(peer, long.MaxValue);

    /// <summary>Frees the peer's place, unless it was granted anew after this grant.</summary>
    public void Free(NodeId peer, long grant)
    {
        if (!_places.TryGetValue(peer, out var place) || place.Grant > grant)
            return;
        _places.Remove(peer);
        _members -= place.IsMember ? 1 : 0;
    }

    private readonly record struct Place(long Grant, bool IsMember);
}
