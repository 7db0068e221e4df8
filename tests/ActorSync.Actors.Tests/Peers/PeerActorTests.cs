using System.Threading.Channels;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class PeerActorTests : ActorTest
{
    private static readonly SyncError AnyFault = new(SyncErrorKind.MalformedPayload, "cut");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestGraph _graph = new();
    private readonly ErrorCounts _errors = new();
    private readonly TestProbe _router;
    private readonly TestProbe _parent;
    private readonly TestProbe _dialer;
    private IActorRef _peer = ActorRefs.Nobody;

    public PeerActorTests()
        : base(ManualScheduler.Config) =>
        (_router, _parent, _dialer) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());

    [Fact]
    public void No_more_is_read_while_too_many_payloads_wait_to_be_dispatched()
    {
        Start(new SyncSettings { InboundPayloads = 2 });
        var link = Link();
        for (byte i = 0; i < 5; i++)
            link.Arrive(new[] { i });
        Attach(link);
        Assert.Equal(0, Payload());
        Assert.Equal(1, Payload());
        Status();
        Assert.Equal(2, link.Receives);

        _peer.Tell(PeerActor.Handled.Instance);
        Assert.Equal(2, Payload());
        Status();
        Assert.Equal(3, link.Receives);
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void Reading_that_waited_goes_on_when_the_subscriber_has_handled_one()
    {
        const int Pushes = 100;
        Start(new SyncSettings { InboundPayloads = 1 });
        var link = Link();
        Attach(link);
        _peer.Tell(new PeerActor.Want(_graph.Id), TestActor);
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        for (var i = 1ul; i <= Pushes; i++)
            link.Arrive(SyncCodec.Encode(new Push(new SubscriptionId(i), _graph.Id, 0, CommandBlock.Encode(_graph.Commands))));
        for (var i = 1ul; i <= Pushes; i++)
            Assert.Equal(new SubscriptionId(i), Assert.IsType<Unsubscribe>(Decode(Sent(link))).Id);
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void What_was_read_from_an_old_link_counts_until_it_is_dispatched()
    {
        Start(new SyncSettings { InboundPayloads = 1 });
        var (old, anew) = (Link(), Link());
        old.Arrive(new byte[] { 1 });
        anew.Arrive(new byte[] { 2 });
        Attach(old);
        Assert.Equal(1, Payload());
        Attach(anew);
        Status();
        Assert.Equal(0, anew.Receives);

        _peer.Tell(PeerActor.Handled.Instance);
        Assert.Equal(2, Payload());
    }

    [Fact]
    public void An_answer_that_does_not_fit_the_outbound_queue_is_dropped_and_counted_and_who_waits_for_the_link_is_not()
    {
        Start(new SyncSettings { OutboundBytes = 100 });
        var link = Link();
        link.Block();
        Attach(link);
        _peer.Tell(new PeerActor.Send(new byte[60], null));
        _peer.Tell(new PeerActor.Send(new byte[61], null));
        _peer.Tell(new PeerActor.Send(new byte[62], null));
        _peer.Tell(new PeerActor.Send(new byte[63], TestActor));

        Assert.Equal(60, Sent(link).Length);
        link.Unblock();
        Assert.Equal(61, Sent(link).Length);
        Assert.Equal(63, Sent(link).Length);
        ExpectMsg<PeerActor.Taken>();
        Assert.Equal(1, _errors.ToDictionary()["LimitExceeded"]);
    }

    [Fact]
    public void A_payload_larger_than_the_link_takes_is_dropped_and_counted_and_its_sender_goes_on()
    {
        Start();
        var link = Link();
        Attach(link);
        _peer.Tell(new PeerActor.Send(new byte[link.MaxPayloadBytes + 1], TestActor));
        ExpectMsg<PeerActor.Taken>();
        Assert.Equal(1, _errors.ToDictionary()["LimitExceeded"]);
        _peer.Tell(new PeerActor.Send(new byte[7], null));
        Assert.Equal(7, Sent(link).Length);
    }

    [Fact]
    public void Whoever_waits_for_a_link_that_breaks_goes_on()
    {
        Start();
        var link = Link();
        link.Block();
        Attach(link);
        _peer.Tell(new PeerActor.Send(new byte[1], TestActor));
        _peer.Tell(new PeerActor.Send(new byte[2], TestActor));
        link.Break();
        ExpectMsg<PeerActor.Taken>();
        ExpectMsg<PeerActor.Taken>();
        _peer.Tell(new PeerActor.Send(new byte[3], TestActor));
        ExpectMsg<PeerActor.Taken>();
    }

    [Fact]
    public void A_peer_with_too_many_faults_is_told_shut_out_and_not_let_back_in_until_its_time_is_over()
    {
        var standing = new StandingSettings { StrikesMost = 2 };
        Start(new SyncSettings { Standing = standing, DeadAfter = TimeSpan.FromSeconds(70) });
        var link = Link();
        Attach(link, _dialer.Ref);
        _dialer.ExpectMsg<PeerActor.Attached>();
        _peer.Tell(new PeerActor.Fault(AnyFault, 7));
        var failure = Assert.IsType<SyncFailure>(Decode(Sent(link)));
        Assert.Equal((SyncErrorKind.MalformedPayload, 7ul), (failure.Kind, failure.Reference));
        Assert.Equal(1, Status().Strikes);
        _peer.Tell(new PeerActor.Fault(AnyFault, 8));
        Sent(link);
        Assert.Equal(SyncErrorKind.NotAllowed, _dialer.ExpectMsg<PeerActor.Detached>().Why.Kind);
        Await(link.Disposed);
        Assert.Equal(2, _errors.ToDictionary()["MalformedPayload"]);

        // Longer than it takes to be dead, and it is not forgotten.
        foreach (var _ in Enumerable.Range(0, 4))
        {
            Step(_peer, TimeSpan.FromMinutes(1));
            var again = Link();
            Attach(again, _dialer.Ref);
            Assert.Equal(SyncErrorKind.NotAllowed, _dialer.ExpectMsg<PeerActor.Detached>().Why.Kind);
            Await(again.Disposed);
        }
        Step(_peer, TimeSpan.FromMinutes(1));
        Attach(Link(), _dialer.Ref);
        _dialer.ExpectMsg<PeerActor.Attached>();
    }

    [Fact]
    public void What_is_no_fault_of_the_peer_is_no_strike_and_without_a_reference_it_is_not_told()
    {
        Start();
        var link = Link();
        Attach(link);
        _peer.Tell(new PeerActor.Fault(new SyncError(SyncErrorKind.MissingPrior, "a gap"), null));
        _peer.Tell(new PeerActor.Fault(AnyFault, null));
        Assert.Equal(1, Status().Strikes);
        Assert.False(link.Sent.TryRead(out _));
    }

    [Fact]
    public void A_link_that_the_same_side_makes_takes_the_place_of_the_old_one()
    {
        Start();
        var (old, anew) = (Link(), Link());
        Attach(old);
        Attach(anew);
        Await(old.Disposed);
        _peer.Tell(new PeerActor.Send(new byte[1], null));
        Assert.Equal(1, Sent(anew).Length);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void When_both_sides_made_a_link_the_smaller_node_s_stays(uint self, bool keepsOwn)
    {
        Start(self: self);
        var (own, theirs) = (Link(), Link());
        Attach(own, _dialer.Ref);
        _dialer.ExpectMsg<PeerActor.Attached>();
        Attach(theirs);
        var (kept, closed) = keepsOwn ? (own, theirs) : (theirs, own);
        Await(closed.Disposed);
        _peer.Tell(new PeerActor.Send(new byte[1], null));
        Assert.Equal(1, Sent(kept).Length);

        // Whichever it was: the dialer hears when there is no link any more, once.
        kept.Break();
        _dialer.ExpectMsg<PeerActor.Detached>();
        Status();
        Assert.False(_dialer.HasMessages);
    }

    [Fact]
    public void Two_endpoints_of_one_peer_do_not_fight_for_the_link()
    {
        Start();
        var second = CreateTestProbe();
        var (old, anew) = (Link(), Link());
        Attach(old, _dialer.Ref);
        Attach(anew, second.Ref);
        _dialer.ExpectMsg<PeerActor.Attached>();
        second.ExpectMsg<PeerActor.Attached>();
        Await(old.Disposed);
        Status();
        Assert.False(_dialer.HasMessages);

        anew.Break();
        _dialer.ExpectMsg<PeerActor.Detached>();
        second.ExpectMsg<PeerActor.Detached>();
    }

    [Fact]
    public void A_peer_that_begins_anew_is_linked_anew_whoever_made_the_old_link()
    {
        Start();
        var (old, anew) = (Link(), new FakeLink(Identity(2, 99)));
        Attach(old, _dialer.Ref);
        Attach(anew);
        Await(old.Disposed);
        _peer.Tell(new PeerActor.Send(new byte[1], null));
        Assert.Equal(1, Sent(anew).Length);
    }

    [Fact]
    public void A_peer_without_a_link_is_dead_after_its_time_and_not_before()
    {
        Start();
        Watch(_peer);
        var link = Link();
        Attach(link);
        Status();
        Step(_peer, TimeSpan.FromHours(1));
        link.Break();
        AwaitAssert(() => Assert.Equal("waiting", Status().State));
        Step(_peer, new SyncSettings().DeadAfter - Tick);
        Assert.Equal("waiting", Status().State);
        Step(_peer, Tick);
        ExpectTerminated(_peer);
    }

    [Fact]
    public void A_poll_without_a_link_fails_at_once_and_one_whose_peer_dies_is_answered()
    {
        Start();
        _peer.Tell(new PeerActor.Poll(_graph.Id, new PollOptions()), TestActor);
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
        Attach(Link());
        _peer.Tell(new PeerActor.Poll(_graph.Id, new PollOptions()), TestActor);
        _router.ExpectMsg<SyncRouter.ReadGraph>();
        Sys.Stop(_peer);
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
    }

    [Fact]
    public void Stopped_it_says_that_the_subscription_ends_flushes_and_closes_the_link()
    {
        Start();
        var link = Link();
        Attach(link, _dialer.Ref);
        OpenSubscription(link);
        link.Block();
        _peer.Tell(new PeerActor.Send(new byte[1], null));
        Watch(_peer);
        _peer.Tell(PeerActor.Stop.Instance);
        Assert.Equal(1, Sent(link).Length);
        _router.FishForMessage<SyncRouter.FreeSlot>(_ => true);
        Assert.False(link.Disposed.IsCompleted);
        link.Unblock();

        Assert.Equal(SubscriptionEndReason.ShuttingDown, Assert.IsType<SubscriptionEnded>(Decode(Sent(link))).Reason);
        Await(link.Disposed);
        ExpectTerminated(_peer);
        _dialer.ExpectMsg<PeerActor.Attached>();
        _dialer.ExpectMsg<PeerActor.Detached>();
    }

    [Fact]
    public void Stopped_with_a_link_that_takes_nothing_it_gives_up_in_time()
    {
        var settings = new SyncSettings();
        Start(settings);
        var link = Link();
        link.Block();
        Attach(link);
        _peer.Tell(new PeerActor.Send(new byte[1], null));
        Watch(_peer);
        _peer.Tell(PeerActor.Stop.Instance);
        _peer.Tell(new PeerActor.Poll(_graph.Id, new PollOptions()), TestActor);
        Assert.Equal(SyncErrorKind.ShuttingDown, ExpectMsg<PollActor.Ended>().Result.Error?.Kind);
        Step(_peer, settings.DrainTimeout);
        Await(link.Disposed);
        ExpectTerminated(_peer);
    }

    [Fact]
    public void A_link_that_comes_while_it_stops_is_left_to_who_comes_next()
    {
        Start();
        var link = Link();
        link.Block();
        Attach(link);
        _peer.Tell(new PeerActor.Send(new byte[1], null));
        Assert.Same(link, _parent.FishForMessage<PeersActor.Attended>(_ => true).Link);
        _peer.Tell(PeerActor.Stop.Instance);
        var late = Link();
        Attach(late);
        link.Unblock();
        Watch(_peer);
        ExpectTerminated(_peer);
        Assert.False(late.Disposed.IsCompleted);
        Assert.False(_parent.HasMessages);
    }

    [Fact]
    public void After_a_restart_the_dialer_makes_a_link_and_the_peer_is_as_new()
    {
        Start();
        var link = Link();
        Attach(link, _dialer.Ref);
        _dialer.ExpectMsg<PeerActor.Attached>();
        // A link that is none: a bug of a connector.
        _peer.Tell(new PeerActor.Attach(null!, null));
        _dialer.ExpectMsg<PeerActor.Detached>();
        Await(link.Disposed);

        var anew = Link();
        Attach(anew, _dialer.Ref);
        _dialer.ExpectMsg<PeerActor.Attached>();
        OpenSubscription(anew);
    }

    [Fact]
    public void A_subscribe_that_meets_an_actor_begun_anew_frees_its_place()
    {
        Start();
        _peer.Tell(SubscribeTo(4));
        Assert.Equal(4, _router.FishForMessage<SyncRouter.FreeSlot>(_ => true).Grant);
    }

    [Fact]
    public void What_is_wanted_is_kept_by_the_peers_and_given_to_a_subscriber_begun_anew()
    {
        Start();
        var link = Link();
        Attach(link);
        _parent.ExpectMsg<PeersActor.Attended>();
        _peer.Tell(new PeerActor.Want(_graph.Id), TestActor);
        Assert.True(_parent.ExpectMsg<PeersActor.Wants>().IsWanted);
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        _router.Reply(new SyncRouter.NoGraph(_graph.Id));
        var first = Assert.IsType<Subscribe>(Decode(Sent(link)));

        // A commit event without a version: a bug of a graph.
        _router.Reply(new GraphActor.Changed(null!, []));
        _parent.ExpectMsg<PeersActor.GetWanted>();
        Assert.Equal(SyncErrorKind.Unreachable, ExpectMsg<SubscriberActor.Answered>().Error?.Kind);
        _parent.Reply(new PeerActor.Wanted([new PeerActor.Want(_graph.Id)]));
        _router.FishForMessage<SyncRouter.FollowGraph>(_ => true);
        _router.Reply(new SyncRouter.NoGraph(_graph.Id));
        var anew = Assert.IsType<Subscribe>(Decode(Sent(link)));
        Assert.NotEqual(first.Id, anew.Id);
        Assert.Equal(_graph.Id, Assert.Single(anew.Graphs).Graph);
    }

    [Fact]
    public void What_was_taken_back_while_the_peers_answered_is_not_wanted_again()
    {
        Start();
        Attach(Link());
        var want = new PeerActor.Want(_graph.Id, LinkKeepers.Mesh);
        _peer.Tell(want, TestActor);
        _router.FishForMessage<SyncRouter.FollowGraph>(_ => true);
        var asked = _parent.FishForMessage<PeersActor.GetWanted>(_ => true);
        _peer.Tell(new PeerActor.Unwant(_graph.Id, LinkKeepers.Mesh), TestActor);
        _router.FishForMessage<SyncRouter.UnfollowGraph>(_ => true);
        _peer.Tell(new PeerActor.Wanted([want], asked.TakenBack));
        Assert.NotEqual(asked.TakenBack, _parent.FishForMessage<PeersActor.GetWanted>(_ => true).TakenBack);
        Status();
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void A_hello_that_is_wanted_is_kept_by_the_peers_and_asked_for_on_every_link()
    {
        Start();
        var link = Link();
        Attach(link);
        _parent.ExpectMsg<PeersActor.Attended>();
        _peer.Tell(new PeerActor.WantHello(_graph.Id, HelloTerms.Default), TestActor);
        Assert.Equal(HelloTerms.Default, _parent.ExpectMsg<PeersActor.WantsHello>().Terms);
        _router.ExpectMsg<SyncRouter.FollowGraph>();
        _router.Reply(new SyncRouter.NoGraph(_graph.Id));
        Assert.IsType<HelloSubscribe>(Decode(Sent(link)));
        var anew = Link();
        Attach(anew);
        Assert.IsType<HelloSubscribe>(Decode(Sent(anew)));
        _peer.Tell(new PeerActor.UnwantHello(_graph.Id), TestActor);
        _parent.FishForMessage<PeersActor.WantsHello>(wants => wants.Terms is null);
        Assert.IsType<HelloUnsubscribe>(Decode(Sent(anew)));
    }

    [Fact]
    public void An_offer_of_a_poll_that_ended_is_polled_for_once_and_others_are_passed_over()
    {
        Start();
        var link = Link();
        Attach(link);
        _peer.Tell(new PeerActor.PolledAll(new SessionId(7), _graph.Id, new PollOptions()));
        var offer = new Offer(new SessionId(7), _graph.Id, _graph.Add().Address);
        _peer.Tell(new PeerActor.Deliver(offer with { Session = new SessionId(8) }));
        _peer.Tell(new PeerActor.Deliver(offer));
        _peer.Tell(new PeerActor.Deliver(offer));
        _router.ExpectMsg<SyncRouter.ReadGraph>();
        _router.Reply(new GraphActor.Version(_graph.Id, new SyncError(SyncErrorKind.UnknownGraph, "not here")));
        Assert.IsType<Poll>(Decode(Sent(link)));
        Assert.False(_router.HasMessages);
    }

    [Fact]
    public void An_offer_of_what_is_here_already_is_not_polled_for()
    {
        Start();
        var link = Link();
        Attach(link);
        _peer.Tell(new PeerActor.PolledAll(new SessionId(7), _graph.Id, new PollOptions()));
        _peer.Tell(new PeerActor.Deliver(new Offer(new SessionId(7), _graph.Id, _graph.Init.Address)));
        _router.ExpectMsg<SyncRouter.ReadGraph>();
        _router.Reply(new GraphActor.Version(_graph.Id, _graph.Snapshot));
        _peer.Tell(new PeerActor.Poll(_graph.Id, new PollOptions()), TestActor);
        _router.ExpectMsg<SyncRouter.ReadGraph>();
        _router.Reply(new GraphActor.Version(_graph.Id, _graph.Snapshot));
        Assert.IsType<Poll>(Decode(Sent(link)));
        Assert.False(link.Sent.TryRead(out _));
    }

    private void Start(SyncSettings? settings = null, uint self = 1)
    {
        var sync = new SyncContext(Identity(self), _router.Ref, new MemoryNodeStore(Identity(self)), settings ?? new SyncSettings(), _errors, new Random(1));
        _peer = ChildOf(_parent, PeerActor.Props(Identity(2).Node, sync));
        // Each of the two children that hold what is wanted asks for it, in no order.
        Assert.Equal(2, new[] { _parent.ExpectMsg<object>(), _parent.ExpectMsg<object>() }.Count(asked => asked is PeersActor.GetWanted or PeersActor.GetWantedHellos));
    }

    private static FakeLink Link() => new(Identity(2));

    private void Attach(FakeLink link, IActorRef? dialer = null) => _peer.Tell(new PeerActor.Attach(link, dialer));

    private void OpenSubscription(FakeLink link)
    {
        var graph = CreateTestProbe();
        _peer.Tell(new SubscriptionActor.SubscribeTo(SubscribeTo(1).Request, [graph.Ref], 1));
        graph.ExpectMsg<GraphActor.Follow>();
        graph.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        Assert.IsType<Subscribed>(Decode(Sent(link)));
    }

    private SubscriptionActor.SubscribeTo SubscribeTo(long grant) => new(
        new Subscribe(new SubscriptionId(9), 1, 60, 1 << 20, [new SubscribeGraph(_graph.Id, new Sample(1, true, [_graph.Init.Address]))]), [null], grant);

    private byte Payload() => _router.FishForMessage<SyncRouter.Payload>(_ => true).Bytes.Span[0];

    private PeerStatus Status() => _peer.Ask<PeerActor.Status>(PeerActor.GetStatus.Instance, Patience).GetAwaiter().GetResult().Now;

    private static ReadOnlyMemory<byte> Sent(FakeLink link) => Next(link.Sent);

    private static T Next<T>(ChannelReader<T> channel) => channel.ReadAsync().AsTask().WaitAsync(Patience).GetAwaiter().GetResult();

    private static void Await(Task task) => task.WaitAsync(Patience).GetAwaiter().GetResult();
}
