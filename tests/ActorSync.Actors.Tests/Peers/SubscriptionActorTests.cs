using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Peers;

public sealed class SubscriptionActorTests : ActorTest
{
    private const int FrameBytes = 8;
    private static readonly SubscriptionId Id = new(9);
    private static readonly TimeSpan Open = TimeSpan.FromSeconds(10);

    private readonly TestGraph _graph = new();
    private readonly MemoryNodeStore _store = new(Identity(1));
    private readonly ErrorCounts _errors = new();
    private readonly NodeEvents _events = new();
    private readonly TestProbe _router;
    private readonly TestProbe _peer;
    private readonly TestProbe _parent;
    private readonly TestProbe _graphActor;
    private readonly IActorRef _subscription;
    private long _grants;

    public SubscriptionActorTests()
        : base(ManualScheduler.Config)
    {
        (_router, _peer, _parent, _graphActor) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _parent.IgnoreMessages(message => message is PeerActor.Handled);
        var sync = new SyncContext(Identity(1), _router.Ref, _store, new SyncSettings(), _errors, new Random(1)) { Events = _events };
        _subscription = ChildOf(_parent, SubscriptionActor.Props(Peer(_peer), sync));
    }

    [Fact]
    public void It_is_open_at_its_close_time_and_ended_one_tick_after()
    {
        Subscribe(1);
        Step(_subscription, Open);
        Commit();
        Assert.Single(Push());

        Step(_subscription, Tick);
        Assert.Equal(SubscriptionEndReason.Expired, ExpectSent<SubscriptionEnded>(_peer).Reason);
        Assert.Equal(_grants, _router.ExpectMsg<SyncRouter.FreeSlot>().Grant);
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
        Commit();
        NothingWasSent();
    }

    [Fact]
    public void Who_listens_hears_of_graphs_that_the_peer_subscribed_to_and_of_those_no_more()
    {
        var listener = CreateTestProbe();
        _events.Subscribe(listener.Ref, typeof(SubscriptionActor.Covers));
        Subscribe(1);
        Assert.Equal(new SubscriptionActor.Covers(Identity(2).Node, _graph.Id, true), listener.ExpectMsg<SubscriptionActor.Covers>());
        Tell(new Subscribe(Id, 2, 10, 1 << 20, [Asked(_graph)]), _graphActor.Ref);
        _subscription.Tell(PeerActor.Unlinking.Instance);
        _subscription.Tell(new PeerActor.Linking(Peer(_peer)));
        Tell(new Subscribe(Id, 3, 10, 1 << 20, [Asked(_graph)]), _graphActor.Ref);
        Assert.True(listener.ExpectMsg<SubscriptionActor.Covers>().IsOn);
        _subscription.Tell(SubscriptionActor.Stop.Instance);
        Assert.False(listener.ExpectMsg<SubscriptionActor.Covers>().IsOn);
    }

    [Fact]
    public void A_further_request_sets_time_and_bytes_anew_and_adds_graphs()
    {
        Subscribe(1, bytes: 1000);
        Step(_subscription, Open / 2);
        var other = new TestGraph("another graph");
        var otherActor = CreateTestProbe();
        Tell(new Subscribe(Id, 2, 10, 5000, [Asked(other)]), otherActor.Ref);
        otherActor.ExpectMsg<GraphActor.Follow>();
        otherActor.Reply(new GraphActor.Changed(other.Snapshot, []));
        var answer = ExpectSent<Subscribed>(_peer);
        Assert.Equal((2u, 10u, 5000ul), (answer.Sequence, answer.SecondsLeft, answer.BytesLeft));
        Step(_subscription, Open);

        Commit();
        Assert.Single(Push());
        other.Add();
        otherActor.Send(_subscription, new GraphActor.Changed(other.Snapshot, []));
        Assert.Equal(other.Id, ExpectSent<Push>(_peer).Graph);
        Step(_subscription, Tick);
        ExpectSent<SubscriptionEnded>(_peer);
    }

