using Akka.Event;

namespace Akka.Actor;

// What an actor sees of its cell.
internal sealed partial class ActorCell : IUntypedActorContext
{
    private TimeSpan? _receiveTimeout;
    private ICancelable _receiveTimeoutTask;

    public IActorRef Self => SelfRef;
    public IActorRef Sender { get; private set; }
    public IActorRef Parent => ParentRef;
    public Props Props { get; }
    public ActorSystem System => SystemImpl;
    public TimeSpan? ReceiveTimeout => _receiveTimeout;

    public IActorRef ActorOf(Props props, string name = null) => MakeChild(props, name);

    public ActorSelection ActorSelection(string actorPath) => Akka.Actor.ActorSelection.Of(SelfRef, actorPath);

    public ActorSelection ActorSelection(ActorPath actorPath) => Akka.Actor.ActorSelection.Of(SelfRef, actorPath.ToString());

    public IActorRef Child(string name) => _children.Find(name) ?? (IActorRef)ActorRefs.Nobody;

    public IEnumerable<IActorRef> GetChildren() => _children.Snapshot();

    public void Stop(IActorRef child)
    {
        if (child is LocalActorRef local)
            _children.MarkDying(local);
        (child as IInternalActorRef)?.SendSystemMessage(new Terminate());
    }

    public void Become(Receive receive)
    {
        if (_behaviors.Count > 0)
            _behaviors.Pop();
        _behaviors.Push(receive);
    }

    public void BecomeStacked(Receive receive) => _behaviors.Push(receive);

    public void Become(UntypedReceive receive) => Become(Always(receive));

    public void BecomeStacked(UntypedReceive receive) => BecomeStacked(Always(receive));

    public void UnbecomeStacked()
    {
        if (_behaviors.Count > 0)
            _behaviors.Pop();
    }

    private static Receive Always(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

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
        if (!IsBlocked && !_terminated)
            _receiveTimeoutTask = SystemImpl.Scheduler.ScheduleTellOnceCancelable(_receiveTimeout.Value, SelfRef, Akka.Actor.ReceiveTimeout.Instance, SelfRef);
    }

    private void CancelReceiveTimeout()
    {
        _receiveTimeoutTask?.Cancel();
        _receiveTimeoutTask = null;
    }

    private void Publish(Exception cause, string message) =>
        SystemImpl.EventStream.Publish(new Error(cause, SelfRef.Path.ToString(), _actor?.GetType() ?? Props.Type, message));
}
