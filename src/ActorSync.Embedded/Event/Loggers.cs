using Akka.Actor;

namespace Akka.Event;

/// <summary>Tells a logger of <c>akka.loggers</c> to begin; it answers <see cref="LoggerInitialized"/>.</summary>
public class InitializeLogger
{
    internal InitializeLogger() { }
}

/// <summary>A logger is ready.</summary>
public class LoggerInitialized : IDeadLetterSuppression;

/// <summary>Prints events to the standard output while no logger runs: before the loggers and after them.</summary>
internal sealed class StandardOutLogger : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath("all-systems", "StandardOutLogger");

    protected override void TellInternal(object message, IActorRef sender) => Console.Out.WriteLine(message);
}

/// <summary>The logger that prints to the standard output.</summary>
public class DefaultLogger : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent) => Console.Out.WriteLine(logEvent);
}
