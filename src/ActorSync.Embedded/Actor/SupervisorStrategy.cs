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

/// <summary>How a parent decides about the failures of its children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Restart, but stop what could not be created or died of an unhandled <see cref="Terminated"/>.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(cause =>
        cause is ActorInitializationException or DeathPactException ? Directive.Stop : Directive.Restart);

    private protected SupervisorStrategy() { }

    private protected abstract Directive Decide(Exception cause);

    private protected abstract bool MayRestart(ChildRestartStats stats);

    /// <summary>Acts on the decision; false when the failure is to be escalated.</summary>
    internal bool HandleFailure(ActorCell parent, LocalActorRef child, Exception cause, ChildRestartStats stats)
    {
        var directive = Decide(cause);
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
    private readonly int? _maxRetries;
    private readonly TimeSpan? _window;
    private readonly Func<Exception, Directive> _decide;

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider) : this(null, null, localOnlyDecider) { }

    /// <param name="maxNrOfRetries">Restarts allowed within the window; null or -1: any number.</param>
    /// <param name="withinTimeRange">The window of the limit; null: the actor's life.</param>
    /// <param name="localOnlyDecider">Chooses a directive for a failure.</param>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider) =>
        (_maxRetries, _window, _decide) = (maxNrOfRetries, withinTimeRange, localOnlyDecider);

    private protected override Directive Decide(Exception cause) => _decide(cause);

    private protected override bool MayRestart(ChildRestartStats stats) =>
        stats.RequestRestartPermission(_maxRetries ?? -1, (int)(_window ?? Timeout.InfiniteTimeSpan).TotalMilliseconds);
}
