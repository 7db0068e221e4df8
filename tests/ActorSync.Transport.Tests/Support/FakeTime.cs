namespace ActorSync.Transport.Tests.Support;

/// <summary>A clock that moves when told to. Timers fire in the order they are due, one after the other, on the caller's thread.</summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly Lock _sync = new();
    private readonly List<FakeTimer> _timers = [];
    private long _now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan span)
    {
        var end = _now + span.Ticks;
        while (TakeDue(end) is { } due)
            due.Fire();
        Interlocked.Exchange(ref _now, end);
    }

    private FakeTimer? TakeDue(long end)
    {
        lock (_sync)
        {
            var due = _timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt);
            if (due is not null)
            {
                _timers.Remove(due);
                Interlocked.Exchange(ref _now, Math.Max(_now, due.DueAt));
            }
            return due;
        }
    }

    private sealed class FakeTimer(FakeTime time, Action fire) : ITimer
    {
        private bool _disposed;

        public long DueAt { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._sync)
            {
                time._timers.Remove(this);
                if (_disposed)
                    return false;
                DueAt = time._now + dueTime.Ticks;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    time._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._sync)
            {
                _disposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
