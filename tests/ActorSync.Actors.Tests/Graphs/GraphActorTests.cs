using System.Threading.Channels;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Graphs;

public sealed class GraphActorTests : ActorTest
{
    private readonly TestGraph _given = new TestGraph().Add(3, 8);
    private readonly FaultStore _store = new(Identity(1));
    private readonly OpenGraphs _open = new();
    private readonly TestProbe _router;
    private readonly TestProbe _peer;
    private IActorRef _graph = ActorRefs.Nobody;

    public GraphActorTests()
    {
        _router = CreateTestProbe();
        _peer = CreateTestProbe();
    }

    [Fact]
    public void An_action_is_durable_when_it_is_answered_and_followers_hear_before()
    {
        Start();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null));
        Assert.Equal(4, follower.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        var append = NextAppend();

        Assert.Equal(4, Count());
        _ = append.CommitAsync();
        Assert.Equal(5, follower.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        Assert.Equal(5, Count());
    }

    [Fact]
    public void A_failed_append_is_answered_shows_nothing_and_the_next_one_works()
    {
        Start();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null));
        follower.ExpectMsg<GraphActor.Changed>();
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        NextAppend().Fail();
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        Assert.Equal(4, Count());
        Assert.False(follower.HasMessages);

        _graph.Tell(Action(), TestActor);
        _ = NextAppend().CommitAsync();
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        Assert.Equal(5, follower.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
    }

    [Fact]
    public void All_that_was_begun_behind_a_failed_append_fails_with_it()
    {
        Start();
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        _graph.Tell(Action(), TestActor);
        var (first, second) = (NextAppend(), NextAppend());
        first.Fail();
        Assert.NotNull(ExpectMsg<GraphActor.Acted>().Result.Error);
        Assert.NotNull(ExpectMsg<GraphActor.Acted>().Result.Error);
        _ = second.CommitAsync();

        _graph.Tell(Action(), TestActor);
        _ = NextAppend().CommitAsync();
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        Assert.Equal(5, Count());
    }

    [Fact]
    public void Polls_are_answered_while_the_store_is_slow()
    {
        Start();
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        var append = NextAppend();

        Poll(1);
        Assert.Equal(4, Received(_peer));
        Assert.Equal(4, Count());
        _ = append.CommitAsync();
        ExpectMsg<GraphActor.Acted>();
    }

    [Fact]
    public void A_damaged_store_answers_every_request_with_the_damage_and_no_session_is_kept()
    {
        _store.OpenFails = new SyncError(SyncErrorKind.StoreDamaged, "segment 3 does not check");
        _graph = ChildOf(_router, GraphActor.Props(_given.Id, null, _store, new SyncSettings()));
        _graph.Tell(Action(), TestActor);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        _graph.Tell(new GraphActor.Follow(null), TestActor);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        _graph.Tell(Receive("tag", _given.Commands), TestActor);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<GraphActor.CommandsReceived>(received => Equals(received.Tag, "tag")).Result.Error?.Kind);
        Poll(1);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectSent<SyncFailure>(_peer).Kind);
        Assert.Equal(new SessionId(1), _router.FishForMessage<SyncRouter.SessionEnded>(_ => true).Session);

        Watch(_graph);
        _graph.Tell(GraphActor.Close.Instance);
        ExpectTerminated(_graph);
    }

    [Fact]
    public void A_graph_that_cannot_be_made_says_so_to_the_router()
    {
        _store.OpenFails = new SyncError(SyncErrorKind.StoreFailed, "the disk is full");
        _graph = ChildOf(_router, GraphActor.Props(_given.Id, _given.Init, _store, new SyncSettings()));
        Assert.Equal(_given.Id, _router.ExpectMsg<SyncRouter.NotMade>().Graph);
    }

    [Fact]
    public void A_session_that_meets_damage_ends_with_it_and_others_go_on()
    {
        Start();
        _store.ReadsFail = true;
        Poll(1);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectSent<SyncFailure>(_peer).Kind);
        Assert.Equal(new SessionId(1), _router.FishForMessage<SyncRouter.SessionEnded>(_ => true).Session);
        _store.ReadsFail = false;

        Poll(2);
        Assert.Equal(4, Received(_peer));
    }

    [Fact]
    public void Past_the_limit_of_sessions_the_peer_is_told_to_try_later_and_a_session_that_ended_makes_room()
    {
        Start(new SyncSettings { SessionsPerGraph = 2 });
        Poll(1);
        Received(_peer);
        Poll(2);
        Received(_peer);
        Poll(3);
        Assert.Equal(SyncErrorKind.Busy, ExpectSent<SyncFailure>(_peer).Kind);
        Assert.Equal(new SessionId(3), _router.FishForMessage<SyncRouter.SessionEnded>(_ => true).Session);

        Session(1, new EndSession(new SessionId(1)));
        Assert.Equal(new SessionId(1), _router.FishForMessage<SyncRouter.SessionEnded>(_ => true).Session);
        AwaitAssert(() =>
        {
            Poll(3);
            Assert.Equal(4, Received(_peer));
        });
    }

    [Fact]
    public void A_session_goes_on_after_a_break_with_what_was_lost()
    {
        var settings = new SyncSettings();
        Start(settings with { Polls = settings.Polls with { ResponseBytes = 1 } });
        Poll(1, upTo: 2);
        Assert.Equal(0, ExpectSent<PollResponse>(_peer).Index);
        Assert.Equal(1, ExpectSent<PollResponse>(_peer).Index);
        var anew = CreateTestProbe();
        _graph.Tell(new GraphActor.Session(Peer(anew), new SessionId(1), new SyncResume(new SessionId(1), 1, 4)), _router.Ref);

        Assert.Equal(1, ExpectSent<PollResponse>(anew).Index);
        Assert.Equal(2, ExpectSent<PollResponse>(anew).Index);
        anew.Reply(PeerActor.Taken.Instance);
        Assert.Equal(3, ExpectSent<PollResponse>(anew).Index);
    }

    [Fact]
    public void What_is_committed_while_a_poll_is_answered_is_offered_at_its_end_unless_it_is_pushed()
    {
        Start();
        var head = AnswerAndCommit(1);
        Assert.Equal(new Offer(new SessionId(1), _given.Id, head), ExpectSent<Offer>(_peer));

        var subscription = CreateTestProbe();
        subscription.Send(_graph, new GraphActor.Follow(Identity(2)));
        AnswerAndCommit(2);
        // What comes next is of the next session.
        AnswerAndCommit(3);

        ActorSync.Graphs.Address AnswerAndCommit(ulong session)
        {
            Poll(session);
            Received(_peer);
            _graph.Tell(Action(), TestActor);
            var added = ExpectMsg<GraphActor.Acted>().Result.Value;
            Session(session, new Credit(new SessionId(session), 1, 1));
            return added;
        }
    }

    [Fact]
    public void A_peer_whose_poll_was_answered_is_known_to_hold_it_and_whoever_serves_it_hears()
    {
        Start();
        var subscription = CreateTestProbe();
        subscription.Send(_graph, new GraphActor.Follow(Identity(2)));
        subscription.ExpectMsg<GraphActor.Changed>();
        Poll(1);
        Received(_peer);
        Session(1, new Credit(new SessionId(1), 1, 17));

        Assert.Equal([_given.Commands[^1].Id], subscription.ExpectMsg<GraphActor.PeerHolds>().Commands);
        Assert.Equal([_given.Commands[^1].Address], _store.PeerKnowledge.AckedHeads(Identity(2), _given.Id));
        Assert.Empty(_store.PeerKnowledge.AckedHeads(Identity(2, 77), _given.Id));
    }

    [Fact]
    public void A_commit_says_to_the_sender_s_follower_what_came_from_its_peer_also_of_a_batch_kept_in_part()
    {
        Start();
        var (sender, other) = (CreateTestProbe(), CreateTestProbe());
        sender.Send(_graph, new GraphActor.Follow(Identity(2)));
        other.Send(_graph, new GraphActor.Follow(Identity(3)));
        sender.ExpectMsg<GraphActor.Changed>();
        other.ExpectMsg<GraphActor.Changed>();
        var kept = _given.Add();
        var lost = new TestGraph("another").Add(1, 8).Add();

        _graph.Tell(new GraphActor.ReceiveCommands(_given.Id, [kept, lost], Identity(2), null), TestActor);

        Assert.Equal([kept.Id], sender.ExpectMsg<GraphActor.Changed>().FromPeer);
        Assert.Empty(other.ExpectMsg<GraphActor.Changed>().FromPeer);
        var result = ExpectMsg<GraphActor.CommandsReceived>().Result.Value;
        Assert.Equal((1, 1, true), (result.Added, result.LeftOut, result.HasGap));
        // What is here already, the sender is known to hold as well.
        _graph.Tell(new GraphActor.ReceiveCommands(_given.Id, [kept], Identity(3), null), TestActor);
        Assert.Equal([kept.Id], other.ExpectMsg<GraphActor.PeerHolds>().Commands);
    }

    [Fact]
    public void Close_finishes_what_is_under_way_refuses_what_is_new_and_then_closes_the_store()
    {
        Start();
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        var append = NextAppend();
        Watch(_graph);
        Assert.Equal(_graph, _open.Find(_given.Id));
        _graph.Tell(GraphActor.Close.Instance);
        _graph.Tell(Action(), TestActor);
        Assert.Equal(SyncErrorKind.ShuttingDown, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        Assert.Null(_open.Find(_given.Id));
        Assert.Equal(1, _store.Open);
        _ = append.CommitAsync();

        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        ExpectTerminated(_graph);
        Assert.Equal(0, _store.Open);
    }

    [Fact]
    public void Closed_while_it_opens_it_answers_who_waits_and_leaves_no_store_open()
    {
        var opening = new TaskCompletionSource();
        _store.OpenWaits = opening.Task;
        _graph = ChildOf(_router, GraphActor.Props(_given.Id, _given.Init, _store, new SyncSettings()));
        Watch(_graph);
        _graph.Tell(Action(), TestActor);
        _graph.Tell(GraphActor.Close.Instance);
        opening.SetResult();

        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        ExpectTerminated(_graph);
        Assert.Equal(0, _store.Open);
    }

    [Fact]
    public void Stopped_while_it_opens_it_leaves_no_store_open()
    {
        var opening = new TaskCompletionSource();
        _store.OpenWaits = opening.Task;
        _graph = ChildOf(_router, GraphActor.Props(_given.Id, _given.Init, _store, new SyncSettings()));
        Watch(_graph);
        Sys.Stop(_graph);
        ExpectTerminated(_graph);
        opening.SetResult();

        AwaitCondition(() => _store is { Graphs.Count: 1, Open: 0 }, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_restart_opens_the_store_again_answers_who_waits_and_keeps_the_followers()
    {
        Start();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(Identity(2)));
        follower.ExpectMsg<GraphActor.Changed>();
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        NextAppend();
        _store.HoldsAppends = false;
        _store.AppendThrows = new InvalidOperationException("a bug of the store");
        _graph.Tell(Action(), TestActor);

        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        Assert.Equal(SyncErrorKind.StoreFailed, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        Assert.Equal(4, follower.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        _graph.Tell(Action(), TestActor);
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        Assert.Equal(5, follower.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        Assert.Equal(1, _store.Open);
        Assert.Equal(_graph, _open.Find(_given.Id));

        Watch(_graph);
        Sys.Stop(_graph);
        ExpectTerminated(_graph);
        Assert.Null(_open.Find(_given.Id));
    }

    [Fact]
    public void A_follower_that_dies_is_forgotten_and_one_that_unfollows_hears_nothing_more()
    {
        Start();
        var (dead, gone, stays) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        foreach (var follower in new[] { dead, gone, stays })
        {
            follower.Send(_graph, new GraphActor.Follow(null));
            follower.ExpectMsg<GraphActor.Changed>();
        }
        Sys.Stop(dead.Ref);
        gone.Send(_graph, GraphActor.Unfollow.Instance);
        _graph.Tell(Action(), TestActor);
        ExpectMsg<GraphActor.Acted>();

        Assert.Equal(5, stays.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        Assert.False(gone.HasMessages);
    }

    private void Start(SyncSettings? settings = null)
    {
        _graph = ChildOf(_router, GraphActor.Props(_given.Id, _given.Init, _store, settings ?? new SyncSettings(), open: _open));
        _graph.Tell(Receive(null, _given.Commands), TestActor);
        Assert.Equal(4, ExpectMsg<GraphActor.CommandsReceived>().Result.Value.Added);
    }

    private static GraphActor.Act Action() => new(new byte[] { 1, 2, 3 }, Priority.Basic(0));

    private GraphActor.ReceiveCommands Receive(object? tag, IReadOnlyList<Command> commands) => new(_given.Id, commands, null, tag);

    private FaultStore.HeldAppend NextAppend() => Next(_store.Appends);

    private static T Next<T>(ChannelReader<T> channel) => channel.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();

    private int Count()
    {
        var reader = CreateTestProbe();
        reader.Send(_graph, GraphActor.Read.Instance);
        return reader.ExpectMsg<GraphActor.Version>().Result.Value.Count;
    }

    private void Poll(ulong session, int upTo = 16) =>
        Session(session, new Poll(new SessionId(session), _given.Id, 0, 0, upTo, default, Sample.Empty));

    private void Session(ulong session, SyncMessage message) =>
        _graph.Tell(new GraphActor.Session(Peer(_peer), new SessionId(session), message), _router.Ref);

    private static int Received(TestProbe peer)
    {
        var commands = ExpectSent<PollResponse>(peer).Commands.Decode(WireLimits.Default).Value.Count;
        Assert.False(ExpectSent<PollEnd>(peer).Remaining);
        return commands;
    }
}
