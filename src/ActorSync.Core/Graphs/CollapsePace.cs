using ActorSync.Machines;

namespace ActorSync.Graphs;

/// <summary>
/// When a node that has more heads than it should merges them, without an action of its own. To do it at once is the
/// worst that many nodes can do together: each has other heads at that moment, makes other merges, and these are heads
/// again at all the others. But two nodes with the same heads make the same merges. So each waits for a time drawn at
/// random, twice as long each time that it came first; whoever comes first is followed by the others, and once no new
/// commands come all have the same heads. Far above, where no more heads can be told to a peer, there is no waiting.
/// </summary>
/// <param name="limits">The limit, and how long to wait.</param>
/// <param name="random">Draws the times; null not to wait, for whoever is alone with the graph.</param>
internal sealed class CollapsePace(GraphLimits limits, Random? random)
{
    private TimeSpan _window = limits.CollapseWithin;
    private MonotonicTime _quietFrom = MonotonicTime.Zero;

    /// <summary>When to look again; never while there are few heads.</summary>
    public MonotonicTime DueAt { get; private set; } = MonotonicTime.Never;

    /// <summary>Whether the heads are to be merged now, which is taken as done.</summary>
    public bool IsDue(int heads, MonotonicTime now)
    {
        if (heads <= limits.Heads)
        {
            DueAt = MonotonicTime.Never;
            return false;
        }
        if (random is null)
            return true;
        if (DueAt == MonotonicTime.Never)
        {
            // Long ago: it was another storm.
            if (now > _quietFrom)
                _window = limits.CollapseWithin;
            DueAt = now + _window * random.NextDouble();
        }
        if (now < DueAt && heads < GraphLimits.MostHeads)
            return false;
        DueAt = MonotonicTime.Never;
        _window = _window < limits.CollapseAtMost / 2 ? 2 * _window : limits.CollapseAtMost;
        _quietFrom = now + 2 * limits.CollapseAtMost;
        return true;
    }
}
