using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A second test actor in a test: it receives, it is told to expect, and it sends in its own name.</summary>
public class TestProbe : TestKitBase, INoImplicitSender, IInternalActorRef
{
    internal TestProbe(ActorSystem system, string testProbeName)
        : base(system, null, null, testProbeName)
    {
    }

    public IActorRef Ref => TestActor;

    /// <summary>Who sent what was received last.</summary>
    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;
    ActorSystemImpl IInternalActorRef.System => ((IInternalActorRef)TestActor).System;
    bool IInternalActorRef.IsTerminated => ((IInternalActorRef)TestActor).IsTerminated;

    /// <summary>Tells an actor something as this probe.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Answers what was received last.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    /// <summary>Hands on what was received last, in the name of its sender.</summary>
    public void Forward(IActorRef actor) => actor.Tell(LastMessage, Sender);

    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

#pragma warning disable CS0809 // the base's is not obsolete
    [Obsolete("Cannot create a TestProbe from a TestProbe", true)]
    public override TestProbe CreateTestProbe(string name = null) => throw new NotSupportedException("Cannot create a TestProbe from a TestProbe");
#pragma warning restore CS0809

    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    void IInternalActorRef.SendSystemMessage(SystemMessage message) => ((IInternalActorRef)TestActor).SendSystemMessage(message);

    bool IEquatable<IActorRef>.Equals(IActorRef other) => TestActor.Equals(other);

    public override bool Equals(object obj) => TestActor.Equals(obj);

    public override int GetHashCode() => TestActor.GetHashCode();

    public override string ToString() => $"TestProbe({TestActor})";
}
