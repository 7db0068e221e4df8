using Akka.Actor;

namespace Akka.Event;

/// <summary>Tells a logger of <c>akka.loggers</c> to begin; it answers <see cref="LoggerInitialized"/>.</summary>
public class InitializeLogger
{
    public InitializeLogger(LoggingBus loggingBus) => LoggingBus = loggingBus;

    public LoggingBus LoggingBus { get; }
}

/// <summary>A logger is ready.</summary>
public class LoggerInitialized : IDeadLetterSuppression;

/// <summary>Prints events to the standard output while no logger runs: before the loggers and after them.</summary>
public class StandardOutLogger : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems"), "/StandardOutLogger");

    protected override void TellInternal(object message, IActorRef sender) => Console.Out.WriteLine(message);
}

/// <summary>The logger that prints to the standard output.</summary>
public class DefaultLogger : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is InitializeLogger)
            Sender.Tell(new LoggerInitialized());
        else if (message is LogEvent)
            Console.Out.WriteLine(message);
        else
            Unhandled(message);
    }
}
