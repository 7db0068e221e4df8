using System.Collections.Concurrent;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// What happens at a node, for those of its actors that want to hear of it. The engine's event stream would tell it to all
/// nodes of an actor system, of which there may be several. Safe from any thread.
/// </summary>
public sealed class NodeEvents
{
    private readonly ConcurrentDictionary<Type, ConcurrentDictionary<IActorRef, bool>> _subscribers = [];

    /// <summary>Tells the subscriber of each event of exactly this type from now on, until <see cref="Unsubscribe"/>.</summary>
    public void Subscribe(IActorRef subscriber, Type events) => _subscribers.GetOrAdd(events, _ => [])[subscriber] = true;

    /// <summary>It hears of nothing any more.</summary>
    public void Unsubscribe(IActorRef subscriber)
    {
        foreach (var subscribers in _subscribers.Values)
            subscribers.TryRemove(subscriber, out _);
    }

    /// <summary>Tells all who want to hear of it.</summary>
    public void Publish(object happened)
    {
        if (!_subscribers.TryGetValue(happened.GetType(), out var subscribers))
            return;
        foreach (var (subscriber, _) in subscribers)
            subscriber.Tell(happened);
    }
}
