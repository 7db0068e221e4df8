using Akka.Event;

namespace Akka.Actor;

// What an actor sees of its cell.
internal sealed partial class ActorCell : IActorContext
{
    private TimeSpan? _receiveTimeout;
    private Cancelable _receiveTimeoutTask;

    public IActorRef Self => SelfRef;
    public IActorRef Sender { get; private set; }
    public IActorRef Parent => ParentRef;
    internal Props Props { get; }
    public ActorSystem System => SystemImpl;

    public IActorRef ActorOf(Props props, string name = null) => MakeChild(props, name);

    public ActorSelection ActorSelection(string actorPath) => new(SelfRef, actorPath);

    public IActorRef Child(string name) => Children.Find(name) ?? (IActorRef)ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => Children.Snapshot();

    public void Stop(IActorRef child)
    {
        if (child is LocalActorRef local)
            Children.MarkDying(local);
        (child as IInternalActorRef)?.SendSystemMessage(new Terminate());
    }

    internal void Become(Receive receive) => _behavior = receive;

    internal void BecomeStacked(Receive receive)
    {
        (_covered ??= new Stack<Receive>()).Push(_behavior);
        _behavior = receive;
    }

    internal void UnbecomeStacked() => _behavior = _covered is { Count: > 0 } ? _covered.Pop() : null;

    private void ForgetBehaviors() => (_behavior, _covered) = (null, null);

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        _receiveTimeout = timeout;
        if (timeout is null)
            CancelReceiveTimeout();
        else if (_actor is not null)
            RestartReceiveTimeout();
    }

    private void RestartReceiveTimeout()
    {
        CancelReceiveTimeout();
        if (IsBlocked || _terminated)
            return;
        _receiveTimeoutTask = new Cancelable();
        SystemImpl.Scheduler.ScheduleTellOnce(_receiveTimeout.Value, SelfRef, ReceiveTimeout.Instance, SelfRef, _receiveTimeoutTask);
    }

    private void CancelReceiveTimeout()
    {
        _receiveTimeoutTask?.Cancel();
        _receiveTimeoutTask = null;
    }

    private void Publish(Exception cause, string message) =>
        SystemImpl.EventStream.Publish(new Error(cause, SelfRef.Path.ToString(), _actor?.GetType() ?? Props.Type, message));
}
