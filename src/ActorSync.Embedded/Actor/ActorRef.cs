using Akka.Event;

namespace Akka.Actor;

/// <summary>Something that takes messages.</summary>
public interface ICanTell
{
    void Tell(object message, IActorRef sender);
}

/// <summary>The handle of an actor: messages go in, nothing else is reachable. Equal when path and uid are.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>
{
    ActorPath Path { get; }
}

/// <summary>The engine's side of a reference: supervision and death watch travel as system messages, before user messages.</summary>
internal interface IInternalActorRef : IActorRef
{
    ActorSystemImpl System { get; }
    bool IsTerminated { get; }
    void SendSystemMessage(SystemMessage message);
}

/// <summary>Equality and printing of references.</summary>
public abstract class ActorRefBase : IActorRef
{
    public abstract ActorPath Path { get; }

    public void Tell(object message, IActorRef sender) => TellInternal(message, sender);

    protected abstract void TellInternal(object message, IActorRef sender);

    public bool Equals(IActorRef other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    public override bool Equals(object obj) => Equals(obj as IActorRef);

    public override int GetHashCode() => HashCode.Combine(Path.Uid, Path);

    public override string ToString() => Path.Uid == 0 ? $"[{Path}]" : $"[{Path}#{Path.Uid}]";
}

/// <summary>A reference without a cell behind it: it takes messages where it stands and ignores supervision.</summary>
public abstract class MinimalActorRef : ActorRefBase, IInternalActorRef
{
    private protected virtual ActorSystemImpl OwnSystem => null;
    ActorSystemImpl IInternalActorRef.System => OwnSystem;
    bool IInternalActorRef.IsTerminated => false;
    void IInternalActorRef.SendSystemMessage(SystemMessage message) => OnSystemMessage(message);

    private protected virtual void OnSystemMessage(SystemMessage message) { }

    protected override void TellInternal(object message, IActorRef sender) { }
}

/// <summary>The reference of nobody: what is told to it is forgotten.</summary>
public sealed class Nobody : MinimalActorRef
{
    private Nobody() { }

    public static readonly Nobody Instance = new();

    public override ActorPath Path { get; } = new RootActorPath("all-systems", "Nobody");
}

/// <summary>The references that need no actor.</summary>
public static class ActorRefs
{
    public static readonly IActorRef NoSender;
    public static readonly Nobody Nobody = Nobody.Instance;
}

public static class ActorRefExtensions
{
    public static bool IsNobody(this IActorRef actorRef) => actorRef is null or Nobody;
}

/// <summary>Tell with the current actor as the sender.</summary>
public static class ActorRefImplicitSenderExtensions
{
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Self);

    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender);
}

/// <summary>The reference of an actor that runs in this process.</summary>
internal sealed class LocalActorRef : ActorRefBase, IInternalActorRef
{
    internal LocalActorRef(ActorSystemImpl system, Props props, IInternalActorRef parent, ActorPath path)
    {
        Path = path;
        Cell = new ActorCell(system, this, props, parent);
    }

    internal ActorCell Cell { get; }
    public override ActorPath Path { get; }
    public ActorSystemImpl System => Cell.SystemImpl;
    public bool IsTerminated => Cell.IsTerminated;

    protected override void TellInternal(object message, IActorRef sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        Cell.Post(message, sender);
    }

    public void SendSystemMessage(SystemMessage message) => Cell.Post(message);
}

/// <summary>Publishes what could not be delivered on the event stream.</summary>
internal sealed class DeadLetterActorRef : MinimalActorRef
{
    private readonly ActorSystemImpl _system;

    internal DeadLetterActorRef(ActorSystemImpl system, ActorPath path) => (_system, Path) = (system, path);

    public override ActorPath Path { get; }
    private protected override ActorSystemImpl OwnSystem => _system;

    protected override void TellInternal(object message, IActorRef sender) => Deliver(message, sender, this);

    internal void Deliver(object message, IActorRef sender, IActorRef recipient)
    {
        switch (message)
        {
            case null:
                throw new InvalidMessageException("Message is null");
            case AllDeadLetters letter:
                _system.EventStream.Publish(letter);
                break;
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, null), this);
                break;
            case IDeadLetterSuppression suppressed:
                _system.EventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? this, recipient));
                break;
            default:
                _system.EventStream.Publish(new DeadLetter(message, sender ?? this, recipient));
                break;
        }
    }

    // Nobody lives here: a watch is answered at once, as for a dead actor.
    private protected override void OnSystemMessage(SystemMessage message)
    {
        if (message is Watch watch)
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, false));
    }
}
