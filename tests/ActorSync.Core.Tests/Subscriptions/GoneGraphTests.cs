using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>Pushes of a graph that is not here: it may be gone, or not have begun.</summary>
public sealed class GoneGraphTests
{
    private readonly SubscriberMachine _subscriber = new(SubscriptionSettings.Default, new Random(1));
    private readonly Outbox<SubscriberOutput> _outbox = new();
    private readonly List<SyncMessage> _sent = [];

    [Fact]
    public void OneThatIsHereNoLongerIsUnsubscribedFromOnceAndAskedForFromItsBeginningWhenItIsWantedAnew()
    {
        var snapshot = new SimPair([Root], [Root]).GraphHere.Committed;
        var id = Open(snapshot);
        Refuse(id);
        Assert.Equal(Graph, Assert.Single(Assert.Single(_sent.OfType<Unsubscribe>()).Graphs));
        Assert.Empty(_subscriber.Covered);
        Refuse(id);
        Assert.Single(_sent.OfType<Unsubscribe>());
        Handle(new SubscriberInput.Want(Graph, null));
        Assert.Empty(Assert.Single(_sent.OfType<Subscribe>().Last().Graphs).Sample.Addresses);
    }

    [Fact]
    public void OneThatHasNotBegunHereIsWaitedFor()
    {
        Refuse(Open(null));
        Assert.Empty(_sent.OfType<Unsubscribe>());
        Assert.Equal(Graph, Assert.Single(_subscriber.Covered));
    }

    private SubscriptionId Open(GraphSnapshot? snapshot)
    {
        Handle(new SubscriberInput.Linked(1 << 20, 0));
        Handle(new SubscriberInput.Want(Graph, snapshot));
        var asked = Assert.Single(_sent.OfType<Subscribe>());
        Handle(new SubscriberInput.Message(new Subscribed(asked.Id, asked.Sequence, 60, 1 << 20, [new SubscribedGraph(Graph, null, [])])));
        return asked.Id;
    }

    private void Refuse(SubscriptionId id) =>
        Handle(new SubscriberInput.Stored(Graph, id, 0, new SyncError(SyncErrorKind.UnknownGraph, "not here")));

    private void Handle(SubscriberInput input)
    {
        _subscriber.Handle(input, MonotonicTime.Zero, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is SubscriberOutput.Send send)
                _sent.Add(SyncCodec.Decode(send.Payload, WireLimits.Default).Value);
        }
    }
}
