using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.TestKit;

namespace ActorSync.Actors.Tests.Graphs;

/// <summary>A graph that nobody uses closes its store; whatever comes to it wakes it, and nothing that comes is lost.</summary>
public sealed class GraphActorRestTests() : ActorTest(ManualScheduler.Config)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    private static readonly SyncSettings Settings = new() { GraphIdle = Idle };

    private readonly TestGraph _given = new TestGraph().Add(3, 8);
    private readonly FaultStore _store = new(Identity(1));
    private readonly OpenGraphs _open = new();
    private TestProbe Router => field ??= CreateTestProbe();
    private IActorRef _graph = ActorRefs.Nobody;

    [Fact]
    public void After_the_idle_time_the_store_is_closed_and_not_a_tick_before()
    {
        Start();
        Step(_graph, Idle - Tick);
        Assert.Equal(GraphStatus.Open, Status().State);
        // To ask how it is, is no use of it.
        Step(_graph, Tick);
        AwaitRest();
        Assert.Equal((4, 1, 3, Digest), (Status().Commands, Status().Heads, Status().MaxCut, Status().Digest));
        Assert.Equal(1, _store.Openings);
    }

    [Fact]
    public void Each_use_begins_the_idle_time_anew()
    {
        Start();
        for (var i = 0; i < 3; i++)
        {
            Step(_graph, Idle - Tick);
            Act();
        }
        Step(_graph, Idle - Tick);
        Assert.Equal(7, Read());
        Step(_graph, Idle - Tick);
        Assert.Equal(GraphStatus.Open, Status().State);
        Step(_graph, Tick);
        AwaitRest();
    }

    [Fact]
    public void Off_it_stays_open()
    {
        Start(new SyncSettings { GraphIdle = null });
        Step(_graph, TimeSpan.FromDays(7));
        Assert.Equal(GraphStatus.Open, Status().State);
    }

    public static TheoryData<string> Uses => ["act", "receive", "read", "follow", "poll", "wake"];

    [Theory, MemberData(nameof(Uses))]
    public void Whatever_uses_it_wakes_it_and_is_answered(string use)
    {
        Start();
        Rest();
        var user = CreateTestProbe();
        user.Send(_graph, Use(use));
        switch (use)
        {
            case "act":
                Assert.Null(user.ExpectMsg<GraphActor.Acted>().Result.Error);
                break;
            case "receive":
                Assert.Equal(4, user.ExpectMsg<GraphActor.CommandsReceived>().Result.Value.Known);
                break;
            case "read":
                Assert.Equal(4, user.ExpectMsg<GraphActor.Version>().Result.Value.ReadAll().Count());
                break;
            case "poll":
                Assert.Equal(4, ExpectSent<PollResponse>(user).Commands.Decode(WireLimits.Default).Value.Count);
                break;
            default:
                Assert.Equal(4, user.ExpectMsg<GraphActor.Changed>().Snapshot.ReadAll().Count());
                break;
        }
        Assert.Equal(2, _store.Openings);
        Assert.Equal(GraphStatus.Open, Status().State);

        object Use(string name) => name switch
        {
            "act" => Action(),
            "receive" => new GraphActor.ReceiveCommands(_given.Id, _given.Commands, null, null),
            "read" => GraphActor.Read.Instance,
            "follow" => new GraphActor.Follow(null),
            "wake" => GraphActor.Wake.Instance,
            _ => new GraphActor.Session(Peer(user), new SessionId(1), new Poll(new SessionId(1), _given.Id, 0, 0, 16, default, Sample.Empty)),
        };
    }

    [Fact]
    public async Task It_does_not_rest_while_an_append_is_under_way_a_poll_is_answered_or_an_application_watches()
    {
        Start(Settings with { Polls = new PollSettings { IdleSession = TimeSpan.FromHours(1) } });
        _store.HoldsAppends = true;
        _graph.Tell(Action(), TestActor);
        var append = await _store.Appends.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        StaysOpenFor(3 * Idle);
        _store.HoldsAppends = false;
        _ = append.CommitAsync();
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);

        var watcher = CreateTestProbe();
        watcher.Send(_graph, new GraphActor.Follow(null));
        watcher.ExpectMsg<GraphActor.Changed>();
        StaysOpenFor(3 * Idle);
        watcher.Send(_graph, GraphActor.Unfollow.Instance);

        var peer = CreateTestProbe();
        _graph.Tell(new GraphActor.Session(Peer(peer), new SessionId(1), new Poll(new SessionId(1), _given.Id, 0, 0, 16, default, Sample.Empty)), Router.Ref);
        ExpectSent<PollResponse>(peer);
        StaysOpenFor(3 * Idle);
    }

    [Fact]
    public void Who_may_let_it_rest_is_told_the_version_at_rest_and_the_whole_one_before_the_next_commit()
    {
        Start();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(Identity(2), MayRest: true));
        var whole = follower.ExpectMsg<GraphActor.Changed>().Snapshot;
        Rest();
        var resting = follower.ExpectMsg<GraphActor.Changed>().Snapshot;
        Assert.True(resting.IsAtRest);
        Assert.Equal((whole.Count, whole.Heads), (resting.Count, resting.Heads));
        // Whoever kept the version from before can read it still.
        Assert.Equal(4, whole.ReadAll().Count());

        // Another who asks while it rests does not wake it.
        var second = CreateTestProbe();
        second.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        Assert.True(second.ExpectMsg<GraphActor.Changed>().Snapshot.IsAtRest);
        Assert.Equal(GraphStatus.Dormant, Status().State);

        Act();
        foreach (var each in new[] { follower, second })
        {
            var awake = each.ExpectMsg<GraphActor.Changed>();
            Assert.Equal((4, false, 0), (awake.Snapshot.Count, awake.Snapshot.IsAtRest, awake.Commits.Count));
            Assert.Equal(5, each.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        }
    }

    [Fact]
    public void What_comes_while_the_store_closes_waits_until_it_is_open_again()
    {
        Start();
        var closing = new TaskCompletionSource();
        _store.CloseWaits = closing.Task;
        Step(_graph, Idle);
        for (var i = 0; i < 100; i++)
            _graph.Tell(Action(), TestActor);
        closing.SetResult();
        for (var i = 0; i < 100; i++)
            Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        Assert.Equal((104, 1), (Read(), _store.Open));
    }

    [Fact]
    public void Closed_while_it_goes_to_rest_it_answers_who_waits_and_leaves_no_store_open()
    {
        Start();
        var closing = new TaskCompletionSource();
        _store.CloseWaits = closing.Task;
        Step(_graph, Idle);
        Watch(_graph);
        _graph.Tell(Action(), TestActor);
        _graph.Tell(GraphActor.Close.Instance);
        closing.SetResult();
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
        ExpectTerminated(_graph);
        Assert.Equal(0, _store.Open);
    }

    [Fact]
    public void Closed_at_rest_it_stops_and_what_was_on_its_way_is_answered()
    {
        Start();
        Rest();
        Watch(_graph);
        _graph.Tell(GraphActor.Close.Instance);
        ExpectTerminated(_graph);
        Assert.Equal((0, 1), (_store.Open, _store.Openings));
        Assert.Null(_open.Find(_given.Id));
    }

    [Fact]
    public void A_fault_at_closing_keeps_it_open_is_told_and_tried_again_after_the_idle_time()
    {
        var errors = new ErrorCounts();
        Start(errors: errors);
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        follower.ExpectMsg<GraphActor.Changed>();
        _store.FlushFails = new SyncError(SyncErrorKind.StoreFailed, "the disk is full");
        EventFilter.Error(contains: "and stays open: StoreFailed: the disk is full").ExpectOne(() => Step(_graph, Idle));
        Assert.False(follower.ExpectMsg<GraphActor.Changed>().Snapshot.IsAtRest);
        Assert.Equal((GraphStatus.Open, 1L), (Status().State, errors.ToDictionary()["StoreFailed"]));
        Act();
        _store.FlushFails = null;
        Rest();
        Assert.Equal(5, Read());
    }

    [Fact]
    public void One_that_cannot_be_opened_for_now_says_so_and_is_tried_again_when_it_is_needed_again()
    {
        Start();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        Rest();
        _store.OpenFails = new SyncError(SyncErrorKind.StoreFailed, "too many open files");
        _graph.Tell(Action(), TestActor);
        Assert.Equal("too many open files", ExpectMsg<GraphActor.Acted>().Result.Error?.Message);
        _store.OpenFails = null;
        Act();
        Assert.Equal(5, follower.FishForMessage<GraphActor.Changed>(changed => changed.Commits.Count > 0).Snapshot.Count);
    }

    [Fact]
    public void One_that_is_damaged_when_it_wakes_is_broken_and_those_who_follow_it_hear_of_it()
    {
        Start();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        Rest();
        _store.OpenFails = new SyncError(SyncErrorKind.StoreDamaged, "segment 3 does not check");
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        Assert.Equal(SyncErrorKind.StoreDamaged, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        Assert.Equal(SyncErrorKind.StoreDamaged, follower.FishForMessage<GraphActor.Version>(_ => true).Result.Error?.Kind);
        Assert.Equal((GraphStatus.Broken, "segment 3 does not check"), (Status().State, Status().Error));
    }

    [Fact]
    public void Of_those_found_at_the_start_it_is_looked_up_what_is_in_them_and_no_more()
    {
        Found();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        Assert.Equal(0, _store.Open);
        _graph.Tell(GraphActor.Survey.Instance);
        Assert.Equal(_given.Id, Router.ExpectMsg<SyncRouter.Surveyed>().Graph);
        Assert.True(follower.ExpectMsg<GraphActor.Changed>().Snapshot.IsAtRest);
        Assert.Equal((0, GraphStatus.Dormant, 4), (_store.Open, Status().State, Status().Commands));
        Act();
        Assert.Equal(GraphStatus.Open, Status().State);
    }

    [Fact]
    public void One_that_cannot_be_opened_at_the_start_is_tried_again_when_it_is_needed()
    {
        Found();
        _store.OpenFails = new SyncError(SyncErrorKind.StoreFailed, "too many open files");
        _graph.Tell(GraphActor.Survey.Instance);
        Router.ExpectMsg<SyncRouter.Surveyed>();
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        Assert.Equal("too many open files", follower.ExpectMsg<GraphActor.Version>().Result.Error?.Message);
        _store.OpenFails = null;
        follower.Send(_graph, new GraphActor.Follow(null, MayRest: true));
        Assert.Equal(4, follower.ExpectMsg<GraphActor.Changed>().Snapshot.Count);
        Act();
    }

    [Fact]
    public void One_that_is_used_before_its_turn_is_open_and_stays_so()
    {
        Found();
        Act();
        _graph.Tell(GraphActor.Survey.Instance);
        Router.ExpectMsg<SyncRouter.Surveyed>();
        Assert.Equal((1, GraphStatus.Open), (_store.Open, Status().State));
    }

    [Fact]
    public void One_found_damaged_is_broken_also_where_nobody_needs_it()
    {
        Found();
        _store.OpenFails = new SyncError(SyncErrorKind.StoreDamaged, "segment 3 does not check");
        _graph.Tell(GraphActor.Survey.Instance);
        Router.ExpectMsg<SyncRouter.Surveyed>();
        Assert.Equal(GraphStatus.Broken, Status().State);
    }

    [Fact]
    public void At_rest_it_is_let_go_of_without_being_opened()
    {
        Start();
        var version = Version();
        Rest();
        var reader = CreateTestProbe();
        reader.Send(_graph, new GraphActor.Follow(Identity(7), new NodeId(7), MayRest: true));
        reader.ExpectMsg<GraphActor.Changed>();
        _graph.Tell(new GraphActor.LetGo(version, null));
        Assert.True(Router.ExpectMsg<SyncRouter.Kept>().IsRead);
        reader.Send(_graph, GraphActor.Unfollow.Instance);
        Watch(_graph);
        reader.Send(_graph, new GraphActor.LetGo(version, null));
        Router.ExpectMsg<SyncRouter.LetGo>();
        ExpectTerminated(_graph);
        Assert.Equal(1, _store.Openings);
    }

    /// <summary>Actions, reads and pushes race with the closing and the opening, in an order that a seed draws.</summary>
    [Fact]
    public void Whatever_races_with_going_to_rest_is_answered_and_durable()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var store = new FaultStore(Identity(1));
            var graph = Sys.ActorOf(GraphActor.Props(_given.Id, _given.Init, store, Settings));
            var (asker, acts, reads, pushed) = (CreateTestProbe(), 0, 0, 0);
            for (var step = 0; step < 40; step++)
            {
                switch (random.Next(6))
                {
                    case 0:
                        Scheduler.Step(Idle);
                        break;
                    case 1:
                        Step(graph, Idle);
                        break;
                    case 2:
                        graph.Tell(GraphActor.Read.Instance, asker.Ref);
                        reads++;
                        break;
                    case 3:
                        graph.Tell(new GraphActor.ReceiveCommands(_given.Id, _given.Commands, Identity(2), null), asker.Ref);
                        pushed++;
                        break;
                    default:
                        graph.Tell(Action(), asker.Ref);
                        acts++;
                        break;
                }
            }
            for (var answers = acts + reads + pushed; answers > 0; answers--)
            {
                var answer = asker.ExpectMsg<object>();
                Assert.Null((answer as GraphActor.Acted)?.Result.Error ?? (answer as GraphActor.CommandsReceived)?.Result.Error ?? (answer as GraphActor.Version)?.Result.Error);
            }
            asker.Send(graph, GraphActor.Read.Instance);
            var all = asker.ExpectMsg<GraphActor.Version>().Result.Value.ReadAll().ToArray();
            Assert.Equal(acts, all.Count(command => command.Payload.Span.SequenceEqual(Action().Payload.Span)));
            Watch(graph);
            graph.Tell(GraphActor.Close.Instance);
            ExpectTerminated(graph);
            Assert.Equal(0, store.Open);
        }
    }

    private static GraphActor.Act Action() => new(new byte[] { 1, 2, 3 }, Priority.Basic(0));

    private string Digest => _given.Snapshot.Heads.Digest.ToString();

    private void Start(SyncSettings? settings = null, ErrorCounts? errors = null)
    {
        _graph = ChildOf(Router, GraphActor.Props(_given.Id, _given.Init, _store, settings ?? Settings, errors, _open));
        _graph.Tell(new GraphActor.ReceiveCommands(_given.Id, _given.Commands, null, null), TestActor);
        Assert.Equal(4, ExpectMsg<GraphActor.CommandsReceived>().Result.Value.Added);
    }

    // As after a restart of the node.
    private void Found()
    {
        Start();
        Watch(_graph);
        _graph.Tell(GraphActor.Close.Instance);
        ExpectTerminated(_graph);
        _graph = ChildOf(Router, GraphActor.Props(_given.Id, null, _store, Settings, open: _open));
    }

    private void Rest()
    {
        Step(_graph, Idle);
        AwaitRest();
    }

    private void AwaitRest()
    {
        Assert.Equal(GraphStatus.Dormant, Status().State);
        Assert.Equal(0, _store.Open);
    }

    private void StaysOpenFor(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Idle)
            Step(_graph, Idle);
        Assert.Equal(GraphStatus.Open, Status().State);
    }

    private void Act()
    {
        _graph.Tell(Action(), TestActor);
        Assert.Null(ExpectMsg<GraphActor.Acted>().Result.Error);
    }

    private GraphSnapshot Version()
    {
        var reader = CreateTestProbe();
        reader.Send(_graph, GraphActor.Read.Instance);
        return reader.ExpectMsg<GraphActor.Version>().Result.Value;
    }

    private int Read() => Version().Count;

    private GraphStatus Status()
    {
        var asker = CreateTestProbe();
        asker.Send(_graph, GraphActor.GetStatus.Instance);
        return asker.ExpectMsg<GraphActor.Status>().Graph!;
    }
}
