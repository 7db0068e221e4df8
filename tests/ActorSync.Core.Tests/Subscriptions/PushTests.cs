using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>What a publisher pushes, within which budget, and what it sends again.</summary>
public sealed class PushTests
{
    private const int FrameOverhead = 4;

    // Known elsewhere: a push that resends everything since the last subscribe.
    // Found by running: every input walked all graphs of the subscription, three times.
    [Fact]
    public void OfAThousandLevelGraphsNoneIsLookedAt()
    {
        var probe = new PublisherProbe();
        var roots = Enumerable.Range(0, 1024).Select(i => Command.Init(BitConverter.GetBytes(i))).ToArray();
        foreach (var root in roots)
            probe.Has(root);
        foreach (var (i, some) in roots.Chunk(WireLimits.GraphsPerSubscribe).Index())
            probe.Subscribe(1, (uint)i, graphs: [.. some.Select(root => PublisherProbe.HoldsOf(new GraphId(root.Id), root))]);
        Assert.Equal((1024, 0), (probe.Machine.Graphs.Count, probe.Machine.GraphsInTurn));
        var next = After(roots[500], "next");
        probe.Commit(new GraphId(roots[500].Id), next);
        Assert.Equal(1, probe.Machine.GraphsInTurn);
        probe.Ack(probe.Pushes.Single(), next);
        Assert.Equal(0, probe.Machine.GraphsInTurn);
        var (input, outbox) = (new SubscriptionInput.Taken(), new Machines.Outbox<SubscriptionOutput>());
        probe.Machine.Handle(input, probe.Now, outbox);
        var before = GC.GetAllocatedBytesForCurrentThread();
        probe.Machine.Handle(input, probe.Now, outbox);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256);
    }

    [Fact]
    public void TheNextPushNeverRepeatsWhatWasSent()
    {
        var probe = new PublisherProbe();
        probe.Has(Root);
        probe.Subscribe(1, 1);
        var run = Run(Root, 30, "run");
        foreach (var command in run.Take(16))
            probe.Commit(Graph, command);
        probe.Commit(Graph, [.. run.Skip(16)]);
        foreach (var push in probe.Pushes.ToArray())
            probe.Ack(push);
        Assert.Equal(run.Select(command => command.Id), probe.Pushed);
    }

    [Fact]
    public void TheBudgetIsSpentExactlyWithFramingCounted()
    {
        var all = Measure(10);
        var probe = Begin(10, (ulong)all);
        Assert.Equal((10, 0L, true), (probe.Pushed.Count(), probe.Machine.BytesLeft, probe.Machine.IsOpen));
        probe.Commit(Graph, After(Run(Root, 10, "run")[^1], "one more"));
        Assert.Equal(SubscriptionEndReason.BudgetSpent, probe.Take().OfType<SubscriptionEnded>().Single().Reason);
        Assert.False(probe.Machine.IsOpen);
    }

    // Known elsewhere: a byte limit that is read and never enforced.
    [Fact]
    public void InTheMiddleOfABatchTheLongestPrefixThatFitsIsSent()
    {
        for (var missing = 1; missing < Measure(10) - Measure(9); missing++)
        {
            var probe = Begin(10, (ulong)(Measure(10) - missing));
            Assert.Equal(Run(Root, 9, "run").Select(command => command.Id), probe.Pushed);
            Assert.Equal(SubscriptionEndReason.BudgetSpent, probe.Take().OfType<SubscriptionEnded>().Single().Reason);
            Assert.True(probe.Outputs.OfType<SubscriptionOutput.Push>().Sum(push => push.Payload.Length + FrameOverhead) <= Measure(10) - missing);
        }
    }

    [Fact]
    public void ABudgetThatTakesNotOneCommandEndsTheSubscription()
    {
        var probe = Begin(1, (ulong)(Measure(1) - 1));
        Assert.Empty(probe.Pushes);
        Assert.Equal(SubscriptionEndReason.BudgetSpent, probe.Take().OfType<SubscriptionEnded>().Single().Reason);
    }

    [Fact]
    public void ACommandThatNoPayloadOfTheLinkTakesEndsItWithAnErrorThatNamesIt()
    {
        var probe = new PublisherProbe(maxPayloadBytes: 1_000);
        var large = Sized(Root, 2_000);
        probe.Has(Root, large);
        probe.Subscribe(1, 1);
        var messages = probe.Take();
        var failure = messages.OfType<SyncFailure>().Single();
        Assert.Equal(SyncErrorKind.CommandTooLarge, failure.Kind);
        Assert.Contains(large.Address.ToString(), failure.Sentence, StringComparison.Ordinal);
        Assert.Equal(SubscriptionEndReason.Failed, messages.OfType<SubscriptionEnded>().Single().Reason);
    }

    // Known elsewhere: a push cut at 100 commands and never continued.
    [Fact]
    public void PushesGoOnUntilTheSubscriberIsLevel()
    {
        var probe = new PublisherProbe();
        var run = Run(Root, 30_000, "run");
        probe.Has([Root, .. run]);
        probe.Subscribe(1, 1);
        for (var acked = 0; acked < probe.Pushes.Count(); acked++)
            probe.Ack(probe.Pushes.ElementAt(acked));
        Assert.Equal(run.Select(command => command.Id), probe.Pushed);
        Assert.All(probe.Payloads, payload => Assert.True(payload.Length <= 1 << 20));
        Assert.Equal((0, 0), (probe.Machine.UnackedPushes, probe.Machine.IsOpen ? 0 : 1));
    }

    [Fact]
    public void ALinkThatTakesNothingIsGivenNoMoreThanItsWindow()
    {
        var probe = new PublisherProbe { LinkTakes = false };
        probe.Has([Root, .. Run(Root, 30_000, "run")]);
        probe.Subscribe(1, 1);
        probe.Commit(Graph, After(Root, "more"));
        Assert.Equal(SubscriptionSettings.Default.LinkWindow, probe.Pushes.Count());
    }

    [Fact]
    public void ASubscriberThatAcknowledgesNothingIsSentNoMoreThanItsWindow()
    {
        var probe = new PublisherProbe(SubscriptionSettings.Default with { PushBytes = 100 });
        probe.Has([Root, .. Run(Root, 3_000, "run")]);
        probe.Subscribe(1, 1);
        Assert.Equal((16, 16), (probe.Pushes.Count(), probe.Machine.UnackedPushes));
    }

    [Fact]
    public void WhatStaysUnacknowledgedGoesOutAgainEverMoreRarelyAndThenThereIsSilence()
    {
        var probe = new PublisherProbe();
        probe.Has(Root, After(Root, "a"));
        probe.Subscribe(1, 1, seconds: 86_400);
        var began = probe.Now;
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            var before = probe.Now;
            probe.Tick(probe.Timer);
            waits.Add(Math.Round((probe.Now - before).TotalSeconds, 3));
        }
        Assert.Equal([2, 4, 8, 16, 32, 60, 60, 60], waits);
        Assert.Equal(9, probe.Pushes.Count());
        probe.Ack(probe.Pushes.Last());
        Assert.Equal(0, probe.Machine.UnackedPushes);
        Assert.Equal(began + TimeSpan.FromSeconds(86_400) + TimeSpan.FromTicks(1), probe.Timer);
        probe.Take();
        probe.Tick(began + TimeSpan.FromHours(20));
        Assert.Empty(probe.Take());
    }

    // Found by reading: after some 40 times in vain the doubled wait was no time span any more.
    [Fact]
    public void ASubscriberThatNeverAcknowledgesIsSentToForDays()
    {
        var probe = new PublisherProbe();
        probe.Has(Root, After(Root, "a"));
        probe.Subscribe(1, 1, seconds: 86_400);
        while (probe.Machine.IsOpen)
            probe.Tick(probe.Timer);
        Assert.InRange(probe.Pushes.Count(), 1_400, 1_500);
    }

    // Found by reading: acknowledgements of one strand put off the repetition of another without end.
    [Fact]
    public void ALostPushIsSentAgainThoughOthersAreAcknowledgedAllTheTime()
    {
        var probe = new PublisherProbe();
        probe.Has(Root);
        probe.Subscribe(1, 1);
        var lost = After(Root, "lost");
        probe.Commit(Graph, lost);
        var other = Root;
        for (var i = 0; i < 10; i++)
        {
            probe.Now += TimeSpan.FromSeconds(0.5);
            probe.Commit(Graph, other = After(other, $"other {i}"));
            probe.Ack(probe.Pushes.Last(), other);
        }
        Assert.Equal(2, probe.Pushed.Count(id => id == lost.Id));
    }

    // Found by reading: what was sent of a graph wider than the list of heads was sent again and again.
    [Fact]
    public void AGraphWiderThanAnyListOfHeadsIsSentOnce()
    {
        var probe = new PublisherProbe(SubscriptionSettings.Default with { PushBytes = 4_000 });
        var writer = new GraphWriter([Root]);
        writer.Receive([.. Enumerable.Range(0, 3_000).Select(i => After(Root, $"ray {i}"))]);
        writer.SettleAll();
        probe.Has(writer.Durable);
        probe.Subscribe(1, 1);
        for (var acked = 0; acked < probe.Pushes.Count(); acked++)
            probe.Ack(probe.Pushes.ElementAt(acked));
        Assert.Equal(writer.Durable.Skip(1).Select(command => command.Id), probe.Pushed);
        Assert.Equal(0, probe.Machine.UnackedPushes);
    }

    [Fact]
    public void WhatThePeerSentIsNotSentBack()
    {
        var probe = new PublisherProbe();
        probe.Has(Root);
        probe.Subscribe(1, 1);
        probe.Take();
        var theirs = After(Root, "theirs");
        probe.Handle(new SubscriptionInput.Changed(SnapshotOf(Root, theirs), [theirs.Id]));
        Assert.Empty(probe.Take());
    }

    [Fact]
    public void WhatTheSubscriberGotElsewhereInTheMiddleOfACatchUpIsNotSent()
    {
        var probe = new PublisherProbe(SubscriptionSettings.Default with { PushBytes = 500 });
        var run = Run(Root, 2_000, "run");
        probe.Has([Root, .. run]);
        probe.Subscribe(1, 1);
        probe.Ack(probe.Pushes.First(), run[1_500]);
        for (var acked = 1; acked < probe.Pushes.Count(); acked++)
            probe.Ack(probe.Pushes.ElementAt(acked));
        Assert.DoesNotContain(run[1_400].Id, probe.Pushed);
        Assert.Equal(probe.Pushed.Distinct().Count(), probe.Pushed.Count());
        Assert.Equal(run[^1].Id, probe.Pushed.Last());
    }

    // Found by reading: a version looked up before a commit and told after it took the newer one's place.
    [Fact]
    public void AnOlderVersionDoesNotTakeTheNewerOnesPlace()
    {
        var probe = new PublisherProbe();
        var a = After(Root, "a");
        probe.Has(Root, a);
        probe.Subscribe(1, 1, seconds: 600, bytes: 1_000_000, PublisherProbe.HoldsOf(Graph, Root));
        probe.Handle(new SubscriptionInput.Changed(SnapshotOf(Root), []));
        probe.Handle(new SubscriptionInput.Unlinked());
        probe.Handle(new SubscriptionInput.Linked(1 << 20, FrameOverhead));
        Assert.Equal([a.Id, a.Id], probe.Pushed);
    }

    [Fact]
    public void GraphsTakeTurns()
    {
        var (one, other) = (Command.Init("one"u8), Command.Init("other"u8));
        var probe = new PublisherProbe(SubscriptionSettings.Default with { PushBytes = 200 }) { LinkTakes = false };
        probe.Has([one, .. Run(one, 5_000, "one")]);
        probe.Has([other, .. Run(other, 50, "other")]);
        probe.Subscribe(1, 1);
        for (var i = 0; i < 18; i++)
            probe.Handle(new SubscriptionInput.Taken());
        var graphs = probe.Pushes.Select(push => push.Graph.Init).ToArray();
        Assert.InRange(graphs.Count(graph => graph == other.Id), 4, graphs.Length);
        Assert.All(graphs.Zip(graphs.Skip(1)).Take(6), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void WhatWasUnderWayOnABrokenLinkGoesOutOnTheNext()
    {
        var probe = new PublisherProbe();
        var run = Run(Root, 3, "run");
        probe.Has(Root, run[0]);
        probe.Subscribe(1, 1);
        probe.Ack(probe.Pushes.Single());
        probe.Commit(Graph, run[1]);
        probe.Take();
        probe.Handle(new SubscriptionInput.Unlinked());
        probe.Commit(Graph, run[2]);
        Assert.Empty(probe.Take());
        probe.Handle(new SubscriptionInput.Linked(1 << 20, FrameOverhead));
        Assert.Equal([run[1].Id, run[2].Id], probe.Pushed);
    }

    [Fact]
    public void RememberedHeadsAreNotSentAndALowerSampleOverridesThem()
    {
        var run = Run(Root, 20, "run");
        var side = After(Root, "unknown to the publisher");
        Assert.Equal(5, Lacks(new Sample(1, false, [side.Address])).Count());
        Assert.Equal(20, Lacks(new Sample(1, true, [Root.Address])).Count());
        Assert.Equal(10, Lacks(new Sample(1, true, [run[9].Address])).Count());
        Assert.Equal(10, Lacks(new Sample(2, false, [side.Address, run[9].Address])).Count());

        IEnumerable<CommandId> Lacks(Sample sample)
        {
            var probe = new PublisherProbe();
            var snapshot = probe.Has([Root, .. run]);
            var request = new Subscribe(new SubscriptionId(1), 1, 60, 1_000_000, [new SubscribeGraph(Graph, sample)]);
            probe.Handle(new SubscriptionInput.Subscribe(request, [new OfferedGraph(Graph, snapshot, null, [run[14].Address])]));
            return probe.Pushed;
        }
    }

    // The bytes, framing included, that one push of so many commands costs.
    private static long Measure(int commands)
    {
        var probe = Begin(commands, 1 << 20);
        return (1 << 20) - probe.Machine.BytesLeft;
    }

    private static PublisherProbe Begin(int commands, ulong bytes)
    {
        var probe = new PublisherProbe(frameOverhead: FrameOverhead);
        probe.Has([Root, .. Run(Root, commands, "run")]);
        probe.Subscribe(1, 1, bytes: bytes);
        return probe;
    }
}
