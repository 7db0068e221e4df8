using Akka.Event;

namespace Akka.Actor;

/// <summary>What becomes of an actor that failed.</summary>
public enum Directive
{
    /// <summary>Go on with the next message, state kept.</summary>
    Resume,

    /// <summary>Replace the instance, mailbox kept.</summary>
    Restart,

    /// <summary>Fail with the same cause.</summary>
    Escalate,

    /// <summary>End the actor.</summary>
    Stop,
}

/// <summary>Chooses a directive for a failure.</summary>
public interface IDecider
{
    Directive Decide(Exception cause);
}

/// <summary>A decider that is a function.</summary>
public class LocalOnlyDecider : IDecider
{
    private readonly Func<Exception, Directive> _decider;

    public LocalOnlyDecider(Func<Exception, Directive> decider) => _decider = decider;

    public Directive Decide(Exception cause) => _decider(cause);
}

/// <summary>How a parent decides about the failures of its children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Restart, but stop what could not be created, was killed or died of an unhandled <see cref="Terminated"/>.</summary>
    public static readonly IDecider DefaultDecider = new LocalOnlyDecider(cause =>
        cause is ActorInitializationException or ActorKilledException or DeathPactException ? Directive.Stop : Directive.Restart);

    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    public static readonly OneForOneStrategy StoppingStrategy = new(static _ => Directive.Stop);

    private protected SupervisorStrategy() { }

    public abstract IDecider Decider { get; }

    protected bool LoggingEnabled { get; set; }

    private protected abstract bool MayRestart(ChildRestartStats stats);

    /// <summary>Acts on the decision; false when the failure is to be escalated.</summary>
    internal bool HandleFailure(ActorCell parent, LocalActorRef child, Exception cause, ChildRestartStats stats)
    {
        var directive = Decider.Decide(cause);
        if (LoggingEnabled)
            Log(parent, child, cause, directive);
        switch (directive)
        {
            case Directive.Escalate:
                return false;
            case Directive.Resume:
                child.SendSystemMessage(new Resume(cause));
                return true;
            case Directive.Restart when MayRestart(stats):
                child.SendSystemMessage(new Recreate(cause));
                return true;
            default:
                parent.Stop(child);
                return true;
        }
    }

    private void Log(ActorCell parent, LocalActorRef child, Exception cause, Directive directive)
    {
        var message = cause is ActorInitializationException { InnerException: { } inner } ? inner.Message : cause.Message;
        if (directive == Directive.Resume)
            parent.SystemImpl.EventStream.Publish(new Warning(cause, child.Path.ToString(), GetType(), message));
        else if (directive != Directive.Escalate)
            parent.SystemImpl.EventStream.Publish(new Error(cause, child.Path.ToString(), GetType(), message));
    }
}

/// <summary>Acts on the failed child only. Restarts past the limit within the window become stops.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, new LocalOnlyDecider(localOnlyDecider)) { }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, (int)(withinTimeRange ?? Timeout.InfiniteTimeSpan).TotalMilliseconds, decider) { }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, new LocalOnlyDecider(localOnlyDecider), loggingEnabled) { }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        (MaxNumberOfRetries, WithinTimeRangeMilliseconds, Decider) = (maxNrOfRetries, withinTimeMilliseconds, decider);
        LoggingEnabled = loggingEnabled;
    }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(-1, -1, localOnlyDecider) { }
    public OneForOneStrategy(IDecider decider) : this(-1, -1, decider) { }

    public override IDecider Decider { get; }

    /// <summary>Restarts allowed within the window; -1: any number.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>The window of the limit; -1: the actor's life.</summary>
    public int WithinTimeRangeMilliseconds { get; }

    private protected override bool MayRestart(ChildRestartStats stats) =>
        stats.RequestRestartPermission(MaxNumberOfRetries, WithinTimeRangeMilliseconds);
}
