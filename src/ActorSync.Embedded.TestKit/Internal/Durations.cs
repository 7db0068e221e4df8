namespace Akka.TestKit.Internal;

internal static class Durations
{
    internal static TimeSpan Min(TimeSpan a, TimeSpan b) =>
        a == Timeout.InfiniteTimeSpan ? b : b == Timeout.InfiniteTimeSpan || a < b ? a : b;

    internal static TimeSpan AtLeastZero(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;

    internal static void CheckPositive(TimeSpan span, string name)
    {
        if (span < TimeSpan.Zero)
            throw new ArgumentException($"It must be a positive, finite time, and is {span}.", name);
    }
}
