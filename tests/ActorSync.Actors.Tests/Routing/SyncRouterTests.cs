using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Routing;

public sealed class SyncRouterTests : ActorTest
{
    private static readonly SessionId Session = new(7);
    private static readonly SubscriptionId Subscription = new(9);

    private readonly TestGraph _graph = new TestGraph().Add(3, 8);
    private readonly MemoryNodeStore _store = new(Identity(1));
    private readonly TestProbe _peer;
    private IActorRef _router = ActorRefs.Nobody;

    public SyncRouterTests() => _peer = CreateTestProbe();

    [Fact]
    public void A_poll_is_answered_by_its_graph()
    {
        Start();
        Tell(new Poll(Session, _graph.Id, 0, 0, 16, default, Sample.Empty));

        Assert.Equal(4, ExpectSent<PollResponse>(_peer).Commands.Decode(WireLimits.Default).Value.Count);
        Assert.Equal(1, ExpectSent<PollEnd>(_peer).Count);
    }

    [Fact]
    public void A_poll_that_its_requester_has_finished_is_not_answered_when_it_comes_again()
    {
        Start();
        _router.Tell(new SyncRouter.SessionEnded(Peer(_peer), Session, null, IsFinished: true));
        Tell(new Poll(Session, _graph.Id, 0, 0, 16, default, Sample.Empty));
        Tell(new Poll(new SessionId(8), _graph.Id, 0, 0, 16, default, Sample.Empty));
        Assert.Equal(new SessionId(8), ExpectSent<PollResponse>(_peer).Session);
    }

    [Fact]
    public void A_poll_of_an_unknown_graph_is_answered_so()
    {
        Start();
        var other = new TestGraph("another graph").Id;
        Tell(new Poll(Session, other, 0, 0, 16, default, Sample.Empty));

        var failure = ExpectSent<SyncFailure>(_peer);
        Assert.Equal((SyncErrorKind.UnknownGraph, Session.Value, other), (failure.Kind, failure.Reference, failure.Graph));
    }

    [Fact]
    public void Whoever_resumes_a_session_that_is_not_known_is_told_and_whoever_ends_it_is_not()
    {
        Start();
        Tell(new EndSession(Session));
        Tell(new Credit(Session, 1, 20));
        Tell(new SyncResume(Session, 0, 16));
        Assert.Equal(SyncErrorKind.UnknownSession, ExpectSent<SyncFailure>(_peer).Kind);
        Tell(new RequestMissing(Session, [1]));
        Assert.Equal(SyncErrorKind.UnknownSession, ExpectSent<SyncFailure>(_peer).Kind);
    }

    [Fact]
    public void What_concerns_the_peers_subscription_goes_to_it()
    {
        Start();
        var subscribe = new Subscribe(Subscription, 1, 60, 1 << 20, [new SubscribeGraph(_graph.Id, Sample.Empty), new SubscribeGraph(new TestGraph("not here").Id, Sample.Empty)]);
        Tell(subscribe);
        var told = _peer.FishForMessage<SubscriptionActor.SubscribeTo>(_ => true);
        Assert.Equal(subscribe.Id, told.Request.Id);
        Assert.NotNull(told.Graphs[0]);
        Assert.Null(told.Graphs[1]);
        Tell(new PushAck(Subscription, _graph.Id, 0, []));
        Assert.IsType<PushAck>(_peer.FishForMessage<SubscriptionActor.Other>(_ => true).Value);
        Tell(new Unsubscribe(Subscription, 2, []));
        Assert.IsType<Unsubscribe>(_peer.FishForMessage<SubscriptionActor.Other>(_ => true).Value);
    }

