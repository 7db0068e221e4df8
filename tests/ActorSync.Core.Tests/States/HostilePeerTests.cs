using ActorSync.Core.Tests.Wire;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.States;

/// <summary>A peer that answers with what makes no sense: errors, no harm, and an end to every pull.</summary>
public sealed class HostilePeerTests
{
    private static readonly StateName Name = new("s");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WellFormedAnswersThatMakeNoSenseEndThePullAndHarmNothing(int seed)
    {
        var random = new Random(seed);
        var ended = 0;
        for (var run = 0; run < 400; run++)
        {
            var table = RandomState.Table(RandomState.Many(random.Next(400)));
            var before = table.Version;
            var pull = new PullMachine(Name, new ExchangeId(1), table, StateSettings.Default, random.Next(2) == 0 ? 4096 : 1 << 20);
            var (outbox, round, now, isEnded) = (new Outbox<PullOutput>(), 0u, MonotonicTime.Zero, false);
            pull.Handle(new PullInput.Start(), now, outbox);
            for (var step = 0; step < 200 && !isEnded; step++)
            {
                PullInput next = Answer(random, round);
                while (outbox.TryTake(out var output))
                {
                    isEnded |= output is PullOutput.Ended;
                    if (output is PullOutput.Send send)
                        round = ((StateMessage)SyncCodec.Decode(send.Payload, WireLimits.Default).Value).Round;
                    if (output is PullOutput.Store)
                        next = new PullInput.Stored(new StateReceiveResult(0, 0, []));
                }
                now += TimeSpan.FromMilliseconds(400);
                pull.Handle(next, now, outbox);
                pull.Handle(new PullInput.Tick(), now, outbox);
            }
            Assert.Equal(before, table.Version);
            ended += isEnded ? 1 : 0;
        }
        Assert.Equal(400, ended);
    }

    [Fact]
    public void AnyMessageOfAStateAtAnyMomentIsTakenOrRefusedAndTheVersionStaysRight()
    {
        var random = new Random(4);
        var settings = StateSettings.Default;
        var replica = new StateReplica(Name, new NodeId(1), settings, new StateTable(settings), new HybridClock(new NodeId(1), settings.Limits.Ahead), random);
        var (outbox, now) = (new Outbox<ReplicaOutput>(), MonotonicTime.Zero);
        var peer = new StatePeer(new NodeId(2), 4096);
        replica.Handle(new ReplicaInput.Peers([peer], RandomState.Now), now, outbox);
        for (var i = 0; i < 5000; i++)
        {
            var type = (SyncType)random.Next((int)SyncType.StatePull, (int)SyncType.StatePushed + 1);
            replica.Handle(new ReplicaInput.Message(peer, RandomWire.Message(random, type), RandomState.Now), now += TimeSpan.FromMilliseconds(7), outbox);
            while (outbox.TryTake(out var output))
                if (output is ReplicaOutput.Append append)
                    replica.Handle(random.Next(5) == 0
                        ? new ReplicaInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "full"), RandomState.Now)
                        : new ReplicaInput.Committed(append.Number, RandomState.Now), now, outbox);
                else if (output is ReplicaOutput.Send send)
                    Assert.InRange(send.Payload.Length, 1, 4096);
        }
        Assert.True(replica.Table.Count > 100);
        Assert.Equal(RandomState.Table(replica.Table.Entries).Version, replica.Table.Version);
        Assert.All(replica.Table.Entries, entry => Assert.True(entry.Stamp.Milliseconds <= (RandomState.Now + settings.Limits.Ahead).Milliseconds));
    }

    // Mostly an answer to what was asked last.
    private static PullInput.Message Answer(Random random, uint round)
    {
        var type = random.GetItems([SyncType.StateLevel, SyncType.StateDigests, SyncType.StateEntries, SyncType.StatePushed, SyncType.StatePull], 1)[0];
        SyncMessage message = (StateMessage)RandomWire.Message(random, type) with { Exchange = new ExchangeId(1), Round = round };
        if (message is StateDigests digests && random.Next(2) == 0)
            message = digests with { Depth = 3, Digests = [.. Enumerable.Range(0, 8).Select(_ => (ulong)random.NextInt64())] };
        return new PullInput.Message(message);
    }
}
