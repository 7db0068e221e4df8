using System.Text;
using ActorSync.Core.Tests.Clients;
using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Graphs;

/// <summary>What is not let in: typed, nothing half-applied, and the graph goes on.</summary>
public sealed class WovenMachineTests
{
    private static readonly KeyValuePolicy KeyValue = new();

    [Fact]
    public void FactsAreShownWhenTheyAreDurableAndNotBefore()
    {
        var graph = new GraphWriter([Root], policy: KeyValue);
        graph.Act(KeyValuePolicy.Set("k"u8, "v"u8));
        Assert.Equal(0, graph.Machine.Facts.Count);
        graph.Settle();
        Assert.Equal("v", Value(graph, "k"));
        graph.Act(KeyValuePolicy.Set("k"u8, "w"u8));
        graph.Settle(ok: false);
        Assert.Equal("v", Value(graph, "k"));
        Assert.Equal(["set"], graph.Commits.SelectMany(commit => commit.Effects).Select(effect => effect.Name));
    }

    [Fact]
    public void AnActionThatThePolicyRejectsLeavesNothing()
    {
        var graph = Begun();
        var (facts, heads) = (graph.Machine.Facts, graph.Committed.Heads);
        // Two heads: what the action would have merged is not left behind.
        graph.Receive(Set(Root, "other", "1"));
        graph.SettleAll();
        heads = graph.Committed.Heads;
        facts = graph.Machine.Facts;
        var act = graph.Act("nonsense");
        Assert.Equal(SyncErrorKind.Rejected, graph.Acted(act).Error?.Kind);
        Assert.Equal(0, graph.Appending);
        // Tried again, it is told again why.
        Assert.Equal(graph.Acted(act).Error, graph.Acted(graph.Act("nonsense")).Error);
        GoesOn(graph, heads, facts);
    }

    [Fact]
    public void ARejectedCommandAndWhatFollowsItAreLeftOutOfTheirBatch()
    {
        var graph = Begun();
        var bad = After(Root, "nonsense");
        var follows = Set(bad, "b", "2");
        var good = Set(Root, "a", "1");
        var result = Received(graph, good, bad, follows);
        Assert.Equal((1, 2, false), (result.Added, result.LeftOut, result.HasGap));
        var rejected = Assert.Single(result.Rejected);
        Assert.Equal((bad.Address, SyncErrorKind.Rejected), (rejected.Command, rejected.Why.Kind));
        Assert.Empty(result.Refused);
        Assert.Equal("1", Value(graph, "a"));

        // What comes later is no gap; the one that it follows is named.
        var later = Set(follows, "c", "3");
        result = Received(graph, later);
        Assert.Equal((0, 1, false), (result.Added, result.LeftOut, result.HasGap));
        Assert.Equal(bad.Address, Assert.Single(result.Rejected).Command);
    }

    [Fact]
    public void AFactKeyOfAMegabyteIsALimitExceededAndTheBatchGoesOn()
    {
        var limits = new GraphLimits { CommandPayloadBytes = 2 << 20 };
        var graph = new GraphWriter([Root], limits, KeyValue);
        var large = Command.Create(Prior.Single(Root.Address), Priority.Basic(0), KeyValuePolicy.Set(new byte[1 << 20], "v"u8));
        var result = Received(graph, large, Set(Root, "a", "1"));
        Assert.Equal(1, result.Added);
        Assert.Equal(SyncErrorKind.LimitExceeded, Assert.Single(result.Rejected).Why.Kind);
        Assert.Equal(1, graph.Machine.Facts.Count);
        var act = graph.Act(KeyValuePolicy.Set(new byte[1 << 20], "v"u8));
        Assert.Equal(SyncErrorKind.LimitExceeded, graph.Acted(act).Error?.Kind);
    }

    [Fact]
    public void APolicyThatThrowsWhenACommandComesLeavesThatCommandOut()
    {
        var graph = new GraphWriter([Root], policy: new OrderPolicy { FailsAt = 100 });
        var result = Received(graph, Number(Root, 2), Number(Root, 100), Number(Root, 4));
        Assert.Equal((2, 1), (result.Added, result.LeftOut));
        Assert.Equal(SyncErrorKind.PolicyFailed, Assert.Single(result.Rejected).Why.Kind);
        var act = graph.Act(BitConverter.GetBytes(100));
        Assert.Equal(SyncErrorKind.PolicyFailed, graph.Acted(act).Error?.Kind);
        GoesOn(graph, graph.Committed.Heads, graph.Machine.Facts, BitConverter.GetBytes(8));
    }

