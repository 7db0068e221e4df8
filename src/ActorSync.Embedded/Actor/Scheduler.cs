namespace Akka.Actor;

/// <summary>What may be called off.</summary>
public interface ICancelable
{
    bool IsCancellationRequested { get; }
    void Cancel();
}

/// <summary>Tells the time as the scheduler sees it.</summary>
public interface ITimeProvider
{
    DateTimeOffset Now { get; }
    TimeSpan MonotonicClock { get; }
    TimeSpan HighResMonotonicClock { get; }
}

/// <summary>Schedules messages.</summary>
public interface ITellScheduler
{
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender);
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable);
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender);
    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable);
}

/// <summary>The clock and the alarm of an actor system; <c>akka.scheduler.implementation</c> names another one (a fake one in tests).</summary>
public interface IScheduler : ITellScheduler, ITimeProvider;

/// <summary>A flag that stays up.</summary>
public class Cancelable : ICancelable
{
    private volatile bool _cancelled;

    internal Cancelable() { }

    public Cancelable(IScheduler scheduler) => ArgumentNullException.ThrowIfNull(scheduler);

    public bool IsCancellationRequested => _cancelled;

    public void Cancel() => _cancelled = true;
}
