using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Polls;

/// <summary>Byte limits, complete answers, and what is remembered of a peer that lost its tail.</summary>
public sealed class PollLimitTests
{
    // Known elsewhere: a push cut at 100 commands and never continued; one response per poll interval.
    [Fact]
    public void OnePollIsAnsweredCompletelyInAsManyMessagesAsItTakes()
    {
        var pair = new SimPair([Root], [Root, .. Run(Root, 60_000, "there")]);
        var outcome = pair.Poll().Value;
        Assert.Equal((60_000L, false), (outcome.Added, outcome.Remaining));
        Assert.True(pair.Link.Messages<PollResponse>(pair.There).Count() > 10);
        Assert.Single(pair.Link.Messages<Poll>(pair.Here));
        Assert.True(pair.IsLevel);
    }

    // Found by reading: the poll ended well, with wrong totals.
    [Fact]
    public void AnEndThatCountsFewerPartsThanCameIsAFault()
    {
        var (session, outbox) = (new SessionId(3), new Machines.Outbox<RequesterOutput>());
        var requester = new PollRequester(session, Graph, SnapshotOf(Root), 0, PollSettings.Default);
        var run = Run(Root, 2, "there");
        foreach (var message in (SyncMessage[])[
            new PollResponse(session, 0, 1, CommandBlock.Encode([run[0]])), new PollResponse(session, 1, 0, CommandBlock.Encode([run[1]])), new PollEnd(session, 1, false)])
            requester.Handle(new RequesterInput.Message(message), Machines.MonotonicTime.Zero, outbox);
        var outputs = new List<RequesterOutput>();
        while (outbox.TryTake(out var output))
            outputs.Add(output);
        Assert.Equal(SyncErrorKind.MalformedPayload, Assert.Single(outputs.OfType<RequesterOutput.Fault>()).Error.Kind);
        Assert.Equal(SyncErrorKind.MalformedPayload, Assert.Single(outputs.OfType<RequesterOutput.Done>()).Result.Error?.Kind);
    }

    // Found by reading: the session looked for what lies behind its answer's end, and fell.
    [Fact]
    public void CreditForPartsThatWereNeverMadeCountsForThoseThatWere()
    {
        var (session, outbox) = (new SessionId(3), new Machines.Outbox<ResponderOutput>());
        var settings = PollSettings.Default with { ResponseBytes = 1, LinkWindow = int.MaxValue };
        var responder = new PollResponder(session, SnapshotOf([Root, .. Run(Root, 5, "there")]), new KnownHeads(), 1 << 20, settings, WireLimits.Default);
        var poll = new Poll(session, Graph, 0, 0, 2, HeadSet.Empty.Digest, new Sample(1, true, [Root.Address]));
        foreach (var message in (SyncMessage[])[poll, new Credit(session, 100, 200), poll])
            responder.Handle(new ResponderInput.Message(message), Machines.MonotonicTime.Zero, outbox);
        var parts = new List<int>();
        while (outbox.TryTake(out var output))
        {
            if (output is ResponderOutput.Send send && SyncCodec.Decode(send.Payload, WireLimits.Default).Value is PollResponse response)
                parts.Add(response.Index);
        }
        Assert.Equal([0, 1, 2, 3, 4], parts.Distinct());
    }

    // Known elsewhere: a byte limit that is read and never enforced.
    [Theory]
    [InlineData(300)]
    [InlineData(2_000)]
    [InlineData(50_000)]
    public void MaxBytesAreEnforcedAndFurtherPollsBringTheRest(ulong maxBytes)
    {
        var pair = new SimPair([Root], [Root, .. Run(Root, 1_000, "there")], new Simulation(1), 1 << 20, node => node.Polls = PollSettings.Default with { ResponseBytes = 1_000 });
        var polls = 0;
        for (var remaining = true; remaining; polls++)
        {
            pair.Link.Sent.Clear();
            var before = pair.GraphHere.Committed.Count;
            remaining = pair.Poll(maxBytes).Value.Remaining;
            Assert.InRange(pair.Link.Sent.Where(sent => sent.Message is PollResponse).Sum(sent => sent.Bytes), 1, (int)maxBytes);
            Assert.True(pair.GraphHere.Committed.Count > before);
        }
        Assert.True(pair.IsLevel);
        Assert.InRange(polls, 11_000 / (int)maxBytes, 14_000 / (int)maxBytes + 2);
    }

    [Fact]
    public void MaxBytesThatFitExactlyLeaveNothing()
    {
        Command[] there = [Root, .. Run(Root, 10, "there")];
        var all = new SimPair([Root], there);
        all.Poll();
        var bytes = (ulong)all.Link.Sent.Single(sent => sent.Message is PollResponse).Bytes;
        var exact = new SimPair([Root], there);
        Assert.False(exact.Poll(bytes).Value.Remaining);
        var less = new SimPair([Root], there);
        var outcome = less.Poll(bytes - 1).Value;
        Assert.Equal((9L, true), (outcome.Added, outcome.Remaining));
    }

