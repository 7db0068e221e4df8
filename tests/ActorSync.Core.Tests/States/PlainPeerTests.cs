using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.States;

/// <summary>A replica and peers that are handed entries and asked for all they hold.</summary>
public sealed class PlainPeerTests
{
    private static readonly NodeId Self = new(1);
    private static readonly StatePeer Peer = new(new NodeId(9), 1 << 20, IsPlain: true);

    private readonly StateReplica _replica = new(new StateName("s"), Self, RandomState.Settings, new StateTable(RandomState.Settings), new HybridClock(Self, TimeSpan.FromMinutes(5)), new Random(1));
    private readonly List<ReplicaOutput> _outputs = [];
    private readonly HashSet<string> _taken = [];
    private readonly Outbox<ReplicaOutput> _outbox = new();
    private MonotonicTime _now = MonotonicTime.Zero;
    private long _tokens;

    [Fact]
    public void APeerIsAskedForAllUnlessItHasTheVersionThatIsHere()
    {
        var ask = Ask();
        Assert.True(ask.Version.IsEmpty);
        Answer(ask, null);
        Assert.True(Single<ReplicaOutput.Pulled>().Result.Value.WasLevel);
    }

    [Fact]
    public void WhatItHoldsIsTakenAndWhatItLacksIsHandedToIt()
    {
        Set("mine", 1);
        Set("both", 1);
        var ask = Ask();
        Answer(ask, [RandomState.Live("theirs", 3, 5), RandomState.Live("both", 0, 1)]);
        var push = Single<ReplicaOutput.Hand>().Push;
        Assert.Equal(["both", "mine"], push.Entries.Select(entry => entry.Key).Order());
        Assert.Equal(3, _replica.Table.Count);
        Acknowledge(push);
        var report = Single<ReplicaOutput.Pulled>().Result.Value;
        Assert.Equal((false, 2, 2), (report.WasLevel, report.Received, report.Sent));
    }