    // Where it was received it did well, over its prior's facts; another command takes a place before it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APolicyThatThrowsAtReEvaluationAloneLosesTheBatchAndNoOther(bool gathered)
    {
        var graph = new GraphWriter([Root], new GraphLimits { FewEvaluations = gathered ? -1000 : 1024 }, new SecondTimePolicy());
        Received(graph, Number(Root, 1, 1));
        var first = graph.Receive(Number(Root, 2, 1));
        var bad = graph.Receive(Number(Root, SecondTimePolicy.FailsAt), Number(Root, 4));
        Assert.Equal(!gathered, graph.IsAnswered(bad));
        var good = graph.Receive(Number(Number(Root, 2, 1), 5));
        var again = graph.Receive(Number(Root, 2, 1));
        graph.SettleAll();
        Assert.Equal(1, graph.Received(first).Value.Added);
        Assert.Equal(SyncErrorKind.PolicyFailed, graph.Received(bad).Error?.Kind);
        Assert.Equal(1, graph.Received(good).Value.Added);
        Assert.Equal(1, graph.Received(again).Value.Known);
        Assert.Equal(4, graph.Committed.Count);
        Assert.Equal(3, graph.Machine.Facts.Count);
    }

    // Each of the batches takes a place before all that is here: woven one by one, each would evaluate all of it.
    [Fact]
    public void BatchesThatCostMuchAreWovenTogetherWhileTheStoreHasTheLast()
    {
        const int Batches = 32;
        var mine = new List<Command> { Root };
        var theirs = new List<Command> { Set(Root, "0", "theirs 0", Priority.Basic(9)) };
        for (var i = 0; i < 2000; i++)
            mine.Add(Set(mine[^1], $"{i % 10}", $"{i}"));
        for (var i = 1; i < Batches * 10; i++)
            theirs.Add(Set(theirs[^1], $"{i % 10}", $"theirs {i}", Priority.Basic(9)));
        var graph = new GraphWriter(mine, policy: KeyValue);
        var tokens = new List<long>();
        for (var i = 0; i < Batches; i++)
        {
            tokens.Add(graph.Receive([.. theirs.Skip(i * 10).Take(10)]));
            Assert.Equal(1, graph.Appending);
            if (i % 8 == 7)
                graph.Settle();
        }
        graph.SettleAll();
        Assert.All(tokens, token => Assert.Equal(10, graph.Received(token).Value.Added));
        Assert.InRange(graph.Commits.Sum(commit => commit.Evaluations), 2000, 6 * 2400);
        Assert.Equal(10, graph.Machine.Facts.Count);
        // Cheap batches go their way at once, however many the store has.
        var cheap = new GraphWriter([Root], policy: KeyValue);
        for (var i = 1; i <= 8; i++)
        {
            cheap.Receive(theirs[i - 1]);
            Assert.Equal(i, cheap.Appending);
        }
    }

    // Each was evaluated over all the facts of its place, put together for it alone: minutes for what takes a second.
    [Fact]
    public void CommandsThatBranchOffFarBackAreEvaluatedOverTheFactsThereAndCountAlike()
    {
        var trunk = new List<Command> { Root };
        for (var i = 0; i < 300; i++)
            trunk.Add(Set(trunk[^1], $"k{i % 7}", $"{i}"));
        var branches = Enumerable.Range(1, 40).Select(i => Set(trunk[5 * i], $"k{i % 9}", $"branch {i}")).ToArray();
        var followers = branches.Select((branch, i) => Set(branch, $"k{i % 5}", $"follower {i}")).ToArray();
        var graph = new GraphWriter(trunk, policy: KeyValue);
        Assert.Equal(40, Received(graph, branches).Added);
        Assert.Equal(40, Received(graph, followers).Added);
        var opened = new GraphWriter([.. trunk, .. branches, .. followers], policy: KeyValue);
        Assert.Equal(Enumerable.Range(0, 9).Select(i => Value(opened, $"k{i}")), Enumerable.Range(0, 9).Select(i => Value(graph, $"k{i}")));
        // What they come to in one batch is the same.
        var atOnce = new GraphWriter(trunk, policy: KeyValue);
        Assert.Equal(80, Received(atOnce, [.. branches.Zip(followers).SelectMany(pair => new[] { pair.First, pair.Second })]).Added);
        Assert.Equal(Enumerable.Range(0, 9).Select(i => Value(opened, $"k{i}")), Enumerable.Range(0, 9).Select(i => Value(atOnce, $"k{i}")));
    }

