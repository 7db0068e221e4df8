namespace Akka.Actor;

/// <summary>
/// One actor: its mailbox, its instance, its children, whom it watches and how far a failure has got. Everything here
/// runs on the thread that runs the cell, except posting a message and (for the guardians) making a child.
/// </summary>
internal sealed partial class ActorCell
{
    private Receive _behavior; // null: the actor's first
    private ActorBase _actor;
    private SupervisorStrategy _strategy;

    internal ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, IInternalActorRef parent)
    {
        SystemImpl = system;
        SelfRef = self;
        Props = props;
        ParentRef = parent;
        _runsOnCaller = typeof(IRunsOnCaller).IsAssignableFrom(props.Type);
    }

    internal ActorSystemImpl SystemImpl { get; }
    internal LocalActorRef SelfRef { get; }
    internal IInternalActorRef ParentRef { get; }
    internal object CurrentMessage { get; private set; }
    internal int CurrentEnvelopeId => _envelopeId;

    internal void Start() => Post(new Create());

    private void RunSystemMessages()
    {
        while (_systemMessages.TryDequeue() is { } message)
        {
            try
            {
                if (_terminated)
                    HandleWhenTerminated(message);
                else
                    Handle(message);
            }
            catch (Exception failure)
            {
                HandleInvokeFailure(failure, message is Failed failed ? failed.Child : null);
            }
        }
    }

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case Akka.Actor.Create: CreateActor(); break;
            case Akka.Actor.Suspend: FaultSuspend(); break;
            case Resume resume: FaultResume(resume.Cause); break;
            case Recreate recreate: FaultRecreate(recreate.Cause); break;
            case Akka.Actor.Terminate: Terminate(); break;
            case Failed failed: HandleFailed(failed); break;
            case DeathWatchNotification died: HandleDeath(died); break;
            case Akka.Actor.Watch watch: _watchers.Add(watch.Watcher); break;
            case Akka.Actor.Unwatch unwatch: _watchers.Remove(unwatch.Watcher); break;
        }
    }

    private static void HandleWhenTerminated(SystemMessage message)
    {
        if (message is Watch watch)
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, true));
    }

    private void Invoke(Envelope envelope)
    {
        CurrentMessage = envelope.Message;
        Sender = envelope.Sender ?? SystemImpl.DeadLetters;
        _envelopeId++;
        try
        {
            Receive(envelope.Message);
            (CurrentMessage, Sender) = (null, null); // an idle actor holds on to neither
        }
        catch (Exception failure)
        {
            HandleInvokeFailure(failure);
        }
    }

    private void Receive(object message)
    {
        switch (message)
        {
            case Terminated terminated: ReceiveTerminated(terminated); break;
            case PoisonPill: SelfRef.SendSystemMessage(new Terminate()); break;
            case Identify identify: Sender.Tell(new ActorIdentity(identify.MessageId, SelfRef), SelfRef); break;
            case TimerMessage timer: ReceiveTimer(timer); break;
            default: HandToActor(message); break;
        }
    }

    private void ReceiveTimer(TimerMessage timer)
    {
        if (!ReferenceEquals((_actor as IWithTimers)?.Timers, timer.Owner) || !timer.Owner.Accept(timer))
            return; // started again, cancelled, or of an incarnation that is gone
        CurrentMessage = timer.Message;
        Receive(timer.Message);
    }

    private void HandToActor(object message) => _actor.ReceiveWith(_behavior, message);

    private ActorBase NewInstance()
    {
        _behavior = null;
        _strategy = null;
        var actor = Props.NewActor();
        if (!ReferenceEquals(actor.Cell, this))
            throw new ActorInitializationException(SelfRef, "The factory of an actor must return a new instance each time.");
        if (actor is IActorStash stashing)
            stashing.Stash = new StashImpl(this);
        (actor as ReceiveActor)?.EndConfiguration();
        return actor;
    }

    private void CreateActor()
    {
        ActorBase actor = null;
        try
        {
            _actor = actor = NewInstance();
            actor.InvokePreStart();
        }
        catch (Exception failure)
        {
            _actor = null;
            throw new ActorInitializationException(SelfRef, "Exception during creation", failure);
        }
    }

    /// <summary>The actor's own strategy; asked for once per incarnation.</summary>
    private SupervisorStrategy Strategy => _strategy ??= _actor.OwnSupervisorStrategy() ?? Akka.Actor.SupervisorStrategy.DefaultStrategy;
}
