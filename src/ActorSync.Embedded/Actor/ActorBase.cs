using Akka.Event;

namespace Akka.Actor;

/// <summary>A behaviour: handles a message or says that it does not.</summary>
public delegate bool Receive(object message);

/// <summary>A behaviour that handles every message.</summary>
public delegate void UntypedReceive(object message);

/// <summary>An actor: handles one message at a time, and is made only by a cell from its <see cref="Props"/>.</summary>
public abstract class ActorBase
{
    /// <exception cref="ActorInitializationException">The actor was made with <c>new</c> outside of its props.</exception>
    protected ActorBase()
    {
        Cell = ActorCell.Current ?? throw new ActorInitializationException(
            $"There is no active ActorContext: make a {GetType().Name} with ActorOf and Props, not with new.");
        if (this is IWithTimers timed)
            timed.Timers = new TimerScheduler(Cell);
    }

    internal ActorCell Cell { get; }

    protected static IActorContext Context => ActorCell.Current ?? throw new NotSupportedException(
        "There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    protected IActorRef Self => Cell.Self;

    protected IActorRef Sender => Cell.Sender;

    protected abstract bool Receive(object message);

    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    protected void Become(Receive receive) => Cell.Become(receive);

    /// <summary>Runs before the first message.</summary>
    protected virtual void PreStart() { }

    /// <summary>Runs when the actor has stopped, after its children.</summary>
    protected virtual void PostStop() { }

    /// <summary>Runs on the instance that failed, before it is replaced: stops the children and calls <see cref="PostStop"/>.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }
        PostStop();
    }

    /// <summary>Runs on the instance that replaces the failed one: calls <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>How this actor decides about its children's failures.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.DefaultStrategy;

    internal SupervisorStrategy OwnSupervisorStrategy() => SupervisorStrategy();

    internal void InvokePreStart() => PreStart();

    internal void InvokePostRestart(Exception reason) => PostRestart(reason);

    internal void InvokePreRestart(Exception reason, object message)
    {
        (this as IWithTimers)?.Timers?.CancelAll();
        PreRestart(reason, message);
    }

    internal void InvokePostStop()
    {
        (this as IWithTimers)?.Timers?.CancelAll();
        PostStop();
    }

    internal void ReceiveWith(Receive behavior, object message)
    {
        if (!(behavior is null ? ReceiveFirst(message) : behavior(message)))
            Unhandled(message);
    }

    /// <summary>The behaviour before any Become.</summary>
    private protected virtual bool ReceiveFirst(object message) => Receive(message);
}

/// <summary>An actor with one method for all messages.</summary>
public abstract class UntypedActor : ActorBase
{
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    protected abstract void OnReceive(object message);

    protected void Become(UntypedReceive receive) => Become(Always(receive));

    private static Receive Always(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };
}
