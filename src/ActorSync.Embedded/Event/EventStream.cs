using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Event;

/// <summary>
/// The system's announcements: whoever subscribed to a type gets every published object of that type or below. It
/// carries dead letters and the log. Subscribers that have stopped are dropped.
/// </summary>
public class EventStream
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Type, IActorRef[]> _receivers = new(); // per type published; emptied by every change
    private List<(IActorRef Subscriber, Type Channel)> _subscriptions = [];

    internal EventStream(LogLevel logLevel) => LogLevel = logLevel;

    /// <summary>The level below which log events are not even made.</summary>
    internal LogLevel LogLevel { get; }

    /// <summary>False when the subscriber has that channel already.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_lock)
        {
            if (_subscriptions.Contains((subscriber, channel)))
                return false;
            _subscriptions = [.. _subscriptions, (subscriber, channel)];
            _receivers.Clear();
            return true;
        }
    }

    public bool Unsubscribe(IActorRef subscriber, Type channel) => Drop(entry => entry.Subscriber.Equals(subscriber) && entry.Channel == channel);

    public bool Unsubscribe(IActorRef subscriber) => Drop(entry => entry.Subscriber.Equals(subscriber));

    public void Publish(object @event)
    {
        var receivers = _receivers.TryGetValue(@event.GetType(), out var known) ? known : Find(@event.GetType());
        foreach (var receiver in receivers)
        {
            if (receiver is IInternalActorRef { IsTerminated: true })
                Unsubscribe(receiver);
            else
                receiver.Tell(@event, ActorRefs.NoSender);
        }
    }

    private IActorRef[] Find(Type published)
    {
        lock (_lock)
        {
            var receivers = _subscriptions.Where(entry => entry.Channel.IsAssignableFrom(published)).Select(entry => entry.Subscriber).Distinct().ToArray();
            _receivers[published] = receivers;
            return receivers;
        }
    }

    private bool Drop(Func<(IActorRef Subscriber, Type Channel), bool> which)
    {
        lock (_lock)
        {
            var left = _subscriptions.Where(entry => !which(entry)).ToList();
            var dropped = left.Count < _subscriptions.Count;
            _subscriptions = left;
            _receivers.Clear();
            return dropped;
        }
    }
}
