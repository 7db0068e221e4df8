namespace Akka.Actor;

/// <summary>Makes actors and finds them.</summary>
public interface IActorRefFactory
{
    /// <summary>Makes a child. The reference takes messages at once; the instance is created on the child's own run.</summary>
    /// <exception cref="InvalidActorNameException">The name is malformed or taken.</exception>
    IActorRef ActorOf(Props props, string name = null);

    ActorSelection ActorSelection(string actorPath);
}

/// <summary>Hears of the deaths of others.</summary>
public interface ICanWatch
{
    IActorRef Watch(IActorRef subject);
    IActorRef Unwatch(IActorRef subject);
}

/// <summary>What an actor may do with itself and its surroundings; only on the actor's own run.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    IActorRef Self { get; }

    /// <summary>Who sent the current message; the dead letters when nobody did.</summary>
    IActorRef Sender { get; }

    ActorSystem System { get; }
    IActorRef Parent { get; }

    /// <summary>The child of that name, or <see cref="ActorRefs.Nobody"/>.</summary>
    IActorRef Child(string name);

    IEnumerable<IActorRef> GetChildren();

    void Stop(IActorRef child);
}
