using ActorSync.Core.Tests.Clients;
using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Graphs;

/// <summary>
/// A machine that was opened from a snapshot knows only the last places of its history. What takes a place before those
/// has all evaluated once: also what the store has not committed yet.
/// </summary>
public sealed class WovenSnapshotTests
{
    // More than a snapshot tells the history of.
    private const int Long = 1500;

    [Fact]
    public async Task WhatIsOnItsWayToTheStoreIsPartOfTheHistoryThatIsRebuilt()
    {
        var (run, facts) = await Kept();
        var (reopened, plain) = (Open(run, facts, out var policy), Open(run, null, out _));
        Assert.Equal(0, policy.Evaluations);
        foreach (var graph in (GraphWriter[])[reopened, plain])
        {
            ReceiveInFlight(graph, run);
            Assert.Equal(4, graph.Appending);
            graph.SettleAll();
        }
        Assert.True(policy.Evaluations > Long, "the history was not rebuilt");
        AssertSame(plain, reopened);
        Assert.Equal(plain.Commits.Select(Effects), reopened.Commits.Select(Effects));
    }

    // The steps before the rebuilding were sealed over the history that it replaced.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task StepsOfBeforeAndAfterTheRebuildingAreTakenBack(int committed)
    {
        var (run, facts) = await Kept();
        var (reopened, plain) = (Open(run, facts, out _), Open(run, null, out _));
        foreach (var graph in (GraphWriter[])[reopened, plain])
        {
            ReceiveInFlight(graph, run);
            for (var i = 0; i < committed; i++)
                graph.Settle();
            graph.Settle(ok: false);
            graph.SettleAll();
            Assert.Equal(run.Count + 2 * committed - (committed == 3 ? 1 : 0), graph.Committed.Count);
        }
        AssertSame(plain, reopened);
        foreach (var graph in (GraphWriter[])[reopened, plain])
        {
            ReceiveInFlight(graph, run);
            graph.SettleAll();
        }
        AssertSame(plain, reopened);
        AssertSame(Open(reopened.Durable, null, out _), reopened);
    }

    // A commit is always on its way, so that snapshots wait until they are long overdue; what is not durable is in them, too.
    [Fact]
    public void AGraphThatIsNeverAtRestHasItsFactsAfterACrashBehindAnyCommit()
    {
        const int Batch = 2_000;
        var (graph, facts) = (Open([Root], null, out _), new MemoryFactStore());
        var keeper = new SnapshotKeeper(graph.Machine, facts);
        var tip = Root;
        var most = 0;
        for (var commit = 0; commit < 45; commit++)
        {
            while (graph.Appending < 2)
            {
                var batch = new List<Command>(Batch);
                while (batch.Count < Batch)
                    batch.Add(tip = Number(tip, 2 * batch.Count));
                graph.Receive(batch);
            }
            graph.Settle();
            keeper.AfterCommit(isBusy: true);

            var snapshot = facts.Read();
            var reopened = Open([.. graph.Durable], facts, out var policy);
            AssertSame(graph, reopened);
            // One that is newer than what is durable is of no use, until what it was taken of is durable too.
            var fits = snapshot is not null && snapshot.Commands <= graph.Durable.Count;
            Assert.Equal(graph.Durable.Count - (fits ? snapshot!.Commands : 0), policy.Evaluations);
            most = fits ? Math.Max(most, policy.Evaluations) : most;
        }
        Assert.InRange(most, 40_000 - 2 * Batch, 40_000 + 2 * Batch);
    }

    // Two batches at the tip, one command before all that is here, and what follows the tip again.
    private static void ReceiveInFlight(GraphWriter graph, List<Command> run)
    {
        var tip = run[^1];
        for (var batch = 0; batch < 2; batch++)
        {
            Command[] two = [Number(tip, 4 * batch + 2), Number(Number(tip, 4 * batch + 2), 4 * batch + 6)];
            graph.Receive(two);
            tip = two[1];
        }
        graph.Receive(Number(run[0], 12, priority: 9));
        Command[] more = [Number(tip, 14), Number(Number(tip, 14), 18)];
        graph.Receive(more);
    }

    private static async Task<(List<Command> Run, IFactStore Facts)> Kept()
    {
        var run = new List<Command> { Root };
        while (run.Count < Long)
            run.Add(Number(run[^1], 2 * run.Count));
        var facts = new MemoryFactStore();
        Assert.Null(await facts.WriteAsync(Open(run, null, out _).Machine.TakeSnapshot()!));
        return (run, facts);
    }

    // Each append goes its way at once, however much was evaluated.
    private static GraphWriter Open(IReadOnlyList<Command> durable, IFactStore? facts, out OrderPolicy policy) =>
        new(durable, new GraphLimits { FewEvaluations = 1 << 20 }, policy = new OrderPolicy { Version = "order 1" }, facts);

    private static void AssertSame(GraphWriter expected, GraphWriter graph)
    {
        Assert.Equal(expected.Committed.Heads.Digest, graph.Committed.Heads.Digest);
        Assert.True(expected.Machine.Facts.IsSameAs(graph.Machine.Facts));
    }

    private static string Effects(GraphCommit commit) =>
        string.Join(' ', commit.Effects.Select(effect => $"{effect.Command.Id.ToShortString()}:{Convert.ToHexString(effect.Payload.Span)}"));

    private static Command Number(Command prior, int number, uint priority = 0) =>
        Command.Create(Prior.Single(prior.Address), Priority.Basic(priority), BitConverter.GetBytes(number));
}
