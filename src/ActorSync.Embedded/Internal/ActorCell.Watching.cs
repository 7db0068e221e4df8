namespace Akka.Actor;

// Death watch. A watcher hears of a death exactly once: the notification takes the watchee off the watched, and the
// Terminated that follows through the mailbox counts only while it is still expected (an Unwatch in between ends that).
internal sealed partial class ActorCell
{
    private RefSet _watching;
    private RefSet _terminatedQueued;
    private RefSet _watchers;

    public IActorRef Watch(IActorRef subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watchee = (IInternalActorRef)subject;
        if (!watchee.Equals(SelfRef) && _watching.Add(watchee))
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
        if (_watching.Remove(died.Actor) && !Children.IsTerminating)
        {
            _terminatedQueued.Add(died.Actor);
            Self.Tell(new Terminated(died.Actor, died.ExistenceConfirmed), died.Actor);
        }
        if (died.Actor is LocalActorRef child && Children.Contains(child))
            HandleChildDeath(child);
    }

    private void ReceiveTerminated(Terminated terminated)
    {
        if (_terminatedQueued.Remove(terminated.ActorRef))
            HandToActor(terminated);
    }

    private void UnwatchAll()
    {
        foreach (var watchee in _watching.Snapshot())
            ((IInternalActorRef)watchee).SendSystemMessage(new Unwatch(SelfRef));
        _watching.Clear();
        _terminatedQueued.Clear();
    }

    private void TellWatchersOfDeath()
    {
        foreach (var watcher in _watchers.Snapshot())
        {
            if (!watcher.Equals(ParentRef)) // the parent is told in any case
                ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(SelfRef, true));
        }
        _watchers.Clear();
    }
}
