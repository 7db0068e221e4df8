using System.Diagnostics;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// The scheduler of real time: one thread per system sleeps until the earliest entry of a heap is due. Entries that are
/// due together fire in the order in which they were scheduled. Cancelled entries are swept out as the heap grows.
/// </summary>
internal sealed class ThreadScheduler : IScheduler, IDisposable
{
    private const int SweepFrom = 256;
    private const int LongestSleep_ms = 3_600_000;

    private readonly ILoggingAdapter _log;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _wake = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private PriorityQueue<Entry, (TimeSpan Due, long Order)> _entries = new();
    private int _sweepAt = SweepFrom;
    private long _order;
    private bool _disposed;

    internal ThreadScheduler(ILoggingAdapter log)
    {
        _log = log;
        new Thread(Run) { IsBackground = true, Name = "akka scheduler" }.Start();
    }

    // Without an interval it fires once.
    private sealed record Entry(ICanTell Receiver, object Message, IActorRef Sender, TimeSpan Interval, ICancelable Cancelable)
    {
        internal bool IsCancelled => Cancelable is { IsCancellationRequested: true };
    }

    public DateTimeOffset Now => DateTimeOffset.Now;
    public TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(_start);
    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, new Entry(receiver, message, sender, TimeSpan.Zero, cancelable));

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Add(initialDelay, new Entry(receiver, message, sender, interval, cancelable));
    }

    private void Add(TimeSpan delay, Entry entry)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var due = MonotonicClock + delay;
        lock (_lock)
        {
            if (_disposed)
                throw new SchedulerException("Cannot schedule: the actor system has terminated.");
            if (_entries.Count >= _sweepAt)
                Sweep();
            var wasEarliest = !_entries.TryPeek(out _, out var earliest) || due < earliest.Due;
            _entries.Enqueue(entry, (due, _order++));
            if (wasEarliest)
                _wake.Set();
        }
    }

    private void Sweep()
    {
        var living = _entries.UnorderedItems.Where(item => !item.Element.IsCancelled).ToArray();
        _entries = new PriorityQueue<Entry, (TimeSpan Due, long Order)>(living);
        _sweepAt = Math.Max(SweepFrom, 2 * living.Length);
    }

    private void Run()
    {
        while (Next(out var due, out var sleep))
        {
            if (due is not null)
                Fire(due);
            else
                _wake.Wait(sleep);
        }
    }

    /// <summary>The entry to fire now, or how long to sleep; false at the end.</summary>
    private bool Next(out Entry due, out TimeSpan sleep)
    {
        lock (_lock)
        {
            _wake.Reset();
            (due, sleep) = (null, Timeout.InfiniteTimeSpan);
            while (due is null && _entries.TryPeek(out _, out var earliest))
            {
                var ahead = earliest.Due - MonotonicClock;
                if (ahead > TimeSpan.Zero)
                {
                    // A wait is cut to whole milliseconds; rounded down it would spin until the due time.
                    sleep = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(ahead.TotalMilliseconds, LongestSleep_ms)));
                    break;
                }
                due = TakeDue(earliest.Due);
            }
            return !_disposed;
        }
    }

    private Entry TakeDue(TimeSpan was)
    {
        var entry = _entries.Dequeue();
        if (entry.IsCancelled)
            return null;
        if (entry.Interval > TimeSpan.Zero)
            _entries.Enqueue(entry, (was + entry.Interval, _order++));
        return entry;
    }

    private void Fire(Entry entry)
    {
        try
        {
            entry.Receiver.Tell(entry.Message, entry.Sender);
        }
        catch (Exception failure)
        {
            _log.Error(failure, "A scheduled message could not be told");
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _entries.Clear();
            _wake.Set();
        }
    }
}
