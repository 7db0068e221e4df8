using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs.Polls;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Polls;

/// <summary>Polls over networks that lose, repeat, reorder and break.</summary>
public sealed class PollFaultTests
{
    // Many small parts, so that there is something to lose.
    private static readonly PollSettings SmallParts = PollSettings.Default with { ResponseBytes = 400, Window = 8, Retries = 12 };

    [Fact]
    public void APollOverARoughNetworkEndsLevel()
    {
        for (var seed = 1; seed <= 120; seed++)
        {
            var (here, there) = Diverged(seed);
            var pair = Pair(here, there, seed);
            pair.Link.Faults = SimFaults.Rough;
            var outcome = pair.Poll();
            Assert.True(outcome.Error is null, $"seed {seed}: {outcome.Error}");
            var held = pair.GraphHere.Committed;
            Assert.All(there, command => Assert.True(held.Contains(command.Id), $"seed {seed}"));
            AssertCreditWasKept(pair, seed);
        }
    }

    [Fact]
    public void APollOverADeadNetworkEndsWithATypedError()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 100, "there")], seed: 1);
        pair.Link.Faults = new SimFaults { LossPercent = 100 };
        Assert.Equal(SyncErrorKind.Unreachable, pair.Poll().Error?.Kind);
    }

    [Fact]
    public void ANetworkThatDiesInTheMiddleEndsThePollWithATypedError()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 2_000, "there")], seed: 1);
        pair.Link.Loses = _ => pair.Link.Messages<PollResponse>(pair.There).Count() > 20;
        Assert.Equal(SyncErrorKind.Unreachable, pair.Poll().Error?.Kind);
        Assert.True(pair.GraphHere.Committed.Count > 1);
        Assert.True(pair.Simulation.RunUntil(() => pair.AtThere.AnswersUnderWay == 0, TimeSpan.FromMinutes(5)), "the answer is never given up");
    }

    [Fact]
    public void EachMessageBeforeCommandsFlowMayBeLost()
    {
        foreach (var type in new[] { SyncType.Poll, SyncType.Narrow, SyncType.Narrowed })
        {
            for (var which = 0; which < (type == SyncType.Narrowed ? 1 : 2); which++)
            {
                List<ActorSync.Graphs.Command> trunk = [Root, .. Run(Root, 3_000, "trunk")];
                var pair = Pair([.. trunk, .. Run(trunk[^1], 300, "here")], [.. trunk, .. Run(trunk[^1], 400, "there")], seed: 1);
                var (seen, before) = (0, pair.GraphHere.Committed);
                pair.Link.Loses = sent => sent.Message.Type == type && seen++ == which;
                var outcome = pair.Poll();
                Assert.True(outcome.Error is null, $"{type} {which}: {outcome.Error}");
                Assert.True(seen > which, $"{type} {which} was never sent");
                Assert.Equal((3, 400L), (outcome.Value.RoundTrips, outcome.Value.Added));
                Assert.InRange(pair.CommandsSent.Count(before.Contains), 0, 100);
            }
        }
    }

    // What a requester tells of takes no more work than this, and what is not looked at is sent.
    [Fact]
    public void AResponderThatComparesNothingSendsWhatItIsNotSureOf()
    {
        List<ActorSync.Graphs.Command> trunk = [Root, .. Run(Root, 3_000, "trunk")];
        var pair = Pair([.. trunk, .. Run(trunk[^1], 300, "here")], [.. trunk, .. Run(trunk[^1], 400, "there")], seed: 1, SmallParts with { MostCompared = 0 });
        Assert.Equal(400, pair.Poll().Value.Added);
        Assert.True(pair.CommandsSent.Count > 500);
    }

    [Fact]
    public void ALostPartIsAskedForAndNothingElseIsSentAgain()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 1_000, "there")], seed: 1);
        var lost = false;
        pair.Link.Loses = sent => sent.Message is PollResponse { Index: 3 } && !lost && (lost = true);
        Assert.Null(pair.Poll().Error);
        Assert.Equal([3], Assert.Single(pair.Link.Messages<RequestMissing>(pair.Here)).Indexes);
        Assert.Equal([3], pair.Link.Messages<PollResponse>(pair.There).GroupBy(part => part.Index).Where(part => part.Count() > 1).Select(part => part.Key));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void ABrokenLinkIsResumedWhereItBroke()
    {
        var there = (IReadOnlyList<ActorSync.Graphs.Command>)[Root, .. Run(Root, 2_000, "there")];
        var pair = Pair([Root], there, seed: 1);
        pair.AtHere.Poll(Graph);
        Assert.True(pair.Simulation.RunUntil(() => pair.GraphHere.Committed.Count > 500, TimeSpan.FromMinutes(1)));
        pair.Link.Down();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Link.Up();
        Assert.True(pair.Simulation.RunUntil(() => !pair.AtHere.IsPolling, TimeSpan.FromMinutes(1)));
        Assert.Null(Assert.Single(pair.AtHere.PollResults).Error);
        Assert.True(pair.IsLevel);
        Assert.NotEmpty(pair.Link.Messages<SyncResume>(pair.Here));
        var again = pair.Link.Messages<PollResponse>(pair.There).GroupBy(part => part.Index).Count(part => part.Count() > 1);
        Assert.InRange(again, 0, SmallParts.Window);
    }

    [Fact]
    public void TheLastPartsAndTheEndMayBeLost()
    {
        for (var lost = 1; lost < 12; lost++)
        {
            var pair = Pair([Root], [Root, .. Run(Root, 100, "there")], seed: lost);
            var left = lost;
            pair.Link.Loses = sent => sent.Message is PollEnd or PollResponse { Left: < 25 } && left-- > 0;
            Assert.Null(pair.Poll().Error);
            Assert.True(pair.IsLevel);
        }
    }

    // Found by reading: a poll that came once more began the whole answer anew.
    [Fact]
    public void APollThatComesAgainLateCostsNoMoreThanTheWindow()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 2_000, "there")], seed: 1);
        pair.AtHere.Poll(Graph);
        Assert.True(pair.Simulation.RunUntil(() => pair.GraphHere.Committed.Count > 1_000, TimeSpan.FromMinutes(1)));
        pair.AtThere.Deliver(pair.Link.Messages<Poll>(pair.Here).First());
        Assert.True(pair.Simulation.RunUntil(() => !pair.AtHere.IsPolling, TimeSpan.FromMinutes(1)));
        Assert.True(pair.IsLevel);
        var again = pair.Link.Messages<PollResponse>(pair.There).GroupBy(part => part.Index).Sum(part => part.Count() - 1);
        Assert.InRange(again, 0, SmallParts.Window);
    }

    // Found by reading: what was asked for again went into the link at once, however much it was.
    [Fact]
    public void WhatIsAskedForAgainFillsNoQueue()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 2_000, "there")], seed: 1);
        pair.AtHere.Poll(Graph);
        Assert.True(pair.Simulation.RunUntil(() => pair.GraphHere.Committed.Count > 1_000, TimeSpan.FromMinutes(1)));
        var session = pair.Link.Messages<Poll>(pair.Here).First().Session;
        var before = pair.Link.Sent.Count;
        pair.AtThere.Deliver(new RequestMissing(session, [.. Enumerable.Range(0, WireLimits.MissingIndexes)]));
        pair.AtThere.Deliver(new RequestMissing(session, [.. Enumerable.Repeat(5, WireLimits.MissingIndexes)]));
        Assert.InRange(pair.Link.Sent.Count - before, 0, SmallParts.LinkWindow);
        Assert.True(pair.Simulation.RunUntil(() => !pair.AtHere.IsPolling, TimeSpan.FromMinutes(1)));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void MorePartsThanTheCreditAreAFault()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 300, "there")], seed: 1);
        pair.AtHere.Poll(Graph);
        pair.Simulation.Run(TimeSpan.FromMilliseconds(1));
        var session = pair.Link.Messages<Poll>(pair.Here).First().Session;
        pair.AtHere.Deliver(new PollResponse(session, SmallParts.Window, 0, CommandBlock.Encode([After(Root, "x")])));
        Assert.Equal(SyncErrorKind.LimitExceeded, Assert.Single(pair.AtHere.Faults).Kind);
        Assert.True(pair.Simulation.RunUntil(() => !pair.AtHere.IsPolling, TimeSpan.FromMinutes(1)));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void AStoreThatFailsEndsThePollAndTheAnswer()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 300, "there")], seed: 1);
        pair.GraphHere.CommitFailurePercent = 100;
        Assert.Equal(SyncErrorKind.StoreFailed, pair.Poll().Error?.Kind);
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(0, pair.AtThere.AnswersUnderWay);
        pair.GraphHere.CommitFailurePercent = 0;
        Assert.Null(pair.Poll().Error);
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void AnAnswerIsOfOneVersionWhileCommitsGoOn()
    {
        var pair = Pair([Root], [Root, .. Run(Root, 1_000, "there")], seed: 1);
        pair.AtHere.Poll(Graph);
        pair.Simulation.Run(TimeSpan.FromMilliseconds(6));
        while (pair.AtHere.IsPolling)
        {
            pair.GraphThere.Act("meanwhile");
            pair.Simulation.Run(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal((1_000L, false), (pair.AtHere.PollResults[0].Value.Received, pair.IsLevel));
        Assert.Equal(1_001, pair.GraphHere.Committed.Count);
        Assert.Null(pair.Poll().Error);
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.IsLevel);
    }

    private static SimPair Pair(IReadOnlyList<ActorSync.Graphs.Command> here, IReadOnlyList<ActorSync.Graphs.Command> there, int seed, PollSettings? polls = null) =>
        new(here, there, new Simulation(seed), 1 << 20, node => node.Polls = polls ?? SmallParts);

    // What both hold, and what each holds alone, of one random graph.
    private static (List<ActorSync.Graphs.Command> Here, List<ActorSync.Graphs.Command> There) Diverged(int seed)
    {
        var random = new Random(seed);
        var trunk = Run(Root, random.Next(1, 200), "trunk");
        return ([Root, .. trunk, .. Strands("here")], [Root, .. trunk, .. Strands("there")]);

        IEnumerable<ActorSync.Graphs.Command> Strands(string name) => Enumerable.Range(0, random.Next(0, 4))
            .SelectMany(i => Run(trunk[random.Next(trunk.Count)], random.Next(1, 150), $"{name} {i}")).ToArray();
    }

    // Every part was below the greatest credit that the requester had granted by then.
    private static void AssertCreditWasKept(SimPair pair, int seed)
    {
        var upTo = 0;
        foreach (var sent in pair.Link.Sent)
        {
            if (sent.Message is Poll poll)
                upTo = Math.Max(upTo, poll.UpTo);
            else if (sent.Message is Credit credit)
                upTo = Math.Max(upTo, credit.UpTo);
            else if (sent.Message is SyncResume resume)
                upTo = Math.Max(upTo, resume.UpTo);
            else if (sent.Message is PollResponse part)
                Assert.True(part.Index < upTo, $"seed {seed}: part {part.Index} with credit up to {upTo}");
        }
        Assert.Empty(pair.AtHere.Faults);
    }
}
