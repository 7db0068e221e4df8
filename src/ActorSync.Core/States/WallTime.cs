namespace ActorSync.States;

/// <summary>
/// A wall clock's reading, in milliseconds since 1970 in UTC. It comes with the input and is believed only so far: it
/// may jump either way, and differs from that of other nodes.
/// </summary>
public readonly record struct WallTime(long Milliseconds) : IComparable<WallTime>
{
    public int CompareTo(WallTime other) => Milliseconds.CompareTo(other.Milliseconds);

    public static WallTime operator +(WallTime time, TimeSpan span) => new(time.Milliseconds + (long)span.TotalMilliseconds);

    public static bool operator <(WallTime left, WallTime right) => left.Milliseconds < right.Milliseconds;

    public static bool operator >(WallTime left, WallTime right) => left.Milliseconds > right.Milliseconds;

    public static bool operator <=(WallTime left, WallTime right) => left.Milliseconds <= right.Milliseconds;

    public static bool operator >=(WallTime left, WallTime right) => left.Milliseconds >= right.Milliseconds;
}
