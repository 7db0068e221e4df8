using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Peers;
using Akka.Actor;
using Akka.TestKit;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors.Tests.Graphs;

/// <summary>A graph with a policy: what is not let in is told, nothing is half-applied, and the graph goes on.</summary>
public sealed class GraphActorPolicyTests : ActorTest
{
    private static readonly Command Init = Command.Init("a graph"u8);
    private static readonly GraphId Graph = new(Init.Id);

    private readonly FaultStore _store = new(Identity(1));
    private readonly TestProbe _router;
    private IActorRef _graph = ActorRefs.Nobody;

    public GraphActorPolicyTests()
    {
        _router = CreateTestProbe();
    }

    [Fact]
    public void An_init_command_that_the_policy_rejects_makes_no_graph()
    {
        _graph = ChildOf(_router, GraphActor.Props(Graph, Init, _store, With(new Policy { RejectsAll = true })));
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        Assert.Equal(SyncErrorKind.Rejected, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        _router.ExpectMsg<SyncRouter.NotMade>();
        Assert.Empty(_store.Graphs);
        Assert.Equal(0, _store.Open);
    }

    [Fact]
    public void A_policy_that_throws_when_a_command_comes_leaves_that_command_out()
    {
        Start(new Policy { FailsAt = "bad" });
        var result = Receive(After(Init, "a"), After(Init, "bad"), After(Init, "b"));
        Assert.Equal((2, 1), (result.Value.Added, result.Value.LeftOut));
        Assert.Equal(SyncErrorKind.PolicyFailed, Assert.Single(result.Value.Rejected).Why.Kind);
        Assert.Equal(SyncErrorKind.PolicyFailed, Act("bad").Error?.Kind);
        GoesOn();
    }

    [Fact]
    public void A_policy_that_throws_at_re_evaluation_loses_the_batch_and_nothing_of_it_is_left()
    {
        Start(new Policy { FailsBehindOthersAt = "bad" });
        Receive(After(Init, "a", Priority.Basic(9)));
        var before = Read();
        var result = Receive(After(Init, "bad"), After(Init, "b"));
        Assert.Equal(SyncErrorKind.PolicyFailed, result.Error?.Kind);
        Same(before);
        GoesOn();
    }

    [Fact]
    public void A_fact_key_of_a_megabyte_is_refused_and_nothing_of_it_is_left()
    {
        var settings = With(new KeyValuePolicy());
        StartWith(settings with { Graphs = settings.Graphs with { CommandPayloadBytes = 2 << 20 } });
        var before = Read();
        var payload = KeyValuePolicy.Set(new byte[1 << 20], "v"u8);
        var result = Receive(Command.Create(Prior.Single(Init.Address), Priority.Basic(0), payload));
        Assert.Equal(SyncErrorKind.LimitExceeded, Assert.Single(result.Value.Rejected).Why.Kind);
        _graph.Tell(new GraphActor.Act(KeyValuePolicy.Set(new byte[1 << 20], "w"u8), Priority.Basic(0)), TestActor);
        Assert.Equal(SyncErrorKind.LimitExceeded, ExpectMsg<GraphActor.Acted>().Result.Error?.Kind);
        Same(before);
    }

    [Fact]
    public void A_finalize_command_of_a_peer_that_may_not_is_left_out_and_of_one_that_may_is_not()
    {
        StartWith(With(new Policy()) with { PeersMayFinalize = FinalizeRights.Of([new NodeId(3)]) });
        var before = Read();
        var final = After(Init, "final", Priority.Finalize);
        Assert.Equal(SyncErrorKind.NotAllowed, Assert.Single(ReceiveFrom(Identity(2), final).Value.Rejected).Why.Kind);
        Same(before);
        Assert.Equal(1, ReceiveFrom(Identity(3), final).Value.Added);
        GoesOn();
    }

    [Fact]
    public void A_parallel_finalize_command_is_refused_and_the_graph_goes_on()
    {
        Start(new Policy());
        Receive(After(Init, "one", Priority.Finalize));
        var before = Read();
        var result = Receive(After(Init, "two", Priority.Finalize));
        Assert.Equal(SyncErrorKind.ParallelFinalize, Assert.Single(result.Value.Refused).Kind);
        Same(before);
        GoesOn();
    }

    [Fact]
    public void A_store_with_parallel_finalize_commands_is_broken_with_a_policy_and_served_without()
    {
        Start(OpaquePolicy.Instance);
        Receive(After(Init, "one", Priority.Finalize), After(Init, "two", Priority.Finalize));
        Close();
        _graph = ChildOf(_router, GraphActor.Props(Graph, null, _store, With(new Policy())));
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        Assert.Equal(SyncErrorKind.ParallelFinalize, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
        Assert.Equal(SyncErrorKind.ParallelFinalize, Act("three").Error?.Kind);
        Assert.Equal(0, _store.Open);
        Close();
        Start(OpaquePolicy.Instance);
        Assert.Equal(3, Read().Result.Value.Count);
    }

    [Fact]
    public void A_policy_with_ids_of_its_own_is_refused()
    {
        _graph = ChildOf(_router, GraphActor.Props(Graph, Init, _store, With(new Policy { Identity = new OwnIds() })));
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        Assert.Equal(SyncErrorKind.InvalidRequest, ExpectMsg<GraphActor.Version>().Result.Error?.Kind);
    }

    [Fact]
    public async Task Facts_and_effects_are_told_when_they_are_durable()
    {
        Start(new Policy());
        var follower = CreateTestProbe();
        follower.Send(_graph, new GraphActor.Follow(null));
        Assert.Equal(0, follower.ExpectMsg<GraphActor.Changed>().Facts.Count);
        _store.HoldsAppends = true;
        _graph.Tell(new GraphActor.Act("a"u8.ToArray(), Priority.Basic(0)), TestActor);
        var append = await _store.Appends.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, Read().Facts?.Count);
        _ = append.CommitAsync();
        var changed = follower.ExpectMsg<GraphActor.Changed>();
        Assert.Equal("a", Assert.Single(Assert.Single(changed.Commits).Effects).Name);
        Assert.Equal(1, changed.Facts.Count);
    }

    [Fact]
    public async Task An_append_that_ends_while_batches_wait_is_answered_before_they_are_taken_in()
    {
        var policy = new Policy { WaitsAt = "b" };
        Start(policy);
        Read();
        _store.HoldsAppends = true;
        var a = After(Init, "a");
        var b = After(a, "b");
        Send(a);
        var append = await _store.Appends.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Send(b);
        await policy.Waits.WaitAsync(TimeSpan.FromSeconds(20));
        Send(After(b, "c"));
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        // Where no context is in the way the graph's actor is told before this ends.
        await Task.Run(append.CommitHereAsync);
        policy.GoOn();

        Assert.Equal(1, ExpectMsg<GraphActor.CommandsReceived>().Result.Value.Added);
        Assert.Equal(2, ExpectMsg<GraphActor.Version>().Result.Value.Count);
    }

    private static SyncSettings With(IGraphPolicy policy) => new() { Policies = new GraphPolicies(policy) };

    private void Start(IGraphPolicy policy) => StartWith(With(policy));

    private void StartWith(SyncSettings settings) => _graph = ChildOf(_router, GraphActor.Props(Graph, Init, _store, settings));

    private void Close()
    {
        Watch(_graph);
        _graph.Tell(GraphActor.Close.Instance);
        ExpectMsg<Terminated>();
    }

    private Result<ReceiveResult> Receive(params IReadOnlyList<Command> commands) => ReceiveFrom(null, commands);

    private void Send(Command command) => _graph.Tell(new GraphActor.ReceiveCommands(Graph, [command], null, null), TestActor);

    private Result<ReceiveResult> ReceiveFrom(PeerIdentity? peer, params IReadOnlyList<Command> commands)
    {
        _graph.Tell(new GraphActor.ReceiveCommands(Graph, commands, peer, null), TestActor);
        return ExpectMsg<GraphActor.CommandsReceived>().Result;
    }

    private Result<Address> Act(string payload)
    {
        _graph.Tell(new GraphActor.Act(Encoding.UTF8.GetBytes(payload), Priority.Basic(0)), TestActor);
        return ExpectMsg<GraphActor.Acted>().Result;
    }

    private GraphActor.Version Read()
    {
        _graph.Tell(GraphActor.Read.Instance, TestActor);
        return ExpectMsg<GraphActor.Version>();
    }

    private void Same(GraphActor.Version before)
    {
        var now = Read();
        Assert.Equal(before.Result.Value.Heads.Digest, now.Result.Value.Heads.Digest);
        Assert.True(before.Facts!.IsSameAs(now.Facts!));
    }

    private void GoesOn()
    {
        var added = Act("goes on").Value;
        Assert.Equal(added, Assert.Single(Read().Result.Value.Heads));
    }

    private static Command After(Command prior, string payload, Priority? priority = null) =>
        Command.Create(Prior.Single(prior.Address), priority ?? Priority.Basic(0), Encoding.UTF8.GetBytes(payload));

    private sealed class Policy : IGraphPolicy
    {
        public bool RejectsAll { get; init; }

        public string? FailsAt { get; init; }

        public string? FailsBehindOthersAt { get; init; }

        public ICommandIdentity? Identity { get; init; }

        public string? WaitsAt { get; init; }

        /// <summary>Ends when it waits.</summary>
        public Task Waits => _waits.Task;

        private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _goesOn.SetResult();

        public Verdict Evaluate(Command command, Evaluation facts)
        {
            if (RejectsAll)
                return Verdict.Reject("nothing is good enough");
            if (command.Prior.Kind == PriorKind.None)
                return Verdict.Accept;
            var text = Encoding.UTF8.GetString(command.Payload.Span);
            if (text == FailsAt || text == FailsBehindOthersAt && facts.Query("text").Any())
                throw new InvalidOperationException("planned");
            if (text == WaitsAt && _waits.TrySetResult())
                _goesOn.Task.Wait(TimeSpan.FromSeconds(20));
            facts.Set("text", command.Payload.Span, default);
            facts.Emit(text, default);
            return Verdict.Accept;
        }
    }

    private sealed class OwnIds : ICommandIdentity
    {
        public CommandId Identify(Prior prior, Priority priority, ReadOnlySpan<byte> payload) => default;
    }
}