    [Fact]
    public void ACommandOverMaxBytesIsRefusedByName()
    {
        var small = After(Root, "small");
        var large = Sized(small, 5_000);
        var pair = new SimPair([Root], [Root, small, large]);
        var first = pair.Poll(4_000).Value;
        Assert.Equal((1L, true), (first.Added, first.Remaining));
        var second = pair.Poll(4_000).Error;
        Assert.Equal(SyncErrorKind.CommandTooLarge, second?.Kind);
        Assert.Contains(large.Address.ToString(), second!.Message, StringComparison.Ordinal);
        Assert.Equal(0, pair.AtThere.AnswersUnderWay);
        Assert.Null(pair.Poll(6_000).Error);
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void ACommandOverTheLinksPayloadIsRefusedByName()
    {
        var large = Sized(Root, 5_000);
        var pair = new SimPair([Root], [Root, large], seed: 1, maxPayloadBytes: 4_000);
        var error = pair.Poll().Error;
        Assert.Equal(SyncErrorKind.CommandTooLarge, error?.Kind);
        Assert.Contains(large.Address.ToString(), error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoPayloadIsOverTheLinksLimit()
    {
        var commands = new List<Command> { Root };
        for (var i = 0; i < 200; i++)
            commands.Add(Sized(commands[^1], 50 * (i % 60)));
        var pair = new SimPair([Root], commands, seed: 1, maxPayloadBytes: 4_000);
        Assert.Null(pair.Poll().Error);
        Assert.True(pair.IsLevel);
        Assert.True(pair.Link.Sent.Max(sent => sent.Bytes) <= 4_000);
    }

    [Fact]
    public void AGraphThatIsNotThereIsATypedError()
    {
        var pair = new SimPair([Root], []);
        Assert.Equal(SyncErrorKind.UnknownGraph, pair.Poll().Error?.Kind);
    }

    [Fact]
    public void ARestoredBackupIsSeenByItsLowerHeads()
    {
        Command[] all = [Root, .. Run(Root, 500, "all")];
        var pair = new SimPair(all[..300], all);
        pair.There.Acked[(pair.Here, Graph)] = [all[^1].Address];
        Assert.Equal(201L, pair.Poll().Value.Added);
        Assert.True(pair.IsLevel);
    }

    // Found by reading: what was remembered beside a complete list of known heads was taken to be held, and a lost
    // branch on which nothing builds was never sent again.
    [Fact]
    public void ARestoredBackupThatLostABranchGetsItAgain()
    {
        var (kept, lost) = (Run(Root, 50, "kept"), Run(Root, 50, "lost"));
        var pair = new SimPair([Root, .. kept], [Root, .. kept, .. lost]);
        pair.There.Acked[(pair.Here, Graph)] = [kept[^1].Address, lost[^1].Address];
        Assert.Equal(50L, pair.Poll().Value.Added);
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void ARestoredBackupThatLostEverythingGetsItAgain()
    {
        Command[] all = [Root, .. Run(Root, 50, "all")];
        var pair = new SimPair([], all);
        pair.There.Acked[(pair.Here, Graph)] = [all[^1].Address];
        Assert.Equal(51L, pair.Poll().Value.Added);
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void ARestoredBackupThatWentOnIsRepairedAfterTheFirstMissingPrior()
    {
        Command[] all = [Root, .. Run(Root, 500, "all")];
        Command[] restored = [.. all[..300], .. Run(all[299], 5, "went on")];
        var pair = new SimPair(restored, [.. all, .. Run(all[^1], 10, "later")]);
        pair.There.Acked[(pair.Here, Graph)] = [all[^1].Address];
        Assert.Equal(211L, pair.Poll().Value.Added);
        Assert.Equal(SyncErrorKind.MissingPrior, Assert.Single(pair.Link.Messages<SyncFailure>(pair.Here)).Kind);
    }

    // With few commands in question the sample is not narrowed: the first parts may hold nothing that is new.
    [Fact]
    public void APollThatIsCutGoesOnWhereItWasCutAlsoWhenAllItBroughtWasKnown()
    {
        Command[] common = [Root, .. Run(Root, 60, "common")];
        Command[] there = [.. common, .. Run(common[^1], 30, "there")];
        Command[] here = [.. common, .. Enumerable.Range(0, 3).SelectMany(i => Run(common[^1], 5, $"here {i}"))];
        var pair = new SimPair(here, there);
        var polls = 0;
        while (pair.Poll(maxBytes: 1_000).Value.Remaining)
            Assert.InRange(++polls, 1, 10);
        Assert.Equal(here.Length + 30, pair.GraphHere.Committed.Count);
    }

    [Fact]
    public void TheResponderLearnsWhatTheRequesterHoldsDurably()
    {
        Command[] all = [Root, .. Run(Root, 50, "all")];
        var pair = new SimPair([Root], all);
        pair.Poll();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([all[^1].Address], pair.There.Acked[(pair.Here, Graph)]);
        Assert.Equal(0, pair.AtThere.AnswersUnderWay);
    }
}
