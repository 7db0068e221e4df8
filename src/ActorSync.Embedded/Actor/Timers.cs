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
    public bool IsCancellationRequested => _cancelled;

    public void Cancel() => _cancelled = true;
}

/// <summary>
/// The timers of one incarnation: a few at most. The message object itself is the generation: only the one in the list counts.
/// </summary>
internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private List<TimerMessage> _timers;

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
        _timers?.ForEach(timer => timer.Cancel());
        _timers = null;
    }

    private TimerMessage Find(object key) => _timers?.Find(timer => timer.Key.Equals(key));

    private TimerMessage Add(object key, object message, bool repeats)
    {
        ArgumentNullException.ThrowIfNull(key);
        Cancel(key);
        var timer = new TimerMessage(this, key, message, repeats);
        (_timers ??= new List<TimerMessage>(1)).Add(timer);
        return timer;
    }

    internal bool Accept(TimerMessage timer) =>
        _timers is not null && (timer.Repeats ? _timers.Contains(timer) : Remove(timer));

    private bool Remove(TimerMessage timer)
    {
        var removed = _timers.Remove(timer);
        if (_timers.Count == 0)
            _timers = null;
        return removed;
    }
}
