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
internal sealed class TimerMessage(TimerScheduler owner, object key, object message, bool repeats)
{
    internal TimerScheduler Owner { get; } = owner;
    internal object Key { get; } = key;
    internal object Message { get; } = message;
    internal bool Repeats { get; } = repeats;
    internal Cancelable Task { get; } = new();
}

/// <summary>The timers of one incarnation. The message object itself is the generation: only the one in the table counts.</summary>
internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, TimerMessage> _timers = new();

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval)
    {
        var timer = Add(key, msg, repeats: true);
        cell.SystemImpl.Scheduler.ScheduleTellRepeatedly(interval, interval, cell.SelfRef, timer, ActorRefs.NoSender, timer.Task);
    }

    public void StartSingleTimer(object key, object msg, TimeSpan timeout)
    {
        var timer = Add(key, msg, repeats: false);
        cell.SystemImpl.Scheduler.ScheduleTellOnce(timeout, cell.SelfRef, timer, ActorRefs.NoSender, timer.Task);
    }

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
            timer.Task.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values)
            timer.Task.Cancel();
        _timers.Clear();
    }

    private TimerMessage Add(object key, object message, bool repeats)
    {
        Cancel(key);
        return _timers[key] = new TimerMessage(this, key, message, repeats);
    }

    internal bool Accept(TimerMessage timer)
    {
        if (!_timers.TryGetValue(timer.Key, out var current) || !ReferenceEquals(current, timer))
            return false;
        if (!timer.Repeats)
            _timers.Remove(timer.Key);
        return true;
    }
}
