using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// Which of a peer's requests count. The subscriber numbers its subscriptions and, within one, its requests; both may be
/// lost, repeated and reordered. A repeated request is answered as before, an older one is of the past, and so is whatever
/// comes of a subscription that another has followed.
/// </summary>
internal sealed class SubscriptionRequests
{
    private const int RememberedIds = 8;

    private readonly Dictionary<SubscriptionId, uint> _closed = [];
    private readonly Queue<SubscriptionId> _closedIds = new();

    /// <summary>The subscription whose requests count; null before the first.</summary>
    public SubscriptionId? Current { get; private set; }

    /// <summary>The sequence of its latest request.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Whether a request is of the past, whenever it comes.</summary>
    public bool IsPast(SubscriptionId id, uint sequence) =>
        id == Current ? sequence < Sequence : _closed.TryGetValue(id, out var closed) && sequence <= closed;

    /// <summary>Whether it is the latest once more.</summary>
    public bool IsRepeated(SubscriptionId id, uint sequence) => id == Current && sequence == Sequence;

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
        if (_closed.TryGetValue(id, out var before))
        {
            _closed[id] = Math.Max(before, sequence);
            return;
        }
        if (_closedIds.Count == RememberedIds)
            _closed.Remove(_closedIds.Dequeue());
        _closedIds.Enqueue(id);
        _closed.Add(id, sequence);
    }
}
