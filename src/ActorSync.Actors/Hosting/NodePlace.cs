using Akka;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>Where the actors of a node live: in an actor system of its own, or below one actor in its owner's.</summary>
internal abstract class NodePlace(ActorSystem system)
{
    public ActorSystem System { get; } = system;

    /// <summary>Ends when all its actors have.</summary>
    public abstract Task Ended { get; }

    /// <summary>Whether the node ends, or its actor system does.</summary>
    public virtual bool IsEnding => CoordinatedShutdown.Get(System).ShutdownReason is not null;

    /// <summary>Makes the actors that the node begins with.</summary>
    public abstract Result<T> Build<T>(Func<IActorRefFactory, T> build);

    /// <summary>Makes one more; null when the node ends.</summary>
    public abstract Task<IActorRef?> BeginAsync(Props props);

    /// <summary>What is to be done when the node ends, in the order of the phases of the actor system's shutdown.</summary>
    public virtual void AtEnd(string phase, string name, Func<Task<Done>> step) => CoordinatedShutdown.Get(System).AddTask(phase, name, step);

    public abstract Task EndAsync();
}

/// <summary>The actor system is the node's own, and ends with it.</summary>
internal sealed class OwnSystem(ActorSystem system) : NodePlace(system)
{
    public override Task Ended => System.WhenTerminated;

    public override Result<T> Build<T>(Func<IActorRefFactory, T> build) => new(build(System));

    public override Task<IActorRef?> BeginAsync(Props props)
    {
        try
        {
            return Task.FromResult(IsEnding ? null : System.ActorOf(props));
        }
        catch (InvalidOperationException) when (IsEnding)
        {
            return Task.FromResult<IActorRef?>(null);
        }
    }

    public override Task EndAsync() => CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
}