    // Many facts, of which the far branch touches few: a later batch must not put all of them together again.
    [Fact]
    public void LaterBatchesOfAFarBranchCostWhatTheyTouch()
    {
        const int Facts = 20_000;
        var trunk = new List<Command> { Root };
        for (var i = 0; i < Facts; i++)
            trunk.Add(Set(trunk[^1], $"k{i}", $"{i}"));
        var branch = new List<Command> { trunk[5] };
        for (var i = 0; i < 40; i++)
            branch.Add(Set(branch[^1], $"k{i % 9}", $"branch {i}"));
        var graph = new GraphWriter(trunk, policy: KeyValue);
        Assert.Equal(10, Received(graph, [.. branch[1..11]]).Added);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(10, Received(graph, [.. branch[11..21]]).Added);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * Facts);

        // What is taken back leaves nothing of it.
        graph.Receive(Set(branch[20], "k1", "lost"));
        graph.Settle(ok: false);
        Assert.Equal(10, Received(graph, [.. branch[21..31]]).Added);
        Assert.Equal(10, Received(graph, [.. branch[31..]]).Added);
        var opened = new GraphWriter([.. trunk, .. branch[1..]], policy: KeyValue);
        Assert.True(opened.Machine.Facts.IsSameAs(graph.Machine.Facts));
    }

    // More than a strand holds beside the facts where it branches off, and more lookups than it makes one by one.
    [Fact]
    public void ALongFarBranchThatComesInManyBatchesHasTheFactsOfOneThatComesAtOnce()
    {
        var trunk = new List<Command> { Root };
        for (var i = 0; i < 300; i++)
            trunk.Add(Set(trunk[^1], $"k{i}", $"{i}"));
        var branch = new List<Command> { trunk[5] };
        for (var i = 0; i < 9_000; i++)
            branch.Add(Set(branch[^1], $"k{i * 7 % 6_000}", $"branch {i}"));
        var (graph, opened) = (new GraphWriter(trunk, policy: KeyValue), new GraphWriter([.. trunk, .. branch[1..]], policy: KeyValue));
        foreach (var batch in branch.Skip(1).Chunk(900))
            Assert.Equal(900, Received(graph, batch).Added);
        Assert.True(opened.Machine.Facts.IsSameAs(graph.Machine.Facts));
    }

    [Fact]
    public void AFinalizeCommandOfAPeerThatMayNotIsLeftOutWithWhatFollowsIt()
    {
        foreach (var policy in new IGraphPolicy[] { OpaquePolicy.Instance, KeyValue })
        {
            var graph = new GraphWriter([Root], policy: policy);
            var final = Final(Root, "f");
            var follows = Set(final, "a", "1");
            graph.ReceiveFromOthers(Set(Root, "b", "2"), final, follows);
            graph.SettleAll();
            var result = graph.Received(1).Value;
            Assert.Equal((1, 2, false), (result.Added, result.LeftOut, result.HasGap));
            Assert.Equal((final.Address, SyncErrorKind.NotAllowed), (Assert.Single(result.Rejected).Command, result.Rejected[0].Why.Kind));

            graph.ReceiveFromOthers(Set(follows, "c", "3"));
            Assert.False(graph.Received(2).Value.HasGap);
            // From who may give it, what follows it is a gap, which they can fill.
            var gap = Received(graph, follows);
            Assert.Equal((final.Address, 0), (Assert.Single(gap.MissingPriors), gap.Rejected.Count));
            // From who may it is taken, and then what follows it, from anyone.
            Assert.Equal(1, Received(graph, final).Added);
            graph.ReceiveFromOthers(final, follows);
            graph.SettleAll();
            Assert.Equal((1, 1), (graph.Received(5).Value.Added, graph.Received(5).Value.Known));
        }
    }

    [Fact]
    public void AParallelFinalizeCommandIsRefusedForGoodAndTheGraphGoesOn()
    {
        var graph = Begun();
        var mine = graph.Act(KeyValuePolicy.Set("f"u8, "mine"u8), Priority.Finalize);
        graph.SettleAll();
        var (heads, facts) = (graph.Committed.Heads, graph.Machine.Facts);
        var theirs = Final(Root, "theirs");
        var result = Received(graph, theirs, Set(theirs, "after", "1"));
        Assert.Equal((0, 2, false), (result.Added, result.LeftOut, result.HasGap));
        Assert.Equal(SyncErrorKind.ParallelFinalize, result.Refused[0].Kind);
        // Later, what follows it is refused for the same reason: a gap would be repaired in vain.
        Assert.Equal(SyncErrorKind.ParallelFinalize, Received(graph, Set(Set(theirs, "after", "1"), "b", "2")).Refused[0].Kind);
        GoesOn(graph, heads, facts);
        Assert.Null(graph.Acted(mine).Error);
        var next = graph.Act(KeyValuePolicy.Set("g"u8, "again"u8), Priority.Finalize);
        graph.SettleAll();
        Assert.Null(graph.Acted(next).Error);
    }

    [Fact]
    public void AStoreThatHoldsParallelFinalizeCommandsCannotBeOpenedAndSaysWhy()
    {
        Command[] commands = [Root, Final(Root, "one"), Final(Root, "two")];
        var opened = GraphMachine.Open(Graph, IndexOf(commands), new Reader(commands), GraphLimits.Default, KeyValue);
        Assert.Equal(SyncErrorKind.ParallelFinalize, opened.Error?.Kind);
        // An opaque graph is served; its weave is not.
        var plain = GraphMachine.Open(Graph, IndexOf(commands), new Reader(commands), GraphLimits.Default, OpaquePolicy.Instance).Value;
        Assert.Equal(SyncErrorKind.ParallelFinalize, GraphWeave.Of(plain.Committed).Error?.Kind);
    }

    [Fact]
    public void TheInitCommandIsAskedOfThePolicyToo()
    {
        Assert.Null(GraphMachine.WhyNotBegin(Root, KeyValue));
        Assert.Equal(SyncErrorKind.Rejected, GraphMachine.WhyNotBegin(Root, new NothingPolicy())?.Kind);
        Assert.Equal(SyncErrorKind.PolicyFailed, GraphMachine.WhyNotBegin(Number(Root, 7), new OrderPolicy { FailsAt = 7 })?.Kind);
    }

    private static GraphWriter Begun()
    {
        var graph = new GraphWriter([Root], policy: KeyValue);
        graph.Act(KeyValuePolicy.Set("k"u8, "v"u8));
        graph.SettleAll();
        return graph;
    }

    private static void GoesOn(GraphWriter graph, HeadSet heads, Facts facts, byte[]? payload = null)
    {
        Assert.Equal(heads, graph.Committed.Heads);
        Assert.True(facts.IsSameAs(graph.Machine.Facts));
        var act = graph.Act(payload ?? KeyValuePolicy.Set("goes"u8, "on"u8));
        graph.SettleAll();
        Assert.Null(graph.Acted(act).Error);
        Assert.Single(graph.Committed.Heads);
    }

    private static ReceiveResult Received(GraphWriter graph, params IReadOnlyList<Command> commands)
    {
        var token = graph.Receive(commands);
        graph.SettleAll();
        return graph.Received(token).Value;
    }

    private static Command Set(Command prior, string key, string value, Priority? priority = null) =>
        Command.Create(Prior.Single(prior.Address), priority ?? Priority.Basic(0), KeyValuePolicy.Set(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value)));

    private static Command Final(Command prior, string key) => Set(prior, key, "final", Priority.Finalize);

    private static Command Number(Command prior, int number, uint priority = 0) =>
        Command.Create(Prior.Single(prior.Address), Priority.Basic(priority), BitConverter.GetBytes(number));

    private static string? Value(GraphWriter graph, string key) =>
        graph.Machine.Facts.TryGet(KeyValuePolicy.FactName, Encoding.UTF8.GetBytes(key), out var value) ? Encoding.UTF8.GetString(value.Span) : null;

    private sealed class NothingPolicy : IGraphPolicy
    {
        public Verdict Evaluate(Command command, Evaluation facts) => Verdict.Reject("no");
    }

    // Fails at one command where others stand before it.
    private sealed class SecondTimePolicy : IGraphPolicy
    {
        public const int FailsAt = 3;

        public Verdict Evaluate(Command command, Evaluation facts)
        {
            if (command.Prior.Kind == PriorKind.None)
                return Verdict.Accept;
            if (BitConverter.ToInt32(command.Payload.Span) == FailsAt && facts.Query("n").Any())
                throw new InvalidOperationException("planned");
            facts.Set("n", command.Payload.Span, command.Payload.Span);
            return Verdict.Accept;
        }
    }

    private sealed class Reader(IReadOnlyList<Command> commands) : ActorSync.Graphs.Stores.ICommandReader
    {
        public ReadOnlyMemory<byte> Read(int ordinal) => commands[ordinal].Bytes;
    }
}