    [Fact]
    public void A_repeated_request_is_answered_the_same_and_changes_nothing_and_a_late_one_is_ignored()
    {
        var first = Subscribe(2);
        Step(_subscription, Open / 2);
        Tell(new Subscribe(Id, 2, 10, 1 << 20, [Asked(_graph)]), _graphActor.Ref);
        Assert.Equal(first.SecondsLeft, ExpectSent<Subscribed>(_peer).SecondsLeft);
        Tell(new Subscribe(Id, 1, 1000, 1 << 20, [Asked(_graph)]), _graphActor.Ref);
        NothingWasSent(sequence: 1);

        // It closes when the first request said.
        Step(_subscription, Open / 2 + Tick);
        ExpectSent<SubscriptionEnded>(_peer);
    }

    [Fact]
    public void A_budget_that_is_spent_exactly_carries_all_and_the_next_commit_ends_it()
    {
        var bytes = PushBytes(_graph.Add(5, 100).Commands);
        Subscribe(1, bytes: (ulong)bytes, isEmpty: true);

        Assert.Equal(6, Push().Count);
        Ack(0);
        Commit();
        Assert.Equal(SubscriptionEndReason.BudgetSpent, ExpectSent<SubscriptionEnded>(_peer).Reason);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
    }

    [Fact]
    public void A_budget_that_ends_in_the_middle_of_a_batch_carries_the_longest_prefix()
    {
        _graph.Add(5, 100);
        Subscribe(1, bytes: (ulong)PushBytes(_graph.Commands.Take(4)) + 20, isEmpty: true);

        Assert.Equal(_graph.Commands.Take(4).Select(command => command.Id), Push().Select(command => command.Id));
        Assert.Equal(SubscriptionEndReason.BudgetSpent, ExpectSent<SubscriptionEnded>(_peer).Reason);
    }

    [Fact]
    public void A_push_that_is_lost_comes_again_later_each_time_until_it_is_acknowledged()
    {
        Subscribe(1, seconds: 100_000);
        Commit();
        var push = ExpectSent<Push>(_peer);
        var settings = new SyncSettings().Subscriptions;
        foreach (var wait in new[] { settings.RetryAfter, 2 * settings.RetryAfter, 4 * settings.RetryAfter })
        {
            _peer.Reply(PeerActor.Taken.Instance);
            Step(_subscription, wait);
            NothingWasSent();
            Step(_subscription, Tick);
            var again = ExpectSent<Push>(_peer);
            Assert.Equal(push.Commands.Bytes.ToArray(), again.Commands.Bytes.ToArray());
            Assert.True(again.Index > push.Index);
            push = again;
        }

        Ack(push.Index, _graph.Commands[^1]);
        Assert.Equal([_graph.Commands[^1].Address], AckedHeads());
        Step(_subscription, TimeSpan.FromHours(1));
        NothingWasSent();
    }

    [Fact]
    public void Commands_learned_from_the_peer_are_not_pushed_back_to_it()
    {
        Subscribe(1);
        var learned = _graph.Add();
        _graphActor.Send(_subscription, new GraphActor.Changed(_graph.Snapshot, [learned.Id]));
        NothingWasSent();
        Assert.Equal([learned.Address], AckedHeads());

        var own = Commit();
        Assert.Equal([own.Id], Push().Select(command => command.Id));
    }

    [Fact]
    public void An_unsubscribe_without_a_subscription_is_answered_and_does_nothing()
    {
        _subscription.Tell(new SubscriptionActor.Other(new Unsubscribe(Id, 5, [])));
        Assert.Equal(5u, ExpectSent<Unsubscribed>(_peer).Sequence);
        _subscription.Tell(new SubscriptionActor.Other(new PushAck(Id, _graph.Id, 0, [])));
        Subscribe(6);
    }

    [Fact]
    public void A_graph_that_is_not_here_is_refused_and_the_place_is_free()
    {
        Tell(new Subscribe(Id, 1, 10, 1000, [Asked(_graph)]), null);
        Assert.Equal(SyncErrorKind.UnknownGraph, ExpectSent<SyncFailure>(_peer).Kind);
        Assert.Equal(_grants, _router.ExpectMsg<SyncRouter.FreeSlot>().Grant);
    }