    [Fact]
    public void What_concerns_this_nodes_polls_and_subscription_is_delivered_to_the_peers_actor()
    {
        Start();
        SyncMessage[] messages =
        [
            new Level(Session), new Narrow(Session, 0, [true]), new PollResponse(Session, 0, 0, CommandBlock.Encode(_graph.Commands)),
            new PollEnd(Session, 1, false), new Subscribed(Subscription, 1, 1, 1, []), new Unsubscribed(Subscription, 1),
            new MaximumSubscriptionsExceeded(Subscription, 1, 128), new Push(Subscription, _graph.Id, 0, CommandBlock.Encode(_graph.Commands)),
            new SubscriptionEnded(Subscription, SubscriptionEndReason.Expired), new SyncFailure(SyncErrorKind.Busy, Session.Value, null, "later"),
        ];
        foreach (var message in messages)
        {
            Tell(message);
            // Whoever it is for says when it was handled.
            Assert.Equal(message.Type, _peer.ExpectMsg<PeerActor.Deliver>().Message.Type);
            Assert.False(_peer.HasMessages);
        }
    }

    [Fact]
    public void A_peer_may_have_only_so_many_polls_answered_at_one_time()
    {
        Start(new SyncSettings { SessionsPerPeer = 2 });
        for (var session = 1ul; session <= 3; session++)
            Tell(new Poll(new SessionId(session), _graph.Id, 0, 0, 0, default, Sample.Empty));
        var refused = _peer.FishForMessage<PeerActor.Send>(send => Decode(send.Payload) is SyncFailure);
        Assert.Equal((SyncErrorKind.Busy, 3ul), (((SyncFailure)Decode(refused.Payload)).Kind, ((SyncFailure)Decode(refused.Payload)).Reference));
        Tell(new EndSession(new SessionId(1)));
        AwaitAssert(() =>
        {
            Tell(new Poll(new SessionId(4), _graph.Id, 0, 0, 4, default, Sample.Empty with { AllHeads = true }));
            var answer = _peer.FishForMessage<PeerActor.Send>(send => SyncRouter.ReferenceOf(Decode(send.Payload)) == 4);
            Assert.IsType<PollResponse>(Decode(answer.Payload));
        });
    }

    [Fact]
    public void A_subscribe_that_names_a_graph_twice_is_a_fault()
    {
        Start();
        var graph = new SubscribeGraph(_graph.Id, Sample.Empty);
        Tell(new Subscribe(Subscription, 1, 60, 1 << 20, [graph, graph]));
        Assert.Equal(SyncErrorKind.MalformedPayload, _peer.ExpectMsg<PeerActor.Fault>().Error.Kind);
        Assert.Equal(0, OpenSubscriptions);
    }

    [Fact]
    public void A_hello_goes_to_the_peers_actor_with_the_actor_of_its_graph()
    {
        Start();
        Tell(new HelloSubscribe(new TestGraph("not here").Id, 1, 1, 1));
        Assert.Null(_peer.ExpectMsg<HelloPublisherActor.SubscribeTo>().Graph);
        Tell(new HelloSubscribe(_graph.Id, 1, 1, 1));
        Assert.NotNull(_peer.ExpectMsg<HelloPublisherActor.SubscribeTo>().Graph);
        Tell(new HelloUnsubscribe(_graph.Id));
        Assert.Equal(_graph.Id, _peer.ExpectMsg<HelloPublisherActor.Unsubscribe>().Request.Graph);
        Tell(new HelloNotify(_graph.Id, _graph.Init.Address));
        Assert.IsType<HelloNotify>(_peer.ExpectMsg<PeerActor.Deliver>().Message);
        Tell(new Offer(Session, _graph.Id, _graph.Init.Address));
        Assert.IsType<Offer>(_peer.ExpectMsg<PeerActor.Deliver>().Message);
    }

    [Fact]
    public void What_a_peer_does_not_let_in_goes_to_its_subscription_here_which_says_when_it_is_handled()
    {
        Start();
        Tell(new Rejected(_graph.Id, _graph.Init.Id));
        Assert.IsType<Rejected>(_peer.ExpectMsg<SubscriptionActor.Other>().Value);
        Assert.False(_peer.HasMessages);
    }

