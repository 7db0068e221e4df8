using System.Runtime.ExceptionServices;

namespace Akka.Actor;

// Supervision. An actor that fails suspends itself and its children and reports to its parent; the parent's strategy
// answers with Resume, Recreate or Terminate, or fails itself (escalation). Recreate and Terminate first wait for the
// children that are dying; what is to be done after them is remembered in the children's container.
internal sealed partial class ActorCell
{
    private ChildrenContainer _children; // null: it never had one
    private IActorRef _perpetrator; // whose failure this actor waits for a decision about: itself or a child

    private ChildrenContainer Children => _children ?? ChildrenContainer.None;

    private ChildrenContainer OwnChildren => LazyInitializer.EnsureInitialized(ref _children);

    private LocalActorRef MakeChild(Props props, string name)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException(name.Length == 0
                ? "Actor name must not be empty."
                : $"Illegal actor name [{name}]. Use ASCII letters, digits and -_.*$+:@&=,!~';(), and do not start with $.");
        }
        var child = OwnChildren.Add(name, childName =>
            new LocalActorRef(SystemImpl, props, SelfRef, new ChildActorPath(SelfRef.Path, childName, SystemImpl.NextUid())));
        child.Cell.Start();
        if (_perpetrator is not null && ReferenceEquals(_current, this))
        {
            // Made while this actor fails: it shares the suspensions that a decision will undo.
            for (var i = 0; i < _suspensions; i++)
                child.SendSystemMessage(new Suspend());
        }
        return child;
    }

    private void HandleInvokeFailure(Exception cause, IActorRef failedChild = null, IReadOnlyCollection<IActorRef> notToSuspend = null)
    {
        if (_perpetrator is not null)
            return;
        _suspensions++;
        _perpetrator = failedChild ?? SelfRef;
        foreach (var child in Children.Snapshot())
        {
            if (!child.Equals(failedChild) && notToSuspend?.Contains(child) != true)
                child.SendSystemMessage(new Suspend());
        }
        ParentRef.SendSystemMessage(new Failed(SelfRef, cause));
    }

    private void HandleFailed(Failed failed)
    {
        if (!Children.TryGetStats(failed.Child, out var stats))
            return; // a late word of a child that is gone
        Sender = failed.Child;
        CurrentMessage = failed;
        if (!Strategy.HandleFailure(this, failed.Child, failed.Cause, stats))
            ExceptionDispatchInfo.Throw(failed.Cause);
    }

    private void FaultSuspend()
    {
        _suspensions++;
        TellChildren(() => new Suspend());
    }

    private void FaultResume(Exception cause)
    {
        if (_actor is null)
        {
            // Nothing to resume: the actor was never made, so make it now.
            FaultCreate();
            return;
        }
        _suspensions--;
        var perpetrator = _perpetrator;
        if (cause is not null)
            (_perpetrator, CurrentMessage) = (null, null);
        foreach (var child in Children.Snapshot())
            child.SendSystemMessage(new Resume(child.Equals(perpetrator) ? cause : null));
    }

    private void FaultCreate()
    {
        StopChildren();
        if (!Children.AwaitDying(AfterDying.Create, null))
            FinishCreate();
    }

    private void FinishCreate()
    {
        _suspensions--;
        _perpetrator = null;
        try
        {
            CreateActor();
        }
        catch (Exception failure)
        {
            HandleInvokeFailure(failure);
        }
    }

    private void FaultRecreate(Exception cause)
    {
        if (_actor is null)
        {
            FaultCreate();
            return;
        }
        if (!Children.IsNormal)
        {
            FaultResume(null); // already recreating or stopping: only keep the count of suspensions
            return;
        }
        try
        {
            _actor.InvokePreRestart(cause, CurrentMessage is SystemMessage ? null : CurrentMessage);
            (_actor as IActorStash)?.Stash?.UnstashAll();
        }
        catch (Exception failure)
        {
            Publish(failure, $"Exception in PreRestart after {cause.GetType().Name}: {failure.Message}"); // and the restart goes on
        }
        if (!Children.AwaitDying(AfterDying.Recreate, cause))
            FinishRecreate(cause);
    }

    private void FinishRecreate(Exception cause)
    {
        var survivors = Children.Snapshot();
        _suspensions--;
        _perpetrator = null;
        CurrentMessage = null;
        try
        {
            _actor = NewInstance();
            _actor.InvokePostRestart(cause);
            foreach (var survivor in survivors)
                survivor.SendSystemMessage(new Recreate(cause));
        }
        catch (Exception failure)
        {
            _actor = null; // so that a later restart does not run PreRestart of a half-made actor
            HandleInvokeFailure(new ActorInitializationException(SelfRef, $"Exception post restart ({cause.GetType().Name})", failure), null, survivors);
        }
    }

    private void Terminate()
    {
        UnwatchAll();
        StopChildren();
        var stoppingBefore = Children.IsTerminating;
        if (!Children.AwaitDying(AfterDying.Terminate, null))
        {
            FinishTerminate();
        }
        else if (!stoppingBefore)
        {
            // No user messages and no reports of failures while the children die.
            _suspensions++;
            _perpetrator = SelfRef;
        }
    }

    private void FinishTerminate()
    {
        OwnChildren.Close();
        try
        {
            _actor?.InvokePostStop();
            (_actor as IActorStash)?.Stash?.UnstashAll();
        }
        catch (Exception failure)
        {
            Publish(failure, failure.Message);
        }
        _terminated = true;
        DrainToDeadLetters();
        ParentRef.SendSystemMessage(new DeathWatchNotification(SelfRef, true));
        TellWatchersOfDeath();
        UnwatchAll();
        _actor = null;
        _behavior = null;
        CurrentMessage = null;
        Sender = null;
    }

    private void HandleChildDeath(LocalActorRef child)
    {
        switch (Children.Remove(child, out var cause))
        {
            case AfterDying.Create: FinishCreate(); break;
            case AfterDying.Recreate: FinishRecreate(cause); break;
            case AfterDying.Terminate: FinishTerminate(); break;
        }
    }

    private void StopChildren()
    {
        foreach (var child in Children.Snapshot())
            Stop(child);
    }

    private void TellChildren(Func<SystemMessage> message)
    {
        foreach (var child in Children.Snapshot())
            child.SendSystemMessage(message());
    }
}
