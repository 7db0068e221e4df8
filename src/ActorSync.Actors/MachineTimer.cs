using ActorSync.Machines;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>The machine's timer ran out, or a time before it.</summary>
internal sealed class MachineTick : ILocalMessage
{
    public static readonly MachineTick Instance = new();

    private MachineTick()
    {
    }
}

/// <summary>
/// The one timer of a machine. Machines move it with almost every input, mostly further away: the actor's timer is
/// started again only when it must come earlier, and a tick that comes too early is put off.
/// </summary>
/// <param name="timers">The actor's timers.</param>
/// <param name="clock">The clock.</param>
/// <param name="tick">What the actor is told, by which its timers are told apart; a <see cref="MachineTick"/> when null.</param>
internal sealed class MachineTimer(ITimerScheduler timers, ITimeProvider clock, object? tick = null)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly object _tick = tick ?? MachineTick.Instance;
    private MonotonicTime _due = MonotonicTime.Never;
    private MonotonicTime _started = MonotonicTime.Never;

    /// <summary>The time now, on the scheduler's own clock.</summary>
    public MonotonicTime Now => new(clock.MonotonicClock.Ticks);

    /// <summary>Whether there is a time that it waits for.</summary>
    public bool IsRunning => _due != MonotonicTime.Never;

    public void Start(MonotonicTime due)
    {
        _due = due;
        if (due < _started)
            Restart();
    }

    /// <summary>Whether a tick that came is the machine's: else it was too early, and comes again.</summary>
    public bool IsDue()
    {
        _started = MonotonicTime.Never;
        if (Now >= _due)
        {
            _due = MonotonicTime.Never;
            return true;
        }
        if (_due != MonotonicTime.Never)
            Restart();
        return false;
    }

    private void Restart()
    {
        var delay = _due - Now;
        if (delay > Longest)
            delay = Longest;
        // A scheduler rounds as it likes: never to before the time.
        _started = Now + delay;
        timers.StartSingleTimer(_tick, _tick, delay > TimeSpan.Zero ? delay : TimeSpan.FromMilliseconds(1));
    }
}
