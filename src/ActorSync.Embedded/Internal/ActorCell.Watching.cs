namespace Akka.Actor;

// Death watch. A watcher hears of a death exactly once: the notification takes the watchee off the watched, and the
// Terminated that follows through the mailbox counts only while it is still expected (an Unwatch in between ends that).
internal sealed partial class ActorCell
{
    private readonly Dictionary<IActorRef, object> _watching = new(); // with the message to get instead of Terminated, or null
    private readonly Dictionary<IActorRef, object> _terminatedQueued = new();
    private readonly HashSet<IInternalActorRef> _watchers = new();

    public IActorRef Watch(IActorRef subject) => Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => Watch(subject, message ?? throw new ArgumentNullException(nameof(message)));

    /// <summary>Who is watched already stays watched with the first message.</summary>
    private IActorRef Watch(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watchee = (IInternalActorRef)subject;
        if (!watchee.Equals(SelfRef) && _watching.TryAdd(watchee, message))
            watchee.SendSystemMessage(new Watch(watchee, SelfRef));
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        if (_watching.Remove(subject))
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch(SelfRef));
        _terminatedQueued.Remove(subject);
        return subject;
    }

    private void HandleDeath(DeathWatchNotification died)
    {
        if (_watching.Remove(died.Actor, out var message) && !_children.IsTerminating)
        {
            _terminatedQueued[died.Actor] = message;
            Self.Tell(new Terminated(died.Actor, died.ExistenceConfirmed, false), died.Actor);
        }
        if (died.Actor is LocalActorRef child && _children.Contains(child))
            HandleChildDeath(child);
    }

    private void ReceiveTerminated(Terminated terminated)
    {
        if (!_terminatedQueued.Remove(terminated.ActorRef, out var message))
            return;
        CurrentMessage = message ?? terminated;
        Receive(CurrentMessage);
    }

    private void UnwatchAll()
    {
        foreach (var watchee in _watching.Keys)
            ((IInternalActorRef)watchee).SendSystemMessage(new Unwatch(SelfRef));
        _watching.Clear();
        _terminatedQueued.Clear();
    }

    private void TellWatchersOfDeath()
    {
        foreach (var watcher in _watchers)
        {
            if (!watcher.Equals(ParentRef)) // the parent is told in any case
                watcher.SendSystemMessage(new DeathWatchNotification(SelfRef, true));
        }
        _watchers.Clear();
    }
}
