using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>
/// A scheduler whose time moves only when a test says so; <c>akka.scheduler.implementation</c> =
/// "Akka.TestKit.TestScheduler, Akka.TestKit" installs it. What is due fires on the thread that advances the time, in the
/// order of its due times; something repeated fires once for an advance, however far, and next one interval after it.
/// </summary>
public class TestScheduler : IScheduler
{
    private readonly Lock _lock = new();
    private readonly SortedList<(long Ticks, long Order), Item> _items = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private DateTimeOffset _now = DateTimeOffset.UtcNow;
    private long _order;

    public TestScheduler(Config schedulerConfig, ILoggingAdapter log)
    {
    }

    private sealed record Item(ICanTell Receiver, object Message, IActorRef Sender, TimeSpan? Interval, ICancelable Cancelable)
    {
        internal bool IsCancelled => Cancelable is { IsCancellationRequested: true };
    }

    public DateTimeOffset Now => _now;
    public TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(_started);
    public TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <summary>Moves the time and fires what is due by then.</summary>
    public void Advance(TimeSpan offset)
    {
        foreach (var item in TakeDue(offset).Where(item => !item.IsCancelled))
        {
            item.Receiver.Tell(item.Message, item.Sender);
            if (item is { Interval: { } interval, IsCancelled: false })
                Add(interval, item);
        }
    }

    /// <summary>Moves the time and fires what is due by then.</summary>
    /// <exception cref="InvalidOperationException">That time has passed.</exception>
    public void AdvanceTo(DateTimeOffset when)
    {
        if (when < _now)
            throw new InvalidOperationException("You can't reverse time...");
        Advance(when - _now);
    }

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, new Item(receiver, message, sender, null, cancelable));

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(initialDelay, new Item(receiver, message, sender, interval, cancelable));

    private void Add(TimeSpan delay, Item item)
    {
        lock (_lock)
            _items.Add(((_now + delay).UtcTicks, _order++), item);
    }

    private List<Item> TakeDue(TimeSpan offset)
    {
        lock (_lock)
        {
            _now += offset;
            var due = _items.TakeWhile(entry => entry.Key.Ticks <= _now.UtcTicks).ToList();
            foreach (var entry in due)
                _items.Remove(entry.Key);
            return due.ConvertAll(entry => entry.Value);
        }
    }
}
