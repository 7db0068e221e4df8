using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Support;

/// <summary>
/// The TestKit's scheduler, whose monotonic clock goes with the time that a test sets: machines read that clock, and a
/// test can hold them to the tick.
/// </summary>
public sealed class ManualScheduler(Config config, ILoggingAdapter log) : TestScheduler(config, log), ITimeProvider
{
    /// <summary>What installs it.</summary>
    public const string Config = "akka.scheduler.implementation = \"ActorSync.Actors.Tests.Support.ManualScheduler, ActorSync.Actors.Tests\"\n";

    private static readonly TimeSpan Started = TimeSpan.FromDays(1);

    private long _advanced;

    TimeSpan ITimeProvider.MonotonicClock => Started + TimeSpan.FromTicks(Interlocked.Read(ref _advanced));

    TimeSpan ITimeProvider.HighResMonotonicClock => Started + TimeSpan.FromTicks(Interlocked.Read(ref _advanced));

    /// <summary>Moves the time and fires what is due by then.</summary>
    public void Step(TimeSpan time)
    {
        Interlocked.Add(ref _advanced, time.Ticks);
        Advance(time);
    }
}
