using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>Pushes of graphs that the subscriber has numbered, and what becomes of them when the number does not arrive or is lost.</summary>
public sealed class ShortPushTests
{
    [Fact]
    public void LivePushesAreShortAndNameNoPrior()
    {
        var pair = Subscribed();
        Act(pair, 3);
        Assert.True(pair.IsLevel);
        Assert.Equal([SyncType.ShortPush, SyncType.ShortAck, SyncType.ShortPush, SyncType.ShortAck, SyncType.ShortPush, SyncType.ShortAck], Types(pair));
        // Version, type, number, index; count, tag, length, 100 bytes, check; the first names its prior.
        Assert.Equal([144, 4, 111, 4, 111, 4], pair.Link.Sent.Select(sent => sent.Bytes));
        Assert.Equal(3, pair.CommandsSent.Distinct().Count());
    }

    [Fact]
    public void APublisherThatDidNotHearTheNumberPushesInFullAndIsToldAgainWithTheRenewal()
    {
        var lost = 0;
        var pair = new SimPair([Root], [Root]);
        pair.Link.Loses = sent => sent.Type == SyncType.NumberGraphs && lost++ == 0;
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Link.Sent.Clear();
        Act(pair, 2);
        Assert.Equal([SyncType.Push, SyncType.PushAck, SyncType.Push, SyncType.PushAck], Types(pair));
        pair.Simulation.Run(SubscriptionSettings.Default.RemainOpen);
        pair.Link.Sent.Clear();
        Act(pair, 1);
        Assert.Equal([SyncType.ShortPush, SyncType.ShortAck], Types(pair));
    }

    [Fact]
    public void WhatIsLostComesAgainInFullAndTheNumberIsToldAnew()
    {
        var lost = 0;
        var pair = Subscribed();
        Act(pair, 1);
        pair.Link.Sent.Clear();
        pair.Link.Loses = sent => sent.Type == SyncType.ShortPush && lost++ == 0;
        Act(pair, 1);
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.True(pair.IsLevel);
        Assert.Equal([SyncType.ShortPush, SyncType.Push, SyncType.NumberGraphs, SyncType.PushAck], Types(pair));
        pair.Link.Sent.Clear();
        Act(pair, 1);
        Assert.Equal([SyncType.ShortPush, SyncType.ShortAck], Types(pair));
    }

    [Fact]
    public void ASubscriberThatHasAHeadOfItsOwnSaysSo()
    {
        var pair = Subscribed();
        pair.GraphHere.Act("here");
        Act(pair, 1);
        Assert.Contains(SyncType.ShortPush, Types(pair));
        var ack = Assert.Single(pair.Link.Sent, sent => sent.Type is SyncType.PushAck or SyncType.ShortAck);
        Assert.Equal(2, Assert.IsType<PushAck>(ack.Message).Heads.Count);
    }

    [Fact]
    public void ANumberThatMeansNothingIsPassedOver()
    {
        var pair = Subscribed();
        pair.AtHere.Deliver(new ShortPush(99, 0, CommandBlock.EncodeShort([After(Root, "a")], null)));
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.Empty(pair.Link.Sent);
        Assert.Empty(pair.AtHere.Faults);
        Assert.Equal(1, pair.GraphHere.Committed.Count);
    }

    [Fact]
    public void APushThatFollowsOneThatIsNotRememberedIsRepairedByAPoll()
    {
        var pair = Subscribed();
        var next = After(After(Root, "a"), "b");
        pair.AtHere.Deliver(new ShortPush(1, 7, CommandBlock.EncodeShort([next], next.Prior.Left)));
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(1, pair.AtHere.Repairs);
        Assert.Empty(pair.AtHere.Faults);
    }

    [Fact]
    public void OnANewLinkANumberHoldsNoMore()
    {
        var pair = Subscribed();
        pair.Link.Down();
        pair.Link.Up();
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        var told = pair.Link.Messages<NumberGraphs>(pair.Here).SelectMany(numbers => numbers.Graphs).Select(graph => graph.Number);
        Assert.Equal(2u, Assert.Single(told));
        pair.Link.Sent.Clear();
        Act(pair, 1);
        Assert.Equal([SyncType.ShortPush, SyncType.ShortAck], Types(pair));
    }

    [Fact]
    public void AnAcknowledgementOfANumberThatWasNeverGivenIsIgnored()
    {
        var probe = new PublisherProbe();
        var first = After(Root, "a");
        probe.Has(Root, first);
        probe.Subscribe(1, 1, graphs: PublisherProbe.HoldsOf(Graph, Root));
        probe.Handle(new SubscriptionInput.ShortAck(new ShortAck(1, 0)));
        Assert.Equal(1, probe.Machine.UnackedPushes);
        probe.Handle(new SubscriptionInput.Number(new NumberGraphs(new SubscriptionId(2), [new NumberedGraph(Graph, 1)])));
        probe.Handle(new SubscriptionInput.ShortAck(new ShortAck(1, 0)));
        Assert.Equal(1, probe.Machine.UnackedPushes);
        probe.Handle(new SubscriptionInput.Number(new NumberGraphs(new SubscriptionId(1), [new NumberedGraph(Graph, 1)])));
        probe.Handle(new SubscriptionInput.ShortAck(new ShortAck(1, 0)));
        Assert.Equal(0, probe.Machine.UnackedPushes);
    }

    [Fact]
    public void SubscribersWhoLackTheSameShareOneBlock()
    {
        var snapshot = SnapshotOf([Root, .. Run(Root, 10, "run")]);
        var blocks = Enumerable.Range(1, 3).Select(number => BlockFor(snapshot, (ulong)number, [Root.Address])).ToArray();
        Assert.All(blocks, block => Assert.True(block.Span.SequenceEqual(blocks[0].Span)));
        var shared = snapshot.LastLack!.Whole;
        Assert.Equal(10, shared!.Count);
        BlockFor(snapshot, 4, [Root.Address]);
        Assert.Same(shared, snapshot.LastLack!.Whole);
        Assert.Equal(1, BlockFor(snapshot, 5, [snapshot.AddressOf(9)]).Span[0]);
    }

    private static ReadOnlyMemory<byte> BlockFor(GraphSnapshot snapshot, ulong id, Address[] heads)
    {
        var machine = new SubscriptionMachine(SubscriptionSettings.Default, WireLimits.Default);
        var outbox = new Outbox<SubscriptionOutput>();
        machine.Handle(new SubscriptionInput.Linked(1 << 20, 4), default, outbox);
        var request = new Subscribe(new SubscriptionId(id), 1, 600, 1 << 30, [new SubscribeGraph(Graph, new Sample(heads.Length, true, heads))]);
        machine.Handle(new SubscriptionInput.Subscribe(request, [new OfferedGraph(Graph, snapshot, null, [])]), default, outbox);
        while (outbox.TryTake(out var output))
        {
            if (output is SubscriptionOutput.Push push)
                return ((Push)SyncCodec.Decode(push.Payload, WireLimits.Default).Value).Commands.Bytes;
        }
        throw new InvalidOperationException("nothing was pushed");
    }

    private static SimPair Subscribed()
    {
        var pair = new SimPair([Root], [Root]);
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Link.Sent.Clear();
        return pair;
    }

    private static void Act(SimPair pair, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pair.GraphThere.Act(new byte[100]);
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
        }
    }

    private static IEnumerable<SyncType> Types(SimPair pair) => pair.Link.Sent.Select(sent => sent.Type).Where(type => type is not (SyncType.Subscribe or SyncType.Subscribed));
}
