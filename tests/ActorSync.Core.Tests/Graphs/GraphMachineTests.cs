using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Graphs;

public sealed class GraphMachineTests
{
    // Found by running: with more heads than are remembered of a peer, each commit pushed the graph again.
    [Theory]
    [InlineData(0)]
    [InlineData(GraphLimits.MostHeads + 1)]
    public void MoreHeadsThanAreRememberedOfAPeerAreNoLimit(int heads) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GraphWriter([Root], new GraphLimits { Heads = heads }));

    // As many as there may be, all heads of one graph: a peer that has them is sent what is new alone.
    [Fact]
    public void AGraphOfTheMostHeadsPushesWhatIsNewAlone()
    {
        var branches = Enumerable.Range(0, GraphLimits.MostHeads).Select(i => Run(Root, 3, $"branch {i}")).ToArray();
        var probe = new PublisherProbe();
        probe.Has([Root, .. branches.SelectMany(branch => branch)]);
        probe.Subscribe(1, 1, graphs: [PublisherProbe.HoldsOf(Graph, [.. branches.Select(branch => branch[^1])])]);
        Assert.Empty(probe.Pushes);
        var next = After(branches[7][^1], "next");
        probe.Commit(Graph, next);
        Assert.Equal([next.Id], probe.Pushed);
    }

    [Fact]
    public void AnActionFollowsTheHead()
    {
        var graph = new GraphWriter([Root]);
        var one = graph.Act("one");
        var two = graph.Act("two", Priority.Finalize);
        graph.SettleAll();
        Assert.Equal(After(Root, "one").Address, graph.Acted(one).Value);
        Assert.Equal(After(After(Root, "one"), "two", Priority.Finalize).Address, graph.Acted(two).Value);
        Assert.Equal(graph.Acted(two).Value, Assert.Single(graph.Committed.Heads));
    }

    [Fact]
    public void AnActionAfterSeveralHeadsMergesThemAsAQueueSortedById()
    {
        Command[] heads = [.. Enumerable.Range(0, 5).Select(i => After(Root, $"head {i}")).OrderBy(head => head.Id)];
        var graph = new GraphWriter([Root, .. heads]);
        var token = graph.Act("after all");
        // The queue a b c d e: ab, then cd, then e with ab, then cd with that.
        var ab = Merge(heads[0], heads[1]);
        var cd = Merge(heads[2], heads[3]);
        var eab = Merge(heads[4], ab);
        var all = Merge(cd, eab);
        Assert.Equal([ab.Id, cd.Id, eab.Id, all.Id, After(all, "after all").Id], graph.LastAppend.Select(command => command.Id));
        graph.Settle();
        Assert.Equal(After(all, "after all").Address, graph.Acted(token).Value);
    }

    [Fact]
    public void TwoPeersWithTheSameHeadsWriteTheSameMerges()
    {
        Command[] heads = [.. Enumerable.Range(0, 17).Select(i => Run(Root, 1 + i % 4, $"strand {i}")).SelectMany(run => run)];
        var (one, other) = (new GraphWriter([Root]), new GraphWriter([Root]));
        one.Receive(heads);
        other.Receive([.. heads.Reverse().OrderBy(command => command.Address.MaxCut)]);
        one.Act("by one");
        var merges = one.LastAppend;
        other.Act("by the other");
        Assert.Equal(merges.SkipLast(1).Select(merge => merge.Id), other.LastAppend.SkipLast(1).Select(merge => merge.Id));
        Assert.Equal(16, merges.Count - 1);
    }

    [Fact]
    public void NothingIsAnsweredOrShownBeforeItIsCommitted()
    {
        var graph = new GraphWriter([Root]);
        var act = graph.Act("one");
        var receive = graph.Receive(After(Root, "theirs"));
        Assert.Empty(graph.Outputs);
        Assert.Equal(1, graph.Committed.Count);
        Assert.False(graph.Committed.Contains(After(Root, "one").Id));
        graph.Settle();
        Assert.Equal([typeof(GraphOutput.Changed), typeof(GraphOutput.Acted)], graph.Outputs.Select(output => output.GetType()));
        Assert.Equal((2, false), (graph.Committed.Count, graph.IsAnswered(receive)));
        graph.Settle();
        Assert.True(graph.IsAnswered(act) && graph.IsAnswered(receive));
        Assert.Equal(2, graph.Committed.Heads.Count);
    }

    [Fact]
    public void ARepeatedBatchIsAnsweredBehindTheAppendThatItRepeats()
    {
        var graph = new GraphWriter([Root]);
        graph.Receive(After(Root, "theirs"));
        var again = graph.Receive(After(Root, "theirs"));
        Assert.Equal((1, false), (graph.Appending, graph.IsAnswered(again)));
        graph.Settle();
        Assert.Equal((0, 1), (graph.Received(again).Value.Added, graph.Received(again).Value.Known));
        var later = graph.Receive(After(Root, "theirs"));
        Assert.Equal(1, graph.Received(later).Value.Known);
    }

    [Fact]
    public void ARepeatedBatchFailsWithTheAppendThatItRepeats()
    {
        var graph = new GraphWriter([Root]);
        graph.Receive(After(Root, "theirs"));
        var again = graph.Receive(After(Root, "theirs"));
        graph.Settle(ok: false);
        Assert.Equal(SyncErrorKind.StoreFailed, graph.Received(again).Error?.Kind);
    }

    [Fact]
    public void AFailedCommitTakesEverythingTentativeAwayAndTheGraphGoesOn()
    {
        var graph = new GraphWriter([Root]);
        graph.Act("kept");
        graph.Settle();
        var failed = graph.Act("failed");
        var behind = graph.Act("behind");
        graph.Settle(ok: false);
        Assert.All([failed, behind], token => Assert.Equal(SyncErrorKind.StoreFailed, graph.Acted(token).Error?.Kind));
        var next = graph.Act("next");
        Assert.Equal(After(After(Root, "kept"), "next").Id, graph.LastAppend.Single().Id);
        // The late failure of what was behind is no news, and takes nothing away.
        graph.Settle();
        Assert.False(graph.IsAnswered(next));
        graph.Settle();
        Assert.Equal(3, graph.Acted(next).Value.MaxCut + 1);
        Assert.Equal(3, graph.Committed.Count);
        Assert.Equal(graph.Durable.Select(command => command.Id), graph.Committed.ReadAll().Select(command => command.Id));
    }

    // Found by reading: the completions of two appends are two messages, and the failure may come first.
    [Fact]
    public void AFailureThatIsHeardBeforeAnEarlierSuccessLeavesThatToBeCommitted()
    {
        var graph = new GraphWriter([Root]);
        var kept = graph.Act("kept");
        var lost = graph.Act("lost");
        var committed = graph.SettleInStore();
        var failed = graph.SettleInStore(ok: false);
        graph.Handle(failed);
        Assert.Equal((false, SyncErrorKind.StoreFailed), (graph.IsAnswered(kept), graph.Acted(lost).Error?.Kind));
        var next = graph.Act("next");
        graph.Handle(committed);
        Assert.Equal(After(Root, "kept").Address, graph.Acted(kept).Value);
        graph.SettleAll();
        Assert.Equal(After(After(Root, "kept"), "next").Address, graph.Acted(next).Value);
        Assert.Equal(3, graph.Durable.Count);
    }

    [Fact]
    public void ASuccessThatIsHeardBeforeAnEarlierOneCommitsBoth()
    {
        var graph = new GraphWriter([Root]);
        var (one, two) = (graph.Act("one"), graph.Act("two"));
        var (first, second) = (graph.SettleInStore(), graph.SettleInStore());
        graph.Handle(second);
        Assert.Equal([1, 2], [graph.Acted(one).Value.MaxCut, graph.Acted(two).Value.MaxCut]);
        graph.Handle(first);
        Assert.Equal(3, graph.Committed.Count);
        Assert.Single(graph.Outputs.OfType<GraphOutput.Changed>());
    }

    [Fact]
    public void ABatchKeepsWhatCausalityAllows()
    {
        var graph = new GraphWriter([Root]);
        var known = After(Root, "known");
        graph.Receive(known);
        graph.SettleAll();
        var good = After(known, "good");
        var missing = After(known, "not sent");
        var orphans = Run(missing, 3, "orphan");
        var bad = Command.Create(Prior.Single(known.Address with { MaxCut = 9 }), Priority.Basic(0), "bad"u8);
        var ofBad = After(bad, "of bad");
        var secondInit = Command.Init("second"u8);
        var token = graph.Receive([known, .. orphans, bad, ofBad, secondInit, good]);
        graph.SettleAll();
        var result = graph.Received(token).Value;
        Assert.Equal((1, 1, 6), (result.Added, result.Known, result.LeftOut));
        Assert.Equal(missing.Address, Assert.Single(result.MissingPriors));
        Assert.Equal([SyncErrorKind.WrongMaxCut, SyncErrorKind.InvalidCommand], result.Refused.Select(refused => refused.Kind));
        Assert.Equal(good.Address, Assert.Single(graph.Committed.Heads));
    }

    [Fact]
    public void WhatFollowsOnlyRefusedCommandsIsNoGap()
    {
        var graph = new GraphWriter([Root]);
        var bad = Command.Create(Prior.Single(Root.Address with { MaxCut = 9 }), Priority.Basic(0), "bad"u8);
        var token = graph.Receive([bad, .. Run(bad, 3, "of bad")]);
        Assert.Equal((false, 4, 1), (graph.Received(token).Value.HasGap, graph.Received(token).Value.LeftOut, graph.Received(token).Value.Refused.Count));
    }

    [Fact]
    public void ACommandTwiceInABatchIsKeptOnce()
    {
        var graph = new GraphWriter([Root]);
        var token = graph.Receive(After(Root, "a"), After(Root, "a"));
        graph.SettleAll();
        Assert.Equal((1, 1, 2), (graph.Received(token).Value.Added, graph.Received(token).Value.Known, graph.Committed.Count));
    }

    [Fact]
    public void TheInitOfAnotherGraphIsRefusedEvenByAnEmptyOne()
    {
        var graph = new GraphWriter([]);
        var other = graph.Receive(Command.Init("another graph"u8));
        Assert.Equal(SyncErrorKind.InvalidCommand, Assert.Single(graph.Received(other).Value.Refused).Kind);
        graph.Receive(Root, After(Root, "a"));
        graph.SettleAll();
        Assert.Equal(2, graph.Committed.Count);
    }

    [Fact]
    public void AnActionInAnEmptyGraphIsRefused()
    {
        var graph = new GraphWriter([]);
        Assert.Equal(SyncErrorKind.InvalidRequest, graph.Acted(graph.Act("a")).Error?.Kind);
    }

    [Fact]
    public void HeadsOverTheLimitAreMergedIntoOne()
    {
        var graph = new GraphWriter([Root], new GraphLimits { Heads = 4 });
        graph.Receive([.. Enumerable.Range(0, 4).Select(i => After(Root, $"{i}"))]);
        graph.SettleAll();
        Assert.Equal(4, graph.Committed.Heads.Count);
        var token = graph.Receive(After(Root, "one too many"));
        graph.SettleAll();
        Assert.Equal((1, 1, 10), (graph.Committed.Heads.Count, graph.Received(token).Value.Added, graph.Committed.Count));
    }

    [Fact]
    public void TooManyPendingCommandsAreRefusedAsBusy()
    {
        var graph = new GraphWriter([Root], new GraphLimits { PendingCommands = 2 });
        graph.Act("one");
        graph.Act("two");
        Assert.Equal(SyncErrorKind.Busy, graph.Acted(graph.Act("three")).Error?.Kind);
        Assert.Equal(SyncErrorKind.Busy, graph.Received(graph.Receive(After(Root, "theirs"))).Error?.Kind);
        graph.SettleAll();
        graph.Act("four");
        Assert.Equal(1, graph.Appending);
    }

    [Fact]
    public void PayloadsOverTheLimitAreRefused()
    {
        var graph = new GraphWriter([Root], new GraphLimits { CommandPayloadBytes = 10 });
        Assert.Equal(SyncErrorKind.LimitExceeded, graph.Acted(graph.Act("eleven byte")).Error?.Kind);
        var token = graph.Receive(Sized(Root, 11), Sized(Root, 10));
        graph.Act("ten bytes.");
        graph.SettleAll();
        Assert.Equal(SyncErrorKind.LimitExceeded, Assert.Single(graph.Received(token).Value.Refused).Kind);
        Assert.Equal(1, graph.Received(token).Value.Added);
    }

    [Fact]
    public void OnlyBasicAndFinalizeAreActions()
    {
        var graph = new GraphWriter([Root]);
        Assert.All([Priority.Init, Priority.Merge], priority => Assert.Equal(SyncErrorKind.InvalidRequest, graph.Acted(graph.Act("", priority)).Error?.Kind));
    }
}