    [Theory]
    [InlineData("", SyncErrorKind.MalformedPayload)]
    [InlineData("01", SyncErrorKind.MalformedPayload)]
    [InlineData("0101", SyncErrorKind.MalformedPayload)]
    [InlineData("7701", SyncErrorKind.UnknownVersion)]
    [InlineData("01C8", SyncErrorKind.UnknownType)]
    public void What_cannot_be_read_is_a_fault_of_the_peer_that_is_told_of_it(string hex, SyncErrorKind kind)
    {
        Start();
        _router.Tell(new SyncRouter.Payload(Peer(_peer), Convert.FromHexString(hex)));

        var fault = _peer.ExpectMsg<PeerActor.Fault>();
        Assert.Equal((kind, 0ul), (fault.Error.Kind, fault.Reference));
        _peer.ExpectMsg<PeerActor.Handled>();
        A_further_poll_is_answered();
    }

    [Fact]
    public void A_failure_is_never_answered_by_a_failure()
    {
        Start();
        byte[] cut = [WireLimits.Version, (byte)SyncType.Error, 1];
        _router.Tell(new SyncRouter.Payload(Peer(_peer), cut));

        Assert.Null(_peer.ExpectMsg<PeerActor.Fault>().Reference);
    }

    [Fact]
    public void The_129th_peer_is_refused_and_a_freed_place_can_be_taken()
    {
        Start();
        var peers = Enumerable.Range(2, 129).Select(node => (Node: (uint)node, Probe: CreateTestProbe())).ToArray();
        foreach (var (node, probe) in peers[..128])
            Assert.NotNull(Subscribe(probe, node));
        Assert.Equal(128u, Refused(peers[128].Probe, peers[128].Node));
        Assert.Equal(128, OpenSubscriptions);

        // One inside updates; it has its place.
        var grant = Subscribe(peers[5].Probe, peers[5].Node)!.Grant;
        // One ends.
        _router.Tell(new SyncRouter.FreeSlot(Identity(peers[5].Node).Node, grant));
        Assert.NotNull(Subscribe(peers[128].Probe, peers[128].Node));
        Assert.Equal(128u, Refused(peers[5].Probe, peers[5].Node));
        // One stops.
        _router.Tell(new SyncRouter.PeerStopped(Identity(peers[6].Node).Node));
        Assert.Equal(127, OpenSubscriptions);
        Assert.NotNull(Subscribe(peers[5].Probe, peers[5].Node));
        Assert.Equal(128, OpenSubscriptions);
    }

    [Fact]
    public void The_end_of_a_subscription_does_not_free_the_place_of_the_next_one()
    {
        Start();
        var first = Subscribe(_peer, 2)!;
        var second = Subscribe(_peer, 2)!;

        _router.Tell(new SyncRouter.FreeSlot(Identity(2).Node, first.Grant));
        Assert.Equal(1, OpenSubscriptions);
        _router.Tell(new SyncRouter.FreeSlot(Identity(2).Node, second.Grant));
        Assert.Equal(0, OpenSubscriptions);
    }

    [Fact]
    public void A_peer_that_is_back_with_another_actor_takes_its_place_anew()
    {
        Start();
        var first = Subscribe(CreateTestProbe(), 2)!;
        _router.Tell(new SyncRouter.PeerStopped(Identity(2).Node));
        Assert.NotNull(Subscribe(CreateTestProbe(), 2));

        // What its old subscription says at its end comes late.
        _router.Tell(new SyncRouter.FreeSlot(Identity(2).Node, first.Grant));
        Assert.Equal(1, OpenSubscriptions);
    }

    [Fact]
    public void A_graph_that_is_followed_before_it_is_here_is_followed_once_it_comes()
    {
        _router = Sys.ActorOf(SyncRouter.Props(_store, new SyncSettings()));
        _router.Tell(new SyncRouter.FollowGraph(_graph.Id), _peer.Ref);
        _peer.ExpectMsg<SyncRouter.NoGraph>();

        _router.Tell(new GraphActor.ReceiveCommands(_graph.Id, _graph.Commands, null, "tag"), TestActor);

        var received = ExpectMsg<GraphActor.CommandsReceived>();
        Assert.Equal(("tag", 4), (received.Tag, received.Result.Value.Added));
        Assert.Equal(4, _peer.FishForMessage<GraphActor.Changed>(changed => changed.Snapshot.Count == 4).Snapshot.Count);
    }