    [Fact]
    public void WhatBothHoldAndWhatWasPurgedIsNotSentBack()
    {
        var kept = RandomState.Live("kept", 1, 5);
        var ask = Ask();
        Answer(ask, [kept, RandomState.Live("past", 1, 1, ttl: 1)]);
        Assert.Equal(1, _replica.Table.Count);
        Assert.DoesNotContain(_outputs, output => output is ReplicaOutput.Hand);
        Single<ReplicaOutput.Pulled>();
        // The next publish has nothing for it either: all that is here came from it.
        Later(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(_outputs, output => output is ReplicaOutput.Hand);
    }

    [Fact]
    public void AStateLargerThanOneAppendIsTakenWhole()
    {
        Answer(Ask(), [.. RandomState.Many(10_000)]);
        Assert.Equal(10_000, _replica.Table.Count);
        Assert.Equal(10_000, Single<ReplicaOutput.Pulled>().Result.Value.Received);
    }

    [Fact]
    public void APushThatFailedIsTriedAgainAndOneThatIsAcknowledgedIsNot()
    {
        Answer(Ask(), null);
        Set("k", 1);
        Later(TimeSpan.FromSeconds(1));
        var first = Single<ReplicaOutput.Hand>();
        Run(new ReplicaInput.Message(Peer, new SyncFailure(SyncErrorKind.Unreachable, first.Push.Exchange.Value, null, "no route"), RandomState.Now));
        Assert.Equal(SyncErrorKind.Unreachable, Single<ReplicaOutput.Trouble>().Error.Kind);
        Assert.Equal(1, _replica.OwedPushes);
        Later(TimeSpan.FromSeconds(2));
        Acknowledge(Single<ReplicaOutput.Hand>().Push);
        Assert.Equal(0, _replica.OwedPushes);
        Later(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(_outputs, output => output is ReplicaOutput.Hand);
    }

    [Theory]
    [InlineData(SyncErrorKind.Rejected)]
    [InlineData(SyncErrorKind.LimitExceeded)]
    public void AnEntryThatItRefusesIsFoundByHalvesAndHoldsUpNoOtherChange(SyncErrorKind kind)
    {
        Answer(Ask(), null);
        Set(300);
        Set("bad", 1);
        Set(300, "z");
        Later(TimeSpan.FromSeconds(1));
        var requests = Hand(kind, "bad");
        Assert.Equal(600, _taken.Count);
        Assert.InRange(requests, 10, 40);
        Assert.Equal(0, _replica.OwedPushes);
        Assert.Equal(("bad", 1), (Assert.Single(_replica.Refused.Of(Peer.Node)).Key, _replica.Refused.CountOf(Peer.Node)));
        var aside = Single<ReplicaOutput.SetAside>();
        Assert.Equal((kind, true), (aside.Error.Kind, aside.Error.Message.Contains("\"bad\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(_outputs, output => output is ReplicaOutput.Trouble);
    }

    [Fact]
    public void AnEntryThatItRefusesHoldsUpNothingOfAPull()
    {
        Set(300);
        Set("bad", 1);
        Set(300, "z");
        Answer(Ask(), []);
        Hand(SyncErrorKind.Rejected, "bad");
        Assert.Equal(600, _taken.Count);
        Assert.Equal((600, 1), (Single<ReplicaOutput.Pulled>().Result.Value is var report ? (report.Sent, report.Refused) : default));
    }

    [Fact]
    public void APeerThatIsTooSlowForAPushGetsHalfOfItUntilItIsLittleEnough()
    {
        Answer(Ask(), null);
        Set(100);
        for (var wait = 1; _replica.OwedPushes > 0 || wait == 1; wait *= 2)
        {
            Later(TimeSpan.FromSeconds(wait));
            HandSlowly(30);
        }
        Assert.Equal(100, _taken.Count);
    }

    [Fact]
    public void APeerThatIsTooSlowForAPullGetsHalfOfWhatItLacksUntilItIsLittleEnough()
    {
        Set(100);
        Answer(Ask(), []);
        HandSlowly(30);
        Assert.Equal((100, 100), (_taken.Count, Single<ReplicaOutput.Pulled>().Result.Value.Sent));
    }

    [Fact]
    public void APullEndsWhenThePeerIsTooSlowForTheLeast()
    {
        Set(1000);
        Answer(Ask(), []);
        HandSlowly(0);
        Assert.Equal(SyncErrorKind.Unreachable, Single<ReplicaOutput.Pulled>().Result.Error?.Kind);
    }

    [Fact]
    public void WhatIsSetAsideIsHandedAgainWhenItIsWrittenAnewWhenThePeerIsNewAndAfterAWhile()
    {
        Answer(Ask(), null);
        Set("bad", 1);
        Later(TimeSpan.FromSeconds(1));
        Hand(SyncErrorKind.Rejected, "bad");
        Set("good", 1);
        Later(TimeSpan.FromSeconds(1));
        Assert.Equal(["good"], Single<ReplicaOutput.Hand>() is var hand ? hand.Push.Entries.Select(entry => entry.Key) : []);
        Acknowledge(hand.Push);

        Set("bad", 2);
        Assert.Empty(_replica.Refused.Of(Peer.Node));
        Later(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Hand(SyncErrorKind.Rejected, "bad"));

        Run(new ReplicaInput.Peers([], RandomState.Now));
        Run(new ReplicaInput.Peers([Peer], RandomState.Now));
        Later(2 * RandomState.Settings.PullInterval);
        Answer(Single<ReplicaOutput.Ask>(), []);
        Assert.Equal(3, Hand(SyncErrorKind.Rejected, "bad"));
        _outputs.Clear();

        Later(RandomState.Settings.RefusedFor);
        Answer(Single<ReplicaOutput.Ask>(), []);
        Assert.Equal(1, Hand(SyncErrorKind.Unreachable, ""));
        Assert.Equal(["bad", "good"], _taken.Order());
    }

    [Fact]
    public void APeerThatRefusesWhateverComesIsLeftAloneForAWhile()
    {
        Answer(Ask(), null);
        Set(1000);
        Later(TimeSpan.FromSeconds(1));
        Assert.InRange(Hand(SyncErrorKind.Rejected, ""), 16, 30);
        Assert.Equal((16, 1), (_replica.Refused.Of(Peer.Node).Count, _replica.OwedPushes));
        Assert.Equal(SyncErrorKind.Rejected, Single<ReplicaOutput.Trouble>().Error.Kind);
        Later(TimeSpan.FromSeconds(1));
        Assert.InRange(Hand(SyncErrorKind.Rejected, ""), 16, 30);
    }

    [Fact]
    public void WhatIsSetAsideIsBounded()
    {
        var settings = RandomState.Settings with { RefusedMost = 8 };
        var table = new StateTable(settings);
        var refused = new RefusedEntries(table, settings);
        foreach (var (entry, i) in RandomState.Many(20).Select((entry, i) => (entry, i)))
        {
            table.Merge(entry, Self, RandomState.Now);
            refused.Add(Peer.Node, entry, new SyncError(SyncErrorKind.Rejected, "no"), MonotonicTime.Zero + TimeSpan.FromSeconds(i));
        }
        Assert.Equal((8, 20), (refused.Of(Peer.Node).Count, refused.CountOf(Peer.Node)));
    }

    [Fact]
    public void APeerThatSaysNothingAtAllEndsItsPullByTheMachinesOwnClock()
    {
        Ask();
        Later(RandomState.Settings.PlainAnswerWithin);
        Assert.Equal(SyncErrorKind.Unreachable, Single<ReplicaOutput.Pulled>().Result.Error?.Kind);
    }

    [Fact]
    public void AnAnswerToAPullThatIsOverIsPassedOver()
    {
        var ask = Ask();
        Ended(ask, new SyncError(SyncErrorKind.Unreachable, "no route"));
        _outputs.Clear();
        Run(new ReplicaInput.Whole(Peer.Node, ask.Pull, new Result<IReadOnlyList<StateEntry>?>([RandomState.Live("late", 1, 5)]), RandomState.Now));
        Assert.Equal(0, _replica.Table.Count);
    }

    [Fact]
    public void EntriesThatAreHandedOverAreTakenAllOrNone()
    {
        var before = _replica.Table.Version;
        var ahead = RandomState.Now.Milliseconds + 365L * 24 * 3600 * 1000;
        Run(new ReplicaInput.Take(1, Peer.Node, [RandomState.Live("good", 1, 5), RandomState.Live("ahead", 1, ahead)], RandomState.Now));
        Assert.Equal(SyncErrorKind.ClockAhead, Single<ReplicaOutput.Taken>().Result.Error?.Kind);
        Assert.Equal((0, before), (_replica.Table.Count, _replica.Table.Version));
        Run(new ReplicaInput.Take(2, Peer.Node, [RandomState.Live("good", 1, 5)], RandomState.Now));
        Assert.Equal(1, Single<ReplicaOutput.Taken>().Result.Value.Won);
    }

    // Answers what is handed over until nothing more is: refuses what has the key in it, whatever there is when that is empty.
    private int Hand(SyncErrorKind kind, string refused)
    {
        for (var requests = 0; ; requests++)
        {
            if (_outputs.OfType<ReplicaOutput.Hand>().SingleOrDefault() is not { } hand)
                return requests;
            _outputs.Remove(hand);
            if (kind != SyncErrorKind.Unreachable && hand.Push.Entries.Any(entry => refused.Length == 0 || entry.Key == refused))
            {
                Run(new ReplicaInput.Message(Peer, new SyncFailure(kind, hand.Push.Exchange.Value, null, "not this"), RandomState.Now));
                continue;
            }
            foreach (var entry in hand.Push.Entries)
                _taken.Add(entry.Key);
            Acknowledge(hand.Push);
        }
    }

    // Answers what is handed over until nothing more is, in time when there are so many entries at most.
    private void HandSlowly(int most)
    {
        while (_outputs.OfType<ReplicaOutput.Hand>().SingleOrDefault() is { } hand)
        {
            _outputs.Remove(hand);
            if (hand.Push.Entries.Count > most)
            {
                Run(new ReplicaInput.Message(Peer, new SyncFailure(SyncErrorKind.Unreachable, hand.Push.Exchange.Value, null, "not in time"), RandomState.Now));
                continue;
            }
            foreach (var entry in hand.Push.Entries)
                _taken.Add(entry.Key);
            Acknowledge(hand.Push);
        }
    }

    private void Set(int count, string prefix = "a") =>
        Run(new ReplicaInput.Set(++_tokens, [.. Enumerable.Range(0, count).Select(i => StateSet.To($"{prefix}{i}", RandomState.Json(i)))], RandomState.Now));

    private void Set(string key, int value) => Run(new ReplicaInput.Set(++_tokens, [StateSet.To(key, RandomState.Json(value))], RandomState.Now));

    private ReplicaOutput.Ask Ask()
    {
        Run(new ReplicaInput.Peers([Peer], RandomState.Now));
        // What was there before is published as well; this is about the pull.
        _outputs.RemoveAll(output => output is ReplicaOutput.Hand);
        return Single<ReplicaOutput.Ask>();
    }

    private void Answer(ReplicaOutput.Ask ask, IReadOnlyList<StateEntry>? entries) => Ended(ask, new Result<IReadOnlyList<StateEntry>?>(entries));

    private void Ended(ReplicaOutput.Ask ask, Result<IReadOnlyList<StateEntry>?> answer) => Run(new ReplicaInput.Whole(Peer.Node, ask.Pull, answer, RandomState.Now));

    private void Acknowledge(StatePush push) =>
        Run(new ReplicaInput.Message(Peer, new StatePushed(push.State, push.Exchange, push.Round, 0, null, default), RandomState.Now));

    private void Later(TimeSpan time)
    {
        _now += time;
        Run(new ReplicaInput.Tick(RandomState.Now));
    }

    private T Single<T>()
        where T : ReplicaOutput
    {
        var output = Assert.Single(_outputs.OfType<T>());
        _outputs.Remove(output);
        return output;
    }

    // A store that commits at once.
    private void Run(ReplicaInput input)
    {
        _replica.Handle(input, _now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            _outputs.Add(output);
            if (output is ReplicaOutput.Append append)
                _replica.Handle(new ReplicaInput.Committed(append.Number, RandomState.Now), _now, _outbox);
        }
    }
}
