namespace Akka.Actor;

/// <summary>An actor could not be created: its constructor or PreStart threw. The default decision is to stop it.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException(string message) : base(message) { }

    public ActorInitializationException(IActorRef actor, string message, Exception cause = null) : base(message, cause) => Actor = actor;

    public IActorRef Actor { get; }
}

/// <summary>No answer to an ask came in time.</summary>
public class AskTimeoutException : AkkaException
{
    public AskTimeoutException(string message) : base(message) { }
}

/// <summary>A <see cref="Terminated"/> was not handled by the watcher.</summary>
public class DeathPactException : AkkaException
{
    public DeathPactException(IActorRef deadActor) : base($"Monitored actor [{deadActor}] terminated") { }
}

/// <summary>A stash was used against its rules.</summary>
public class IllegalActorStateException : AkkaException
{
    public IllegalActorStateException(string message) : base(message) { }
}

/// <summary>A name for an actor is malformed or taken.</summary>
public class InvalidActorNameException : AkkaException
{
    public InvalidActorNameException(string message) : base(message) { }
}

/// <summary>The dead letters, or who asked, were told null.</summary>
public class InvalidMessageException : AkkaException
{
    public InvalidMessageException(string message) : base(message) { }
}

/// <summary>The scheduler was used after its system's end.</summary>
public sealed class SchedulerException : AkkaException
{
    public SchedulerException(string message) : base(message) { }
}
