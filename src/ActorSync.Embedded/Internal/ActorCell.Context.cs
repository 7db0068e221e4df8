using Akka.Event;

namespace Akka.Actor;

// What an actor sees of its cell.
internal sealed partial class ActorCell : IActorContext
{
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

    private void Publish(Exception cause, string message) =>
        SystemImpl.EventStream.Publish(new Error(cause, SelfRef.Path.ToString(), _actor?.GetType() ?? Props.Type, message));
}
