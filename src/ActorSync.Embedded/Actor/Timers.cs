namespace Akka.Actor;

/// <summary>An actor with timers of its own; the engine sets <see cref="Timers"/> before the constructor runs.</summary>
public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

/// <summary>
/// Messages of an actor to itself, later. A timer that is started again or cancelled never delivers the old message,
/// and no timer outlives a restart.
/// </summary>
public interface ITimerScheduler
{
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);
    void StartSingleTimer(object key, object msg, TimeSpan timeout);
    bool IsTimerActive(object key);
    void Cancel(object key);
    void CancelAll();
}

/// <summary>A timer's message on its way through the mailbox.</summary>
internal sealed class TimerMessage(TimerScheduler owner, object key, object message, bool repeats) : ICancelable
{
    private volatile bool _cancelled;

    internal TimerScheduler Owner { get; } = owner;
    internal object Key { get; } = key;
    internal object Message { get; } = message;
    internal bool Repeats { get; } = repeats;
    internal TimerMessage Next { get; set; }
    public bool IsCancellationRequested => _cancelled;

    public void Cancel() => _cancelled = true;
}

/// <summary>
/// The timers of one incarnation: a few at most, each with the next. The message object itself is the generation: only the one in the chain counts.
/// </summary>
internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private TimerMessage _first;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval)
    {
        var timer = Add(key, msg, repeats: true);
        cell.SystemImpl.Scheduler.ScheduleTellRepeatedly(interval, interval, cell.SelfRef, timer, ActorRefs.NoSender, timer);
    }

    public void StartSingleTimer(object key, object msg, TimeSpan timeout)
    {
        var timer = Add(key, msg, repeats: false);
        cell.SystemImpl.Scheduler.ScheduleTellOnce(timeout, cell.SelfRef, timer, ActorRefs.NoSender, timer);
    }

    public bool IsTimerActive(object key) => Find(key) is not null;

    public void Cancel(object key)
    {
        if (Find(key) is not { } timer)
            return;
        Remove(timer);
        timer.Cancel();
    }

    public void CancelAll()
    {
        for (; _first is not null; _first = _first.Next)
            _first.Cancel();
    }

    private TimerMessage Find(object key)
    {
        var timer = _first;
        while (timer?.Key.Equals(key) == false)
            timer = timer.Next;
        return timer;
    }

    private TimerMessage Add(object key, object message, bool repeats)
    {
        ArgumentNullException.ThrowIfNull(key);
        Cancel(key);
        return _first = new TimerMessage(this, key, message, repeats) { Next = _first };
    }

    internal bool Accept(TimerMessage timer)
    {
        if (Find(timer.Key) != timer)
            return false;
        if (!timer.Repeats)
            Remove(timer);
        return true;
    }

    private void Remove(TimerMessage timer)
    {
        var before = _first == timer ? null : _first;
        while (before is not null && before.Next != timer)
            before = before.Next;
        if (before is null)
            _first = timer.Next;
        else
            before.Next = timer.Next;
        timer.Next = null;
    }
}
