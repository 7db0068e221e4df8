using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>What a subscriber says that may wait behind what is more urgent.</summary>
public sealed class UrgencyTests
{
    private readonly SubscriberMachine _subscriber = new(SubscriptionSettings.Default, new Random(1));
    private readonly Outbox<SubscriberOutput> _outbox = new();
    private readonly List<(SyncMessage Message, bool MayWait)> _sent = [];

    [Fact]
    public void OnlyAcknowledgementsMayWait()
    {
        Handle(new SubscriberInput.Linked(1 << 20, 0));
        Handle(new SubscriberInput.Want(Graph, new SimPair([Root], [Root]).GraphHere.Committed));
        var asked = Assert.IsType<Subscribe>(Assert.Single(_sent).Message);
        Handle(new SubscriberInput.Message(new Subscribed(asked.Id, asked.Sequence, 60, 1 << 20, [new SubscribedGraph(Graph, null, [])])));
        Handle(new SubscriberInput.Stored(Graph, asked.Id, 0, new ReceiveResult(1, 0, [], 0, [])));
        var rejected = new RejectedCommand(Root.Address, new SyncError(SyncErrorKind.Rejected, "not let in"));
        Handle(new SubscriberInput.Stored(Graph, asked.Id, 1, new ReceiveResult(0, 0, [], 1, []) { Rejected = [rejected] }));
        Handle(new SubscriberInput.Stop());
        Assert.Equal(
            [(typeof(Subscribe), false), (typeof(NumberGraphs), false), (typeof(PushAck), true), (typeof(Rejected), false), (typeof(Unsubscribe), false)],
            _sent.Select(sent => (sent.Message.GetType(), sent.MayWait)));
    }

    private void Handle(SubscriberInput input)
    {
        _subscriber.Handle(input, MonotonicTime.Zero, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is SubscriberOutput.Send send)
                _sent.Add((SyncCodec.Decode(send.Payload, WireLimits.Default).Value, send.MayWait));
        }
    }
}
