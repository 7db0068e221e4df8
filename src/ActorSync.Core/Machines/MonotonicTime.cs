namespace ActorSync.Machines;

/// <summary>
/// A point on a clock that never goes back, in ticks of 100 nanoseconds since some start. Only differences mean
/// anything: a wall clock that jumps changes nothing here.
/// </summary>
public readonly record struct MonotonicTime(long Ticks) : IComparable<MonotonicTime>
{
    public static readonly MonotonicTime Zero;

    /// <summary>Later than every time that will be seen: a deadline that never comes.</summary>
    public static readonly MonotonicTime Never = new(long.MaxValue);

    public int CompareTo(MonotonicTime other) => Ticks.CompareTo(other.Ticks);

    public static TimeSpan operator -(MonotonicTime later, MonotonicTime earlier) => TimeSpan.FromTicks(later.Ticks - earlier.Ticks);

    /// <summary>The time that much later; what would pass the end of the clock is <see cref="Never"/>.</summary>
    public static MonotonicTime operator +(MonotonicTime time, TimeSpan span) =>
        span.Ticks > 0 && time.Ticks > long.MaxValue - span.Ticks ? Never : new(time.Ticks + span.Ticks);

    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.Ticks < right.Ticks;

    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.Ticks > right.Ticks;

    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.Ticks <= right.Ticks;

    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.Ticks >= right.Ticks;

    public static MonotonicTime Min(MonotonicTime left, MonotonicTime right) => left < right ? left : right;

    public static MonotonicTime Max(MonotonicTime left, MonotonicTime right) => left > right ? left : right;
}
