using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Core.Tests.Clients;

/// <summary>Graphs as an application lives on them, against evaluating everything from the root.</summary>
public sealed class GraphClientTests
{
    private static readonly GraphClientOptions NoLimits = new() { Limits = new GraphLimits { Heads = int.MaxValue } };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task HoldsTheFactsAndEmitsTheEffectsOfTheDefinition(bool wholeWeave, bool queries)
    {
        var rejected = 0;
        for (var seed = 0; seed < 25; seed++)
        {
            var graph = new RandomGraph(seed, finalize: false);
            var random = new Random(seed);
            var naive = new NaiveClient(new OrderPolicy { Queries = queries });
            naive.Add([graph.Commands[0]]);
            var store = NewStore();
            var client = (await GraphClient.CreateAsync(store, graph.Commands[0], new OrderPolicy { Queries = queries }, NoLimits with { EmitWholeWeave = wholeWeave })).Value;
            for (var next = 1; next < graph.Commands.Count;)
            {
                var batch = graph.Commands.Skip(next).Take(random.Next(1, 20)).ToArray();
                next += batch.Length;
                var (whole, changed) = naive.Add(batch);
                var commit = await Receive(client, batch);

                Assert.Equal(naive.Commands.Select(command => command.Id), client.Snapshot.ReadAll().Select(command => command.Id));
                Assert.Equal(naive.Order().Select(command => command.Id), client.ReadWeave().Select(command => command.Id));
                Assert.True(new Facts(new FactVersion(naive.Facts)).IsSameAs(client.Facts), $"{graph}: other facts after {next}");
                if (commit.Commands.Count > 0)
                    Assert.Equal((wholeWeave ? whole : changed).Select(Show), commit.Effects.Select(Show));
            }
            rejected += graph.Commands.Count - naive.Commands.Count;

            await client.DisposeAsync();
            var again = (await GraphClient.OpenAsync(store, client.Graph, new OrderPolicy { Queries = queries }, NoLimits)).Value;
            Assert.True(client.Facts.IsSameAs(again.Facts), "other facts when they are rebuilt");
        }
        Assert.True(rejected > 100, $"only {rejected} were rejected");
    }

    [Fact]
    public async Task AnActionThatThePolicyRejectsIsRefusedAndLeavesNothing()
    {
        var client = await KeyValueClient();
        Assert.Null((await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set("k"u8, "v"u8))).Error);
        var (count, heads) = (client.Snapshot.Count, client.Heads);