    [Fact]
    public void Commands_for_a_graph_that_does_not_begin_so_are_refused()
    {
        _router = Sys.ActorOf(SyncRouter.Props(_store, new SyncSettings()));
        var other = new TestGraph("another graph");
        _router.Tell(new GraphActor.ReceiveCommands(other.Id, _graph.Commands, null, null), TestActor);

        Assert.Equal(SyncErrorKind.UnknownGraph, ExpectMsg<GraphActor.CommandsReceived>().Result.Error?.Kind);
        Assert.Empty(_store.Graphs);
    }

    [Fact]
    public void A_graph_that_could_not_be_made_is_made_by_whoever_asks_next()
    {
        var store = new FaultStore(Identity(1)) { OpenFails = new SyncError(SyncErrorKind.StoreFailed, "the disk is full") };
        _router = Sys.ActorOf(SyncRouter.Props(store, new SyncSettings()));
        _router.Tell(new SyncRouter.CreateGraph(_graph.Init), TestActor);
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        store.OpenFails = null;

        AwaitAssert(() =>
        {
            _router.Tell(new SyncRouter.CreateGraph(_graph.Init), TestActor);
            Assert.Equal(1, ExpectMsg<GraphActor.Version>().Result.Value.Count);
        });
    }

    [Fact]
    public void Close_closes_all_graphs_and_then_the_router_and_nothing_is_begun_meanwhile()
    {
        var store = new FaultStore(Identity(1));
        _router = Sys.ActorOf(SyncRouter.Props(store, new SyncSettings()));
        _router.Tell(new SyncRouter.CreateGraph(_graph.Init), TestActor);
        ExpectMsg<GraphActor.Version>();
        store.HoldsAppends = true;
        _router.Tell(new SyncRouter.Act(_graph.Id, new GraphActor.Act(new byte[1], Priority.Basic(0))), TestActor);
        var append = Read(store.Appends);

        Watch(_router);
        _router.Tell(SyncRouter.Close.Instance);
        _router.Tell(new SyncRouter.CreateGraph(new TestGraph("another graph").Init), TestActor);
        Assert.Equal(SyncErrorKind.ShuttingDown, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        _ = append.CommitAsync();

        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        ExpectTerminated(_router);
        Assert.Equal(0, store.Open);
    }

    private static T Read<T>(System.Threading.Channels.ChannelReader<T> channel) =>
        channel.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();

    private void A_further_poll_is_answered()
    {
        Tell(new Poll(Session, _graph.Id, 0, 0, 16, default, Sample.Empty));
        ExpectSent<PollResponse>(_peer);
    }

    private void Start(SyncSettings? settings = null)
    {
        _router = Sys.ActorOf(SyncRouter.Props(_store, settings ?? new SyncSettings()));
        _router.Tell(new GraphActor.ReceiveCommands(_graph.Id, _graph.Commands, null, null), TestActor);
        ExpectMsg<GraphActor.CommandsReceived>();
    }

    private void Tell(SyncMessage message) => _router.Tell(new SyncRouter.Payload(Peer(_peer), SyncCodec.Encode(message)));

    private int OpenSubscriptions => _router.Ask<SyncRouter.Summary>(SyncRouter.GetSummary.Instance, TimeSpan.FromSeconds(20)).GetAwaiter().GetResult().OpenSubscriptions;

    private SubscriptionActor.SubscribeTo? Subscribe(TestProbe peer, uint node) => TrySubscribe(peer, node) as SubscriptionActor.SubscribeTo;

    private uint? Refused(TestProbe peer, uint node) =>
        TrySubscribe(peer, node) is PeerActor.Send send ? Assert.IsType<MaximumSubscriptionsExceeded>(Decode(send.Payload)).Limit : null;

    private object TrySubscribe(TestProbe peer, uint node)
    {
        var subscribe = new Subscribe(Subscription, 1, 60, 1 << 20, [new SubscribeGraph(_graph.Id, Sample.Empty)]);
        _router.Tell(new SyncRouter.Payload(Peer(peer, node), SyncCodec.Encode(subscribe)));
        var answer = peer.ReceiveOne(TimeSpan.FromSeconds(20));
        if (answer is PeerActor.Send)
            peer.ExpectMsg<PeerActor.Handled>();
        return answer!;
    }
}
