using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class SubscriberActorTests : ActorTest
{
    private readonly TestGraph _graph = new();
    private readonly OpenGraphs _open = new();
    private readonly TestProbe _router;
    private readonly TestProbe _peer;
    private readonly TestProbe _parent;
    private readonly IActorRef _subscriber;

    public SubscriberActorTests()
        : base(ManualScheduler.Config)
    {
        (_router, _peer, _parent) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _parent.IgnoreMessages(message => message is PeerActor.Handled);
        var settings = new SyncSettings { StoringPushes = 2 };
        _subscriber = ChildOf(_parent, SubscriberActor.Props(new SyncContext(Identity(1), _router.Ref, new MemoryNodeStore(Identity(1)), settings, new ErrorCounts(), new Random(1)) { Open = _open }));
        _parent.ExpectMsg<PeerActor.Began>();
    }

    [Fact]
    public void A_graph_is_looked_up_asked_for_and_its_asker_hears_when_it_is_covered()
    {
        Link();
        var request = Want(_graph);
        Assert.False(HasMessages);
        Accept(request);
        Assert.Null(ExpectMsg<SubscriberActor.Answered>().Error);
        // Wanted again it is covered already.
        _subscriber.Tell(new PeerActor.Want(_graph.Id), TestActor);
        Assert.Null(ExpectMsg<SubscriberActor.Answered>().Error);
    }

    [Theory]
    [InlineData(LinkKeepers.Mesh, LinkKeepers.Application)]
    [InlineData(LinkKeepers.Application, LinkKeepers.Mesh)]
    public void What_one_takes_back_another_still_wants(LinkKeepers first, LinkKeepers last)
    {
        Link();
        Accept(Want(_graph));
        ExpectMsg<SubscriberActor.Answered>();
        _subscriber.Tell(new PeerActor.Want(_graph.Id, LinkKeepers.Mesh), TestActor);
        Assert.Null(ExpectMsg<SubscriberActor.Answered>().Error);
        _subscriber.Tell(new PeerActor.Unwant(_graph.Id, first), TestActor);
        Assert.Null(ExpectMsg<SubscriberActor.Answered>().Error);
        // Wanted again it is covered still.
        _subscriber.Tell(new PeerActor.Want(_graph.Id, last), TestActor);
        Assert.Null(ExpectMsg<SubscriberActor.Answered>().Error);
        Assert.False(_router.HasMessages);

        _subscriber.Tell(new PeerActor.Unwant(_graph.Id, last), TestActor);
        Assert.Equal([_graph.Id], ExpectSent<Unsubscribe>(_peer).Graphs);
        Assert.Equal(_graph.Id, _router.ExpectMsg<SyncRouter.UnfollowGraph>().Graph);
    }

    [Fact]
    public void Each_asker_hears_of_its_own_graph()
    {
        Link();
        Accept(Want(_graph));
        ExpectMsg<SubscriberActor.Answered>();
        var (other, asker) = (new TestGraph("another graph"), CreateTestProbe());
        asker.Send(_subscriber, new PeerActor.Want(other.Id));
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        _subscriber.Tell(new PeerActor.Want(_graph.Id), TestActor);
        ExpectMsg<SubscriberActor.Answered>();
        Assert.False(asker.HasMessages);
        _router.Reply(new GraphActor.Changed(other.Snapshot, []));
        var request = ExpectSent<Subscribe>(_peer);
        Tell(new Subscribed(request.Id, request.Sequence, 600, 1 << 20, [.. request.Graphs.Select(
            asked => new SubscribedGraph(asked.Graph, asked.Graph == other.Id ? SyncErrorKind.NotAllowed : null, []))]));
        Assert.Contains("NotAllowed", asker.ExpectMsg<SubscriberActor.Answered>().Error?.Message);
    }

    [Fact]
    public void The_limit_of_subscriptions_is_told_and_it_asks_again_later()
    {
        Link();
        var request = Want(_graph);
        Tell(new MaximumSubscriptionsExceeded(request.Id, request.Sequence, 128));
        Assert.Equal(SyncErrorKind.MaximumSubscriptionsExceeded, ExpectMsg<SubscriberActor.Answered>().Error?.Kind);
        Step(_subscriber, new SyncSettings().Subscriptions.RetryAfter);
        Assert.True(ExpectSent<Subscribe>(_peer).Sequence > request.Sequence);
    }

    [Fact]
    public void A_graph_that_is_broken_here_is_answered_and_wanted_no_more_until_it_is_asked_for_again()
    {
        Link();
        _subscriber.Tell(new PeerActor.Want(_graph.Id), TestActor);
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        _router.Reply(new GraphActor.Version(_graph.Id, new SyncError(SyncErrorKind.StoreDamaged, "does not check")));
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<SubscriberActor.Answered>().Error?.Kind);
        Want(_graph);
    }

    [Fact]
    public void A_push_is_acknowledged_when_it_is_durable_and_not_when_the_store_failed()
    {
        Link();
        var id = Accept(Want(_graph));
        var command = _graph.Add();
        Tell(new Push(id, _graph.Id, 0, CommandBlock.Encode([command])));
        var store = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        Assert.Equal(Identity(2), store.From);
        _router.Reply(new GraphActor.CommandsReceived(_graph.Id, store.Tag, new SyncError(SyncErrorKind.StoreFailed, "the disk is full")));
        Tell(new Push(id, _graph.Id, 1, CommandBlock.Encode([command])));
        store = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        _router.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        _router.Reply(new GraphActor.CommandsReceived(_graph.Id, store.Tag, new ReceiveResult(1, 0, [], 0, [])));

        var ack = ExpectSent<PushAck>(_peer);
        Assert.Equal(1u, ack.Index);
        Assert.Equal([command.Address], ack.Heads);
    }

    [Fact]
    public void An_acknowledgement_that_waits_for_spare_time_goes_before_what_is_said_after_it()
    {
        Link();
        var id = Accept(Want(_graph));
        for (var index = 0u; index < 2; index++)
        {
            Push(id, index);
            Stored(_router, _router.ExpectMsg<GraphActor.ReceiveCommands>());
        }
        _subscriber.Tell(SubscriberActor.Stop.Instance);
        Assert.Equal(0u, ExpectSent<PushAck>(_peer).Index);
        Assert.Equal(1u, ExpectSent<PushAck>(_peer).Index);
        ExpectSent<Unsubscribe>(_peer);
    }

    [Fact]
    public void A_push_is_acknowledged_also_by_a_node_that_never_rests()
    {
        using var busy = new BusyPool();
        Link();
        var id = Accept(Want(_graph));
        for (var index = 0u; index < 3; index++)
        {
            Push(id, index);
            Stored(_router, _router.ExpectMsg<GraphActor.ReceiveCommands>());
            Assert.Equal(index, ExpectSent<PushAck>(_peer).Index);
        }
    }

    [Fact]
    public void A_push_that_meets_no_subscription_is_answered_by_unsubscribe()
    {
        Link();
        Tell(new Push(new SubscriptionId(77), _graph.Id, 0, CommandBlock.Encode(_graph.Commands)));
        Assert.Equal(new SubscriptionId(77), ExpectSent<Unsubscribe>(_peer).Id);
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void A_gap_is_repaired_by_one_poll_of_the_peer()
    {
        Link();
        var id = Accept(Want(_graph));
        var (missing, after) = (_graph.Add(), _graph.Add());
        for (var index = 0u; index < 2; index++)
        {
            Tell(new Push(id, _graph.Id, index, CommandBlock.Encode([after])));
            var store = _router.ExpectMsg<GraphActor.ReceiveCommands>();
            _router.Reply(new GraphActor.CommandsReceived(_graph.Id, store.Tag, new ReceiveResult(0, 0, [], 1, [missing.Address])));
        }
        Assert.Equal(_graph.Id, _parent.ExpectMsg<PeerActor.Poll>().Graph);
        _parent.Reply(new PollActor.Ended(_graph.Id, new PollOutcome(false, 2, 2, false, 1)));
        Tell(new Push(new SubscriptionId(77), _graph.Id, 0, CommandBlock.Encode(_graph.Commands)));
        ExpectSent<Unsubscribe>(_peer);
        Assert.False(_parent.HasMessages);
    }

    [Fact]
    public void Pushes_that_wait_to_be_stored_are_bounded_and_a_new_link_begins_the_count_anew()
    {
        Link();
        var id = Accept(Want(_graph));
        var command = _graph.Add();
        for (var index = 0u; index < 3; index++)
            Tell(new Push(id, _graph.Id, index, CommandBlock.Encode([command])));
        var lost = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        _router.ExpectMsg<GraphActor.ReceiveCommands>();
        Tell(new Push(new SubscriptionId(77), _graph.Id, 0, CommandBlock.Encode(_graph.Commands)));
        ExpectSent<Unsubscribe>(_peer);
        Assert.False(_router.HasMessages);

        // The graph went down and never answers; the peer comes back.
        _subscriber.Tell(PeerActor.Unlinking.Instance);
        Link();
        var anew = ExpectSent<Subscribe>(_peer).Id;
        _subscriber.Tell(new GraphActor.CommandsReceived(_graph.Id, lost.Tag, new ReceiveResult(1, 0, [], 0, [])));
        Tell(new Push(anew, _graph.Id, 0, CommandBlock.Encode([command])));
        Tell(new Push(anew, _graph.Id, 1, CommandBlock.Encode([command])));
        _router.ExpectMsg<GraphActor.ReceiveCommands>();
        _router.ExpectMsg<GraphActor.ReceiveCommands>();
    }

    [Fact]
    public void A_push_goes_straight_to_an_open_graph_not_before_what_the_router_was_told_and_through_it_once_that_closed()
    {
        Link();
        var id = Accept(Want(_graph));
        var graph = CreateTestProbe();
        Push(id, 0);
        var first = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        _open.Enter(_graph.Id, graph.Ref);
        Push(id, 1);
        var second = _router.ExpectMsg<GraphActor.ReceiveCommands>();
        Stored(_router, first);
        Stored(_router, second);
        ExpectSent<PushAck>(_peer);
        ExpectSent<PushAck>(_peer);

        Push(id, 2);
        Stored(graph, graph.ExpectMsg<GraphActor.ReceiveCommands>());
        Assert.Equal(2u, ExpectSent<PushAck>(_peer).Index);
        Assert.False(_router.HasMessages);

        _open.Leave(_graph.Id, graph.Ref);
        Push(id, 3);
        _router.ExpectMsg<GraphActor.ReceiveCommands>();
        Assert.False(graph.HasMessages);
    }

    [Fact]
    public void What_the_router_never_answered_keeps_no_push_from_an_open_graph_on_the_next_link()
    {
        Link();
        var id = Accept(Want(_graph));
        Push(id, 0);
        _router.ExpectMsg<GraphActor.ReceiveCommands>();
        _subscriber.Tell(PeerActor.Unlinking.Instance);
        Link();
        var anew = ExpectSent<Subscribe>(_peer).Id;
        var graph = CreateTestProbe();
        _open.Enter(_graph.Id, graph.Ref);
        Push(anew, 0);
        graph.ExpectMsg<GraphActor.ReceiveCommands>();
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void Unwanted_it_unsubscribes_and_follows_the_graph_no_more()
    {
        Link();
        Accept(Want(_graph));
        ExpectMsg<SubscriberActor.Answered>();
        _subscriber.Tell(new PeerActor.Unwant(_graph.Id), TestActor);
        Assert.Null(ExpectMsg<SubscriberActor.Answered>().Error);
        Assert.Equal([_graph.Id], ExpectSent<Unsubscribe>(_peer).Graphs);
        Assert.Equal(_graph.Id, _router.ExpectMsg<SyncRouter.UnfollowGraph>().Graph);
    }

    private void Link() => _subscriber.Tell(new PeerActor.Linking(Peer(_peer)));

    private Subscribe Want(TestGraph graph)
    {
        _subscriber.Tell(new PeerActor.Want(graph.Id), TestActor);
        Assert.Equal(graph.Id, _router.ExpectMsg<SyncRouter.FollowGraph>().Graph);
        _router.Reply(new GraphActor.Changed(graph.Snapshot, []));
        return ExpectSent<Subscribe>(_peer);
    }

    private SubscriptionId Accept(Subscribe request)
    {
        Tell(new Subscribed(request.Id, request.Sequence, 600, 1 << 20, [.. request.Graphs.Select(asked => new SubscribedGraph(asked.Graph, null, []))]));
        Assert.Equal(request.Graphs.Select(asked => asked.Graph), ExpectSent<NumberGraphs>(_peer).Graphs.Select(numbered => numbered.Graph));
        return request.Id;
    }

    private void Push(SubscriptionId id, uint index) => Tell(new Push(id, _graph.Id, index, CommandBlock.Encode([_graph.Add()])));

    private void Stored(TestProbe by, GraphActor.ReceiveCommands store)
    {
        by.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        by.Reply(new GraphActor.CommandsReceived(_graph.Id, store.Tag, new ReceiveResult(1, 0, [], 0, [])));
    }

    private void Tell(SyncMessage message) => _subscriber.Tell(new SubscriberActor.Message(message));
}
