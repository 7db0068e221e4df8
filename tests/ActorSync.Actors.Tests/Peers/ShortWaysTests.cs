using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

/// <summary>Pushes and their acknowledgements go past the router, and on the link past the peer's actor.</summary>
public sealed class ShortWaysTests : ActorTest
{
    private static readonly SubscriptionId Id = new(9);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestGraph _graph = new();
    private readonly FakeLink _link = new(Identity(2));
    private readonly ErrorCounts _errors = new();
    private readonly SyncContext _sync;
    private readonly TestProbe _router;
    private readonly TestProbe _peer;
    private readonly TestProbe _parent;

    public ShortWaysTests()
        : base(ManualScheduler.Config)
    {
        (_router, _peer, _parent) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _parent.IgnoreMessages(message => message is PeerActor.Handled);
        _sync = new SyncContext(Identity(1), _router.Ref, new MemoryNodeStore(Identity(1)), new SyncSettings(), _errors, new Random(1));
    }

    private PeerRef Linked => field ??= Peer(_peer) with { Link = _link };

    [Fact]
    public void A_push_goes_on_the_link_itself_and_the_first_one_behind_the_answer()
    {
        var subscription = Subscription();
        Commit(subscription);
        Assert.IsType<Push>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload));
        _peer.Reply(PeerActor.Taken.Instance);

        Commit(subscription);
        Assert.Equal(1u, Assert.IsType<Push>(Decode(Sent())).Index);
        Assert.False(_peer.HasMessages);

        // Behind an answer it goes through the peer's actor again.
        subscription.Tell(new SubscriptionActor.Other(new Unsubscribe(new SubscriptionId(12345), 0, [])));
        Commit(subscription);
        Assert.IsType<Unsubscribed>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload));
        Assert.Equal(2u, Assert.IsType<Push>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload)).Index);
        Assert.False(_link.Sent.TryRead(out _));
    }

    [Fact]
    public void A_link_that_takes_nothing_gets_no_more_than_the_window_and_what_came_meanwhile_when_it_takes()
    {
        var subscription = PushingSubscription();
        _link.Block();
        for (var i = 0; i < 10; i++)
            Commit(subscription);
        Assert.Single(Commands(Sent()));
        Assert.Single(Commands(Sent()));
        subscription.Tell(new SubscriptionActor.Other(new Unsubscribe(new SubscriptionId(12345), 0, [])));
        _peer.ExpectMsg<PeerActor.Send>();
        Assert.False(_link.Sent.TryRead(out _));

        _link.Unblock();
        Assert.Equal(8, Commands(_peer.ExpectMsg<PeerActor.Send>().Payload).Count);
    }

    [Fact]
    public void That_the_link_is_gone_is_told_to_the_peers_actor()
    {
        var gone = new SyncError(SyncErrorKind.Unreachable, "the cable was cut");
        var subscription = PushingSubscription();
        _link.Fail(gone);
        Commit(subscription);
        Assert.Equal(new PeerActor.LinkFailed(_link, gone), _peer.ExpectMsg<PeerActor.LinkFailed>());
    }

    [Fact]
    public void What_the_subscriber_says_goes_on_the_link_and_through_the_peers_actor_while_that_does_not_take_it()
    {
        var subscriber = LinkedSubscriber();
        subscriber.Tell(new SubscriberActor.Message(StrayPush(1)));
        Assert.IsType<Unsubscribe>(Decode(Sent()));
        _link.Block();
        subscriber.Tell(new SubscriberActor.Message(StrayPush(2)));
        Assert.IsType<Unsubscribe>(Decode(Sent()));
        subscriber.Tell(new SubscriberActor.Message(StrayPush(3)));
        Assert.Equal(new SubscriptionId(3), Assert.IsType<Unsubscribe>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload)).Id);
        Assert.False(_link.Sent.TryRead(out _));
    }

    [Fact]
    public void What_the_subscriber_says_after_a_slow_link_took_does_not_overtake_what_waits_with_the_peers_actor()
    {
        var subscriber = LinkedSubscriber();
        _link.Block();
        for (var id = 1ul; id <= 3; id++)
            subscriber.Tell(new SubscriberActor.Message(StrayPush(id)));
        Assert.Equal(1ul, Unsubscribed(Sent()));
        Assert.Equal(2ul, Unsubscribed(Through(whenTaken: subscriber)));
        Assert.Equal(3ul, Unsubscribed(Through(whenTaken: null)));

        Unblock();
        subscriber.Tell(new SubscriberActor.Message(StrayPush(4)));
        Assert.Equal(4ul, Unsubscribed(Through(whenTaken: null)));
        // That the third was taken is known by the next that went behind it.
        subscriber.Tell(PeerActor.Taken.Instance);
        subscriber.Tell(new SubscriberActor.Message(StrayPush(5)));
        Assert.Equal(5ul, Unsubscribed(Through(whenTaken: subscriber)));
        Assert.False(_link.Sent.TryRead(out _));

        subscriber.Tell(PeerActor.Taken.Instance);
        subscriber.Tell(new SubscriberActor.Message(StrayPush(6)));
        Assert.Equal(6ul, Unsubscribed(Sent()));
        Assert.False(_peer.HasMessages);
    }

    [Fact]
    public void A_new_link_is_not_full_and_that_an_old_one_took_says_nothing_of_it()
    {
        var subscriber = LinkedSubscriber();
        _link.Block();
        subscriber.Tell(new SubscriberActor.Message(StrayPush(1)));
        Sent();
        var next = new FakeLink(Identity(2));
        subscriber.Tell(PeerActor.Unlinking.Instance);
        subscriber.Tell(new PeerActor.Linking(Linked with { Link = next }));
        next.Block();
        subscriber.Tell(new SubscriberActor.Message(StrayPush(2)));
        Assert.Equal(2ul, Unsubscribed(Sent(next)));

        Unblock();
        subscriber.Tell(new SubscriberActor.Message(StrayPush(3)));
        Assert.Equal(3ul, Unsubscribed(Through(whenTaken: subscriber)));
        Assert.False(next.Sent.TryRead(out _));
    }

    [Fact]
    public void A_push_waits_for_all_that_went_through_the_peers_actor_before_it_goes_past_that()
    {
        var subscription = Subscription();
        Commit(subscription);
        Commit(subscription);
        Through(whenTaken: subscription);
        Through(whenTaken: subscription);
        subscription.Tell(PeerActor.Taken.Instance);
        Commit(subscription);
        Through(whenTaken: subscription);
        subscription.Tell(PeerActor.Taken.Instance);
        subscription.Tell(PeerActor.Taken.Instance);
        Commit(subscription);
        Assert.IsType<Push>(Decode(Sent()));
        Assert.False(_peer.HasMessages);
    }

    [Fact]
    public void What_is_counted_is_no_part_of_who_the_peer_is()
    {
        var (before, hash) = (Linked with { }, Linked.GetHashCode());
        Commit(PushingSubscription());
        Sent();
        Assert.Equal((before, hash), (Linked, Linked.GetHashCode()));
    }

    [Fact]
    public void With_nothing_of_the_peer_under_way_a_push_goes_straight_to_the_subscriber_and_else_behind()
    {
        var peer = LinkedPeer();
        peer.Tell(new PeerActor.Want(_graph.Id), TestActor);
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        _link.Arrive(SyncCodec.Encode(StrayPush(1)));
        Assert.Equal(new SubscriptionId(1), Assert.IsType<Unsubscribe>(Decode(Sent())).Id);
        Assert.Equal(1, Status(peer).PushesIn);
        Assert.False(_router.HasMessages);

        _link.Arrive(SyncCodec.Encode(new Offer(new SessionId(7), _graph.Id, _graph.Commands[^1].Address)));
        _link.Arrive(SyncCodec.Encode(StrayPush(2)));
        Assert.IsType<Offer>(Decode(_router.ExpectMsg<SyncRouter.Payload>().Bytes));
        Assert.IsType<Push>(Decode(_router.ExpectMsg<SyncRouter.Payload>().Bytes));
    }

    [Fact]
    public void An_acknowledgement_without_a_subscription_and_a_push_without_a_subscriber_are_the_routers()
    {
        LinkedPeer();
        _link.Arrive(SyncCodec.Encode(new ShortAck(1, 1)));
        Assert.IsType<ShortAck>(Decode(_router.ExpectMsg<SyncRouter.Payload>().Bytes));
        _router.Reply(PeerActor.Handled.Instance);
        _link.Arrive(SyncCodec.Encode(StrayPush(1)));
        Assert.IsType<Push>(Decode(_router.ExpectMsg<SyncRouter.Payload>().Bytes));
    }

    [Fact]
    public void A_push_that_cannot_be_read_is_a_fault_and_the_next_is_read()
    {
        var peer = LinkedPeer();
        peer.Tell(new PeerActor.Want(_graph.Id), TestActor);
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        _link.Arrive(SyncCodec.Encode(StrayPush(1))[..6].ToArray());
        Assert.IsType<SyncFailure>(Decode(Sent()));
        Assert.Equal(1, _errors.ToDictionary()["MalformedPayload"]);
        _link.Arrive(SyncCodec.Encode(StrayPush(2)));
        Assert.IsType<Unsubscribe>(Decode(Sent()));
    }

    [Fact]
    public void A_link_that_failed_who_sends_on_it_is_given_up_and_an_old_one_was()
    {
        var gone = new SyncError(SyncErrorKind.Unreachable, "the cable was cut");
        var peer = LinkedPeer();
        peer.Tell(new PeerActor.LinkFailed(new FakeLink(Identity(2)), gone));
        Assert.Equal("connected", Status(peer).State);
        peer.Tell(new PeerActor.LinkFailed(_link, gone));
        Assert.Equal("waiting", Status(peer).State);
    }

    private IActorRef LinkedSubscriber()
    {
        var subscriber = ChildOf(_parent, SubscriberActor.Props(_sync));
        _parent.ExpectMsg<PeerActor.Began>();
        subscriber.Tell(new PeerActor.Linking(Linked));
        return subscriber;
    }

    // That the subscriber has heard of it shows as it passes on why nothing was taken.
    private void Unblock()
    {
        var late = new SyncError(SyncErrorKind.Unreachable, "the cable was cut");
        _link.Unblock(late);
        Assert.Equal(new PeerActor.LinkFailed(_link, late), _parent.ExpectMsg<PeerActor.LinkFailed>());
    }

    // What came to the peer's actor to be sent, and who is to hear when the link has taken it.
    private ReadOnlyMemory<byte> Through(IActorRef? whenTaken)
    {
        var send = _peer.ExpectMsg<PeerActor.Send>();
        Assert.Equal(whenTaken, send.Notify);
        return send.Payload;
    }

    private static ulong Unsubscribed(ReadOnlyMemory<byte> payload) => Assert.IsType<Unsubscribe>(Decode(payload)).Id.Value;

    private IActorRef LinkedPeer()
    {
        var peer = ChildOf(_parent, PeerActor.Props(Identity(2).Node, _sync));
        peer.Tell(new PeerActor.Attach(_link, null));
        return peer;
    }

    private static PeerStatus Status(IActorRef peer) => peer.Ask<PeerActor.Status>(PeerActor.GetStatus.Instance, Patience).GetAwaiter().GetResult().Now;

    private IActorRef Subscription()
    {
        var subscription = ChildOf(_parent, SubscriptionActor.Props(Linked, _sync));
        var asked = new SubscribeGraph(_graph.Id, new Sample(1, true, [_graph.Commands[^1].Address]));
        subscription.Tell(new SubscriptionActor.SubscribeTo(new Subscribe(Id, 1, 1000, 1 << 20, [asked]), [_router.Ref], 1));
        _router.ExpectMsg<GraphActor.Follow>();
        _router.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        Assert.IsType<Subscribed>(Decode(_peer.ExpectMsg<PeerActor.Send>().Payload));
        return subscription;
    }

    // One whose answer was taken: what it pushes goes on the link.
    private IActorRef PushingSubscription()
    {
        var subscription = Subscription();
        Commit(subscription);
        _peer.ExpectMsg<PeerActor.Send>();
        _peer.Reply(PeerActor.Taken.Instance);
        return subscription;
    }

    private void Commit(IActorRef subscription)
    {
        _graph.Add();
        subscription.Tell(new GraphActor.Changed(_graph.Snapshot, []));
    }

    private Push StrayPush(ulong id) => new(new SubscriptionId(id), _graph.Id, 0, CommandBlock.Encode(_graph.Commands));

    private static IReadOnlyList<Command> Commands(ReadOnlyMemory<byte> push) =>
        Assert.IsType<Push>(Decode(push)).Commands.Decode(WireLimits.Default).Value;

    private ReadOnlyMemory<byte> Sent() => Sent(_link);

    private static ReadOnlyMemory<byte> Sent(FakeLink link) => link.Sent.ReadAsync().AsTask().WaitAsync(Patience).GetAwaiter().GetResult();
}
