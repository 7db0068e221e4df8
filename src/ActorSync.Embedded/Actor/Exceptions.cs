namespace Akka.Actor;

/// <summary>An actor could not be created: its constructor or PreStart threw. The default decision is to stop it.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException() { }
    public ActorInitializationException(string message) : base(message) { }
    public ActorInitializationException(string message, Exception cause) : base(message, cause) { }

    public ActorInitializationException(IActorRef actor, string message, Exception cause = null) : base(message, cause) => Actor = actor;

    public IActorRef Actor { get; set; }

    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}

/// <summary>PreRestart threw; only logged, the restart goes on.</summary>
public class PreRestartException : ActorInitializationException
{
    public PreRestartException(IActorRef actor, Exception restartException, Exception cause, object optionalMessage)
        : base(actor, $"Exception in PreRestart of {actor} after {cause?.GetType().Name}", restartException) =>
        (RestartException, OptionalMessage) = (restartException, optionalMessage);

    public Exception RestartException { get; }
    public object OptionalMessage { get; }
}

/// <summary>The constructor or PostRestart of the new incarnation threw.</summary>
public class PostRestartException : ActorInitializationException
{
    public PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
        : base(actor, $"Exception post restart ({originalCause?.GetType().Name ?? "null"})", cause) => OriginalCause = originalCause;

    public Exception OriginalCause { get; }
}

/// <summary>What an actor fails with when it receives <see cref="Kill"/>.</summary>
public class ActorKilledException : AkkaException
{
    public ActorKilledException() { }
    public ActorKilledException(string message) : base(message) { }
}

/// <summary>A selection found nobody.</summary>
public class ActorNotFoundException : AkkaException
{
    public ActorNotFoundException() { }
    public ActorNotFoundException(string message, Exception innerException = null) : base(message, innerException) { }
}

/// <summary>No answer to an ask came in time.</summary>
public class AskTimeoutException : AkkaException
{
    public AskTimeoutException(string message) : base(message) { }
}

/// <summary>A <see cref="Terminated"/> was not handled by the watcher.</summary>
public class DeathPactException : AkkaException
{
    public DeathPactException(IActorRef deadActor) : base($"Monitored actor [{deadActor}] terminated") => DeadActor = deadActor;

    public IActorRef DeadActor { get; }
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
    public InvalidActorNameException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>A message was null.</summary>
public class InvalidMessageException : AkkaException
{
    public InvalidMessageException() { }
    public InvalidMessageException(string message) : base(message) { }
}

/// <summary>The scheduler was used after its system's end.</summary>
public sealed class SchedulerException : AkkaException
{
    public SchedulerException(string message) : base(message) { }
}

/// <summary>A logger of <c>akka.loggers</c> could not be started.</summary>
public class LoggerInitializationException : AkkaException
{
    public LoggerInitializationException() { }
    public LoggerInitializationException(string message) : base(message) { }
    public LoggerInitializationException(string message, Exception cause = null) : base(message, cause) { }
}
