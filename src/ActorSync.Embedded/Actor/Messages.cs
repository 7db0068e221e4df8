using Akka.Event;

namespace Akka.Actor;

/// <summary>A message that is left alone where all messages are serialized to try them; this engine never does.</summary>
public interface INoSerializationVerificationNeeded;

/// <summary>Stops an actor once everything before it in the mailbox is done.</summary>
public sealed class PoisonPill : IDeadLetterSuppression
{
    private PoisonPill() { }
    public static PoisonPill Instance { get; } = new();
    public override string ToString() => "<PoisonPill>";
}

/// <summary>A watched actor has stopped. Unhandled, it stops the watcher with <see cref="DeathPactException"/>.</summary>
public sealed class Terminated : IDeadLetterSuppression
{
    internal Terminated(IActorRef actorRef, bool existenceConfirmed) => (ActorRef, ExistenceConfirmed) = (actorRef, existenceConfirmed);
    public IActorRef ActorRef { get; }

    /// <summary>False when the watched reference never had an actor.</summary>
    public bool ExistenceConfirmed { get; }

    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Asks any actor for its reference; answered by <see cref="ActorIdentity"/>.</summary>
public sealed class Identify
{
    public Identify(object messageId) => MessageId = messageId;

    public object MessageId { get; }
}

/// <summary>The answer to <see cref="Identify"/>; <see cref="Subject"/> is null when nobody lives there.</summary>
public sealed class ActorIdentity
{
    public ActorIdentity(object messageId, IActorRef subject) => (MessageId, Subject) = (messageId, subject);

    public object MessageId { get; }
    public IActorRef Subject { get; }
}

/// <summary>The conventional answers of an actor that was asked.</summary>
public abstract class Status
{
    /// <summary>Ends an ask with its <see cref="Cause"/>.</summary>
    public sealed class Failure : Status
    {
        public readonly Exception Cause;

        public Failure(Exception cause) => Cause = cause;

        public override string ToString() => $"Failure: {Cause}";
    }
}

/// <summary>A message with its sender, as it lies in a mailbox or a stash.</summary>
internal readonly record struct Envelope(object Message, IActorRef Sender);
