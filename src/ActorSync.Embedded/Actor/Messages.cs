using Akka.Event;

namespace Akka.Actor;

/// <summary>A message that the engine itself answers before the actor sees it.</summary>
public interface IAutoReceivedMessage;

/// <summary>A message that does not put the receive timeout off.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>A message that may end its receiver.</summary>
public interface IPossiblyHarmful;

/// <summary>A message around another one.</summary>
public interface IWrappedMessage
{
    object Message { get; }
}

/// <summary>Stops an actor once everything before it in the mailbox is done.</summary>
public sealed class PoisonPill : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    private PoisonPill() { }

    public static PoisonPill Instance { get; } = new();
    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes an actor fail with <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : IAutoReceivedMessage
{
    private Kill() { }

    public static Kill Instance { get; } = new();
    public override string ToString() => "<Kill>";
}

/// <summary>Nothing was received for the time given to <see cref="IActorContext.SetReceiveTimeout"/>.</summary>
public class ReceiveTimeout : IPossiblyHarmful
{
    private ReceiveTimeout() { }

    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>A watched actor has stopped. Unhandled, it stops the watcher with <see cref="DeathPactException"/>.</summary>
public sealed class Terminated : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    public Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated) =>
        (ActorRef, ExistenceConfirmed, AddressTerminated) = (actorRef, existenceConfirmed, addressTerminated);

    public IActorRef ActorRef { get; }

    /// <summary>False when the watched reference never had an actor.</summary>
    public bool ExistenceConfirmed { get; }

    public bool AddressTerminated { get; }

    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Asks any actor for its reference; answered by <see cref="ActorIdentity"/>.</summary>
public sealed class Identify : IAutoReceivedMessage, INotInfluenceReceiveTimeout
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
    public sealed class Success : Status
    {
        public readonly object Status;

        public static readonly Success Instance = new(null);

        public Success(object status) => Status = status;

        public override string ToString() => $"Success: {Status}";
    }

    /// <summary>Ends an ask with its <see cref="Cause"/>.</summary>
    public sealed class Failure : Status
    {
        public readonly Exception Cause;
        public readonly object State;

        public Failure(Exception cause) : this(cause, null) { }

        public Failure(Exception cause, object state) => (Cause, State) = (cause, state);

        public override string ToString() => $"Failure: {Cause}";
    }
}

/// <summary>A message with its sender, as it lies in a mailbox or a stash.</summary>
public readonly struct Envelope
{
    public Envelope(object message, IActorRef sender) => (Message, Sender) = (message, sender);

    public object Message { get; }
    public IActorRef Sender { get; }

    public override string ToString() => $"<{Message}> from {Sender?.ToString() ?? "NoSender"}";
}