    [Fact]
    public void A_graph_that_is_broken_is_refused_with_its_damage()
    {
        Tell(new Subscribe(Id, 1, 10, 1000, [Asked(_graph)]), _graphActor.Ref);
        _graphActor.ExpectMsg<GraphActor.Follow>();
        _graphActor.Reply(new GraphActor.Version(_graph.Id, new SyncError(SyncErrorKind.StoreDamaged, "does not check")));
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectSent<SyncFailure>(_peer).Kind);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
    }

    [Fact]
    public void A_graph_that_does_not_answer_makes_the_peer_try_later_and_frees_the_place()
    {
        Tell(new Subscribe(Id, 1, 10, 1000, [Asked(_graph)]), _graphActor.Ref);
        _graphActor.ExpectMsg<GraphActor.Follow>();
        Step(_subscription, new SyncSettings().GraphTimeout);
        Assert.Equal(SyncErrorKind.Busy, ExpectSent<SyncFailure>(_peer).Kind);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
    }

    [Fact]
    public void A_graph_that_cannot_be_read_ends_it_typed()
    {
        Subscribe(1);
        _graph.IsDamaged = true;
        Commit();
        Assert.Equal(SubscriptionEndReason.Failed, ExpectSent<SubscriptionEnded>(_peer).Reason);
        Assert.Equal(1, _errors.ToDictionary()["StoreDamaged"]);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
    }

    [Fact]
    public void A_graph_that_stops_ends_it()
    {
        Subscribe(1);
        Sys.Stop(_graphActor.Ref);
        Assert.Equal(SubscriptionEndReason.GraphRemoved, ExpectSent<SubscriptionEnded>(_peer).Reason);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
    }

    [Fact]
    public void A_peer_that_never_takes_what_is_sent_gets_no_more_than_the_window()
    {
        Subscribe(1, seconds: 1000);
        for (var i = 0; i < 100; i++)
            Commit();
        Assert.Single(Push());
        Assert.Single(Push());
        NothingWasSent();

        // What came meanwhile goes in one push once there is room.
        _subscription.Tell(PeerActor.Taken.Instance);
        Assert.Equal(98, Push().Count);
    }

    [Fact]
    public void Unlinked_it_waits_and_linked_again_it_sends_what_is_not_acknowledged()
    {
        Subscribe(1, seconds: 1000);
        var first = Commit();
        Push();
        _subscription.Tell(PeerActor.Unlinking.Instance);
        var second = Commit();
        NothingWasSent();

        _subscription.Tell(new PeerActor.Linking(Peer(_peer)));
        Assert.Equal([first.Id, second.Id], Push().Select(command => command.Id));
    }

    [Fact]
    public void A_peer_that_comes_back_with_another_store_begins_anew()
    {
        Subscribe(1);
        var anew = CreateTestProbe();
        _subscription.Tell(new PeerActor.Linking(Peer(anew, instance: 2)));
        Assert.Equal(SubscriptionEndReason.Replaced, ExpectSent<SubscriptionEnded>(anew).Reason);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
        Assert.Empty(_store.PeerKnowledge.AckedHeads(Identity(2, 2), _graph.Id));
    }

    [Fact]
    public void After_a_restart_the_peer_knows_that_it_ended_and_subscribes_anew()
    {
        Subscribe(1);
        // More graph actors than graphs: a bug of the router.
        _subscription.Tell(new SubscriptionActor.SubscribeTo(new Subscribe(Id, 2, 1, 1, []), [_graphActor.Ref], ++_grants));
        Assert.Equal(SubscriptionEndReason.Failed, ExpectSent<SubscriptionEnded>(_peer).Reason);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
        _parent.ExpectMsg<PeerActor.Began>();
        _graphActor.ExpectMsg<GraphActor.Unfollow>();
        _subscription.Tell(new PeerActor.Linking(Peer(_peer)));

        Subscribe(3);
        Commit();
        Assert.Single(Push());
    }

    [Fact]
    public void A_graph_at_rest_is_woken_for_a_subscriber_that_is_not_level_and_for_no_other()
    {
        _graph.Add(3, 8);
        Tell(new Subscribe(Id, 1, 10, 1 << 20, [Asked(_graph)]), _graphActor.Ref);
        Assert.True(_graphActor.ExpectMsg<GraphActor.Follow>().MayRest);
        _graphActor.Reply(new GraphActor.Changed(_graph.Snapshot.AtRest(), []));
        Assert.Null(ExpectSent<Subscribed>(_peer).Graphs[0].Refused);

        Tell(new Subscribe(Id, 2, 10, 1 << 20, [new SubscribeGraph(_graph.Id, new Sample(1, true, [_graph.Init.Address]))]), _graphActor.Ref);
        _graphActor.ExpectMsg<GraphActor.Wake>();
        NothingWasSent(2);
        _graphActor.Send(_subscription, new GraphActor.Changed(_graph.Snapshot, []));
        Assert.Equal(2u, ExpectSent<Subscribed>(_peer).Sequence);
        Assert.Equal(_graph.Commands.Skip(1).Select(command => command.Id), Push().Select(command => command.Id));
    }

    [Fact]
    public void A_graph_that_cannot_be_woken_is_refused()
    {
        Tell(new Subscribe(Id, 1, 10, 1 << 20, [new SubscribeGraph(_graph.Id, Sample.Empty)]), _graphActor.Ref);
        _graphActor.ExpectMsg<GraphActor.Follow>();
        _graphActor.Reply(new GraphActor.Changed(_graph.Snapshot.AtRest(), []));
        _graphActor.ExpectMsg<GraphActor.Wake>();
        _graphActor.Reply(new GraphActor.Version(_graph.Id, new SyncError(SyncErrorKind.StoreFailed, "too many open files")));
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectSent<SyncFailure>(_peer).Kind);
    }

    [Fact]
    public void Stopped_it_tells_the_peer_frees_the_place_and_is_gone()
    {
        Subscribe(1);
        Watch(_subscription);
        _subscription.Tell(SubscriptionActor.Stop.Instance);
        Assert.Equal(SubscriptionEndReason.ShuttingDown, ExpectSent<SubscriptionEnded>(_peer).Reason);
        ExpectTerminated(_subscription);
        _router.ExpectMsg<SyncRouter.FreeSlot>();
    }

    private Subscribed Subscribe(uint sequence, uint seconds = 10, ulong bytes = 1 << 20, bool isEmpty = false)
    {
        Tell(new Subscribe(Id, sequence, seconds, bytes, [isEmpty ? new SubscribeGraph(_graph.Id, Sample.Empty with { AllHeads = true }) : Asked(_graph)]), _graphActor.Ref);
        Assert.Equal(Identity(2), _graphActor.ExpectMsg<GraphActor.Follow>().Peer);
        _graphActor.Reply(new GraphActor.Changed(_graph.Snapshot, []));
        return ExpectSent<Subscribed>(_peer);
    }

    private void Tell(Subscribe subscribe, IActorRef? graph) =>
        _subscription.Tell(new SubscriptionActor.SubscribeTo(subscribe, [graph], ++_grants));

    private static SubscribeGraph Asked(TestGraph graph) => new(graph.Id, new Sample(1, true, [graph.Commands[^1].Address]));

    private Command Commit()
    {
        var command = _graph.Add();
        _graphActor.Send(_subscription, new GraphActor.Changed(_graph.Snapshot, []));
        return command;
    }

    private IReadOnlyList<Command> Push() => ExpectSent<Push>(_peer).Commands.Decode(WireLimits.Default).Value;

    private void Ack(uint index, params Command[] heads)
    {
        _subscription.Tell(PeerActor.Taken.Instance);
        _subscription.Tell(new SubscriptionActor.Other(new PushAck(Id, _graph.Id, index, [.. heads.Select(head => head.Address)])));
    }

    // What is asked of it now is answered next: nothing was sent before.
    private void NothingWasSent(uint sequence = 0)
    {
        _subscription.Tell(new SubscriptionActor.Other(new Unsubscribe(new SubscriptionId(12345), sequence, [])));
        Assert.Equal(new SubscriptionId(12345), ExpectSent<Unsubscribed>(_peer).Id);
    }

    private IReadOnlyList<ActorSync.Graphs.Address> AckedHeads()
    {
        NothingWasSent();
        return _store.PeerKnowledge.AckedHeads(Identity(2), _graph.Id);
    }

    private long PushBytes(IEnumerable<Command> commands) =>
        SyncCodec.Encode(new Push(Id, _graph.Id, 0, CommandBlock.Encode(commands))).Length + FrameBytes;
}
