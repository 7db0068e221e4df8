using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// Which of a peer's requests count. The subscriber numbers its subscriptions and, within one, its requests; both may be
/// lost, repeated and reordered. A repeated request is answered as before, an older one is of the past, and so is whatever
/// comes of a subscription that another has followed.
/// </summary>
internal struct SubscriptionRequests
{
    private const int RememberedIds = 8;

    // The last that were closed, the oldest first, and up to which sequence; most peers have one subscription for good.
    private List<(SubscriptionId Id, uint Sequence)>? _closed;

    /// <summary>The subscription whose requests count; null before the first.</summary>
    public SubscriptionId? Current { get; private set; }

    /// <summary>The sequence of its latest request.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Whether a request is of the past, whenever it comes.</summary>
    public readonly bool IsPast(SubscriptionId id, uint sequence) =>
        id == Current ? sequence < Sequence : _closed?.Exists(closed => closed.Id == id && sequence <= closed.Sequence) == true;

    /// <summary>Whether it is the latest once more.</summary>
    public readonly bool IsRepeated(SubscriptionId id, uint sequence) => id == Current && sequence == Sequence;

    /// <summary>From now on this is the latest.</summary>
    public void Accept(SubscriptionId id, uint sequence) => (Current, Sequence) = (id, sequence);

    /// <summary>A new subscription begins: nothing of the one before counts any more.</summary>
    public void Supersede()
    {
        if (Current is { } old)
            Close(old, uint.MaxValue);
        Current = null;
    }

    /// <summary>Requests of a subscription up to that sequence are of the past: one of them may still be under way.</summary>
    public void Close(SubscriptionId id, uint sequence)
    {
        _closed ??= [];
        var at = _closed.FindIndex(closed => closed.Id == id);
        if (at >= 0)
        {
            _closed[at] = (id, Math.Max(_closed[at].Sequence, sequence));
            return;
        }
        if (_closed.Count == RememberedIds)
            _closed.RemoveAt(0);
        _closed.Add((id, sequence));
    }
}
