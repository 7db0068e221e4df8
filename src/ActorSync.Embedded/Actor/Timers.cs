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
    IReadOnlyCollection<object> ActiveTimers { get; }
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);
    void StartSingleTimer(object key, object msg, TimeSpan timeout);
    bool IsTimerActive(object key);
    void Cancel(object key);
    void CancelAll();
}

/// <summary>A timer's message on its way through the mailbox.</summary>
internal class TimerMessage(TimerScheduler owner, object key, object message, bool repeats) : IWrappedMessage
{
    internal TimerScheduler Owner { get; } = owner;
    internal object Key { get; } = key;
    internal bool Repeats { get; } = repeats;
    internal ICancelable Task { get; set; }
    public object Message { get; } = message;
}

internal sealed class QuietTimerMessage(TimerScheduler owner, object key, object message, bool repeats)
    : TimerMessage(owner, key, message, repeats), INotInfluenceReceiveTimeout;

/// <summary>The timers of one incarnation. The message object itself is the generation: only the one in the table counts.</summary>
internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, TimerMessage> _timers = new();

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null);

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

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval)
    {
        Cancel(key);
        var repeats = interval is not null;
        var timer = message is INotInfluenceReceiveTimeout
            ? new QuietTimerMessage(this, key, message, repeats)
            : new TimerMessage(this, key, message, repeats);
        var scheduler = cell.SystemImpl.Scheduler;
        timer.Task = repeats
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, interval.Value, cell.SelfRef, timer, ActorRefs.NoSender)
            : scheduler.ScheduleTellOnceCancelable(delay, cell.SelfRef, timer, ActorRefs.NoSender);
        _timers[key] = timer;
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