        Assert.Equal(SyncErrorKind.Rejected, (await client.ActionAsync(Priority.Basic(0), "nonsense"u8.ToArray())).Error?.Kind);
        Assert.Equal((count, heads), (client.Snapshot.Count, client.Heads));
        Assert.Equal("v", Value(client, "k"));
    }

    [Fact]
    public async Task ARejectedActionOverSeveralHeadsLeavesNoMergeBehind()
    {
        var client = await KeyValueClient();
        var root = client.Snapshot.Read(0);
        await Receive(client, Set(root, "a", "1"), Set(root, "b", "2"));
        Assert.Equal(2, client.Heads.Count);

        Assert.Equal(SyncErrorKind.Rejected, (await client.ActionAsync(Priority.Basic(0), "nonsense"u8.ToArray())).Error?.Kind);
        Assert.Equal(2, client.Heads.Count);
        var commit = (await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set("c"u8, "3"u8))).Value;
        Assert.Equal([PriorityKind.Merge, PriorityKind.Basic], commit.Commands.Select(command => command.Priority.Kind));
        Assert.Equal(3, client.Facts.Count);
    }

    [Fact]
    public async Task WhatFollowsARejectedCommandIsRejectedAndTheRestOfTheBatchGoesOn()
    {
        var client = await KeyValueClient();
        var root = client.Snapshot.Read(0);
        var bad = GraphMaker.After(root, "nonsense");
        var after = Set(bad, "x", "1");
        var good = Set(root, "y", "2");
        var transaction = client.Begin();

        Assert.Equal(SyncErrorKind.Rejected, transaction.Add(bad)?.Kind);
        Assert.Equal(SyncErrorKind.Rejected, transaction.Add(after)?.Kind);
        Assert.Null(transaction.Add(good));
        Assert.Equal([bad.Id, after.Id], transaction.Rejected);
        Assert.Null((await transaction.CommitAsync()).Error);
        Assert.Equal(["y"], client.Facts.Query(KeyValuePolicy.FactName).Select(fact => Text(fact.Key)));

        Assert.Equal(SyncErrorKind.Rejected, client.Begin().Add(after)?.Kind);
    }

    [Fact]
    public async Task AFactKeyOfAMegabyteIsRefusedByItsLimit()
    {
        var client = await KeyValueClient();
        var error = (await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set(new byte[700_000], "v"u8))).Error;
        Assert.Equal(SyncErrorKind.LimitExceeded, error?.Kind);
        Assert.Contains("bytes of a fact's key", error!.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.LimitExceeded, (await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set(new byte[1 << 20], "v"u8))).Error?.Kind);
        Assert.Equal(1, client.Snapshot.Count);
    }

    [Fact]
    public async Task APolicyThatThrowsIsATypedErrorAndNothingIsHalfApplied()
    {
        var graph = new RandomGraph(3, finalize: false);
        var policy = new OrderPolicy();
        var client = (await GraphClient.CreateAsync(NewStore(), graph.Commands[0], policy, NoLimits)).Value;
        await Receive(client, [.. graph.Commands.Skip(1).Take(100)]);
        var (count, facts, woven) = (client.Snapshot.Count, client.Facts, client.ReadWeave().ToArray());

        // It fails while the weave is evaluated again: a command that was fine when it came.
        var transaction = client.Begin();
        var last = BitConverter.ToInt32(woven[^1].Payload.Span);
        var alike = Enumerable.Range(1000, 20).First(number => number % 5 == last % 5 && number % 4 == 0);
        var early = Command.Create(Prior.Single(graph.Commands[0].Address), Priority.Finalize, BitConverter.GetBytes(alike));
        Assert.Null(transaction.Add(early));
        policy.FailsAt = last;
        Assert.Equal(SyncErrorKind.PolicyFailed, (await transaction.CommitAsync()).Error?.Kind);
        Assert.Equal(count, client.Snapshot.Count);
        Assert.Equal(woven.Select(command => command.Id), client.ReadWeave().Select(command => command.Id));

        policy.FailsAt = -1;
        Assert.Null((await client.ActionAsync(Priority.Basic(0), BitConverter.GetBytes(1000))).Error);
        Assert.False(facts.IsSameAs(client.Facts));
    }

    [Fact]
    public async Task ATransactionThatIsRolledBackLeavesNothing()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var graph = new RandomGraph(seed, finalize: false);
            var half = graph.Commands.Count / 2;
            var client = (await GraphClient.CreateAsync(NewStore(), graph.Commands[0], new OrderPolicy(), NoLimits)).Value;
            await Receive(client, [.. graph.Commands.Skip(1).Take(half)]);
            var (heads, facts) = (client.Heads, client.Facts);

            var transaction = client.Begin();
            foreach (var command in graph.Commands.Skip(half + 1))
                transaction.Add(command);
            transaction.RollBack();
            Assert.Equal((heads, facts), (client.Heads, client.Facts));

            await Receive(client, [.. graph.Commands.Skip(half + 1)]);
            var naive = new NaiveClient(new OrderPolicy());
            naive.Add(graph.Commands);
            Assert.True(new Facts(new FactVersion(naive.Facts)).IsSameAs(client.Facts));
        }
    }

    [Fact]
    public async Task WhatTheStoreDoesNotCommitIsTakenBack()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var graph = new RandomGraph(seed, finalize: false);
            var store = new FailingNodeStore(NewStore());
            var client = (await GraphClient.CreateAsync(store, graph.Commands[0], new OrderPolicy(), NoLimits)).Value;
            foreach (var batch in graph.Commands.Skip(1).Chunk(9))
            {
                store.Fails = true;
                var (heads, facts) = (client.Heads, client.Facts);
                var transaction = Begin(client, batch);
                SyncErrorKind? expected = transaction.Added > 0 ? SyncErrorKind.StoreFailed : null;
                Assert.Equal(expected, (await transaction.CommitAsync()).Error?.Kind);
                Assert.Equal((heads, facts), (client.Heads, client.Facts));
                store.Fails = false;
                await Receive(client, batch);
            }
            var naive = new NaiveClient(new OrderPolicy());
            naive.Add(graph.Commands);
            Assert.True(new Facts(new FactVersion(naive.Facts)).IsSameAs(client.Facts));
        }
    }

    [Fact]
    public async Task ParallelFinalizeCommandsAreAFinalErrorAndNothingIsKept()
    {
        var client = await KeyValueClient();
        var root = client.Snapshot.Read(0);
        await Receive(client, Command.Create(Prior.Single(root.Address), Priority.Finalize, KeyValuePolicy.Set("a"u8, "1"u8)));
        var other = Command.Create(Prior.Single(root.Address), Priority.Finalize, KeyValuePolicy.Set("a"u8, "2"u8));

        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.Equal(SyncErrorKind.ParallelFinalize, (await Begin(client, other).CommitAsync()).Error?.Kind);
            Assert.Equal(2, client.Snapshot.Count);
        }
        Assert.Null((await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set("b"u8, "3"u8))).Error);
    }

    [Fact]
    public async Task AFinalizeCommandOfASenderThatMayNotIsNotAllowed()
    {
        var client = await KeyValueClient();
        var transaction = client.Begin(mayFinalize: false);
        Assert.Equal(SyncErrorKind.NotAllowed, transaction.Add(GraphMaker.After(client.Snapshot.Read(0), "", Priority.Finalize))?.Kind);
        transaction.RollBack();
    }

    [Fact]
    public async Task CommitsAtTheTipEvaluateNothingTwice()
    {
        var policy = new OrderPolicy();
        var run = Numbered(GraphMaker.Root, 4, 400);
        var client = (await GraphClient.CreateAsync(NewStore(), GraphMaker.Root, policy, NoLimits)).Value;
        var before = policy.Evaluations;
        foreach (var batch in run.Chunk(20))
            Assert.Equal(0, (await Receive(client, batch)).Evaluations);
        Assert.Equal(before + 400, policy.Evaluations);
    }

    [Fact]
    public async Task ACommandOfTheHighestPriorityOffTheRootIsPaidForOnce()
    {
        var policy = new OrderPolicy();
        var run = Numbered(GraphMaker.Root, 4, 1000);
        var client = (await GraphClient.CreateAsync(NewStore(), GraphMaker.Root, policy, NoLimits)).Value;
        await Receive(client, [.. run.Take(500)]);
        var high = Command.Create(Prior.Single(GraphMaker.Root.Address), Priority.Basic(9), BitConverter.GetBytes(4));
        Assert.InRange((await Receive(client, high)).Evaluations, 100, 500);
        foreach (var command in run.Skip(500))
            Assert.Equal(1, (await Receive(client, command)).Evaluations);
    }

    [Fact]
    public async Task OnlyWhatTouchesTheSameFactsIsEvaluatedAgain()
    {
        var client = await KeyValueClient();
        var run = new List<Command> { client.Snapshot.Read(0) };
        for (var i = 0; i < 1000; i++)
            run.Add(Set(run[^1], $"k{i % 250}", $"v{i}"));
        await Receive(client, [.. run.Skip(1)]);
        var high = Command.Create(Prior.Single(run[0].Address), Priority.Basic(9), KeyValuePolicy.Set("k7"u8, "high"u8));
        var commit = await Receive(client, high);

        Assert.Equal(4, commit.Evaluations);
        Assert.Equal([high, run[8], run[258], run[508], run[758]], commit.Effects.Select(effect => run.Append(high).Single(command => command.Address == effect.Command)));
        Assert.Equal("v757", Value(client, "k7"));
        Assert.Equal(250, client.Facts.Count);
    }

    [Fact]
    public async Task TellsItsObserversOfEveryCommit()
    {
        var client = await KeyValueClient();
        var seen = new List<GraphCommit>();
        using (client.Commits.Subscribe(new Observer(seen)))
            await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set("k"u8, "v"u8));
        await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Delete("k"u8));

        Assert.Equal([KeyValuePolicy.SetEffect], Assert.Single(seen).Effects.Select(effect => effect.Name));
        Assert.True(KeyValuePolicy.TryRead(seen[0].Effects[0].Payload.Span, out var isSet, out var key, out var value));
        Assert.Equal((true, "k", "v"), (isSet, System.Text.Encoding.UTF8.GetString(key), System.Text.Encoding.UTF8.GetString(value)));
        Assert.Equal(0, client.Facts.Count);
    }

    [Fact]
    public async Task AnObserverMayActOnWhatItHears()
    {
        var client = await KeyValueClient();
        Task<Result<GraphCommit>>? answer = null;
        using var subscription = client.Commits.Subscribe(new Observer([])
        {
            Then = seen => answer = seen == 1 ? client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set("answer"u8, "v"u8)) : answer,
        });
        Assert.Null((await client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Set("k"u8, "v"u8))).Error);
        Assert.Null((await answer!).Error);
        Assert.Equal(2, client.Facts.Count);
    }

    [Fact]
    public async Task HeadsOverTheirLimitAreMerged()
    {
        var client = (await GraphClient.CreateAsync(NewStore(), GraphMaker.Root, new KeyValuePolicy(), new GraphClientOptions { Limits = new GraphLimits { Heads = 3 } })).Value;
        var branches = Enumerable.Range(0, 5).Select(i => Set(GraphMaker.Root, $"k{i}", "v")).ToArray();
        await Receive(client, branches[..3]);
        Assert.Equal(3, client.Heads.Count);
        await Receive(client, branches[3..]);
        Assert.Single(client.Heads);
        Assert.Equal(5, client.Facts.Count);
    }

    [Fact]
    public async Task AnOpaqueGraphIsReadInTheOrderOfItsWeave()
    {
        var graph = new RandomGraph(8, finalize: false);
        var client = (await GraphClient.CreateAsync(NewStore(), graph.Commands[0], OpaquePolicy.Instance, NoLimits)).Value;
        var commit = await Receive(client, [.. graph.Commands.Skip(1)]);
        var oracle = new Weave.WeaveOracle(graph.Commands);
        Assert.Equal(oracle.OrderOf(oracle.Heads()).Select(command => command.Id), client.ReadWeave().Select(command => command.Id));
        Assert.Empty(commit.Effects);
        Assert.Equal(0, client.Facts.Count);
    }

    [Fact]
    public async Task OneAtATimeUsesAGraph()
    {
        var client = await KeyValueClient();
        var transaction = client.Begin();
        Assert.Throws<InvalidOperationException>(() => client.Begin());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ActionAsync(Priority.Basic(0), KeyValuePolicy.Delete("k"u8)));
        transaction.RollBack();
        Assert.Throws<ObjectDisposedException>(transaction.RollBack);
    }

    private static async Task<GraphClient> KeyValueClient() =>
        (await GraphClient.CreateAsync(NewStore(), GraphMaker.Root, new KeyValuePolicy(), NoLimits)).Value;

    private static MemoryNodeStore NewStore() => new(new PeerIdentity(new NodeId(1), new InstanceId(1)));

    private static GraphTransaction Begin(GraphClient client, params IReadOnlyList<Command> commands)
    {
        var transaction = client.Begin();
        foreach (var command in commands)
            transaction.Add(command);
        return transaction;
    }

    private static async Task<GraphCommit> Receive(GraphClient client, params IReadOnlyList<Command> commands) =>
        (await Begin(client, commands).CommitAsync()).Value;

    private static Command Set(Command prior, string key, string value) =>
        Command.Create(Prior.Single(prior.Address), Priority.Basic(0), KeyValuePolicy.Set(System.Text.Encoding.UTF8.GetBytes(key), System.Text.Encoding.UTF8.GetBytes(value)));

    // Numbers that the policy accepts whatever comes before them.
    private static List<Command> Numbered(Command after, int step, int count)
    {
        var run = new List<Command> { after };
        for (var i = 1; i <= count; i++)
            run.Add(Command.Create(Prior.Single(run[^1].Address), Priority.Basic(0), BitConverter.GetBytes(i * step)));
        run.RemoveAt(0);
        return run;
    }

    private static string Value(GraphClient client, string key) =>
        client.Facts.TryGet(KeyValuePolicy.FactName, System.Text.Encoding.UTF8.GetBytes(key), out var value) ? Text(value) : "";

    private static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    private static string Show(Effect effect) => $"{effect.Command} {effect.Name} {Convert.ToHexString(effect.Payload.Span)}";

    private sealed class Observer(List<GraphCommit> seen) : IObserver<GraphCommit>
    {
        public Action<int> Then { get; init; } = _ => { };

        public void OnNext(GraphCommit value)
        {
            seen.Add(value);
            Then(seen.Count);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
