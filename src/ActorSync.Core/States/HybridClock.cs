using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>
/// A hybrid logical clock: it follows the wall clock, never gives the same stamp twice, and a stamp it gives is later
/// than every stamp it was shown. What lies further ahead of the wall clock than the bound is not followed: neither a
/// peer's clock nor one's own, when it was set back, can carry it off.
/// </summary>
/// <param name="node">Whose stamps it gives.</param>
/// <param name="ahead">How far ahead of the wall clock a stamp may lie.</param>
public sealed class HybridClock(NodeId node, TimeSpan ahead)
{
    private long _milliseconds;
    private uint _counter;

    /// <summary>The latest stamp that was given or shown.</summary>
    public StateStamp Latest => new(_milliseconds, _counter, node);

    /// <summary>The stamp of a write now.</summary>
    public StateStamp Next(WallTime wall)
    {
        if (wall.Milliseconds > _milliseconds || IsAhead(_milliseconds, wall))
            (_milliseconds, _counter) = (Math.Max(0, wall.Milliseconds), 0);
        else if (_counter == uint.MaxValue)
            (_milliseconds, _counter) = (_milliseconds + 1, 0);
        else
            _counter++;
        return Latest;
    }

    /// <summary>Shows the clock a stamp that is held now.</summary>
    public void Observe(StateStamp stamp, WallTime wall)
    {
        if (!IsAhead(stamp.Milliseconds, wall) && (stamp.Milliseconds, stamp.Counter).CompareTo((_milliseconds, _counter)) > 0)
            (_milliseconds, _counter) = (stamp.Milliseconds, stamp.Counter);
    }

    /// <summary>Whether a time lies further ahead of the wall clock than the bound.</summary>
    public bool IsAhead(long milliseconds, WallTime wall) => milliseconds > (wall + ahead).Milliseconds;
}
