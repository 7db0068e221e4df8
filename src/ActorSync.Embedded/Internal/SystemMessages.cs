namespace Akka.Actor;

/// <summary>
/// What actors of one tree tell each other about life and death. A cell handles these before its user messages.
/// A system message is a node of the queue it waits in, so one object goes to one actor only.
/// </summary>
internal abstract class SystemMessage : QueueNode;

/// <summary>Create the actor instance; the first message of every cell.</summary>
internal sealed class Create : SystemMessage;

internal sealed class Suspend : SystemMessage;

/// <summary>Undo one <see cref="Suspend"/>; a cause says that the receiver's own failure is forgiven.</summary>
internal sealed class Resume(Exception cause) : SystemMessage
{
    internal Exception Cause { get; } = cause;
}

/// <summary>Replace the actor instance, keep the mailbox.</summary>
internal sealed class Recreate(Exception cause) : SystemMessage
{
    internal Exception Cause { get; } = cause;
}

internal sealed class Terminate : SystemMessage;

internal sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    internal IInternalActorRef Watchee { get; } = watchee;
    internal IInternalActorRef Watcher { get; } = watcher;
}

internal sealed class Unwatch(IInternalActorRef watcher) : SystemMessage
{
    internal IInternalActorRef Watcher { get; } = watcher;
}

/// <summary>A child tells its parent that it failed and waits, suspended, for the parent's decision.</summary>
internal sealed class Failed(LocalActorRef child, Exception cause) : SystemMessage
{
    internal LocalActorRef Child { get; } = child;
    internal Exception Cause { get; } = cause;
}

/// <summary>An actor tells its parent and its watchers that it has stopped.</summary>
internal sealed class DeathWatchNotification(IInternalActorRef actor, bool existenceConfirmed) : SystemMessage
{
    internal IInternalActorRef Actor { get; } = actor;
    internal bool ExistenceConfirmed { get; } = existenceConfirmed;
}
