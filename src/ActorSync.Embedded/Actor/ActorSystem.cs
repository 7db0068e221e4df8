using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A tree of actors with its scheduler, its event stream and its settings.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem() { }

    public abstract string Name { get; }
    public abstract Settings Settings { get; }
    public abstract EventStream EventStream { get; }
    public abstract IActorRef DeadLetters { get; }
    public abstract IScheduler Scheduler { get; }
    public abstract ILoggingAdapter Log { get; }

    /// <summary>Completes when every actor has stopped.</summary>
    public abstract Task WhenTerminated { get; }

    public static ActorSystem Create(string name) => Create(name, Config.Empty);

    /// <summary>Starts a system.</summary>
    /// <exception cref="ConfigurationException">The configuration asks for something that this engine does not have.</exception>
    /// <exception cref="ArgumentException">The name is not made of letters, digits and hyphens, or begins with a hyphen.</exception>
    public static ActorSystem Create(string name, Config config) => new ActorSystemImpl(name, config);

    public abstract IActorRef ActorOf(Props props, string name = null);
    public abstract ActorSelection ActorSelection(string actorPath);
    public abstract void Stop(IActorRef actor);

    /// <summary>Runs the coordinated shutdown (unless configured otherwise) and stops all actors.</summary>
    public abstract Task Terminate();

    public void Dispose()
    {
        Terminate();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A system as what extends the engine sees it.</summary>
public abstract class ExtendedActorSystem : ActorSystem;
