using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A message that a test actor has received, and who sent it.</summary>
public abstract class MessageEnvelope
{
    public abstract object Message { get; }
    public abstract IActorRef Sender { get; }
}

internal sealed class ReceivedEnvelope(object message, IActorRef sender) : MessageEnvelope
{
    /// <summary>What <see cref="TestKitBase.LastMessage"/> shows while nothing was received.</summary>
    internal static readonly ReceivedEnvelope None = new(null, null);

    public override object Message => message;
    public override IActorRef Sender => sender;
}
