using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Peers;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>Both sides of a subscription over a link: what the subscriber asks, renews, repairs and withdraws.</summary>
public sealed class SubscriberTests
{
    [Fact]
    public void ACommitIsPushedStoredAndAcknowledgedAndThenThereIsSilence()
    {
        var pair = Subscribed();
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.IsLevel);
        Assert.Single(pair.Link.Messages<Push>(pair.There));
        Assert.Single(pair.Link.Messages<PushAck>(pair.Here));
        pair.Link.Sent.Clear();
        pair.Simulation.Run(TimeSpan.FromMinutes(4));
        Assert.Empty(pair.Link.Sent);
    }

    [Fact]
    public void ASubscriberFarBehindIsCaughtUpByFurtherPushes()
    {
        var pair = new SimPair([Root], [Root, .. Run(Root, 20_000, "there")]);
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.True(pair.IsLevel);
        Assert.Equal(20_000, pair.CommandsSent.Count);
        Assert.Empty(pair.Link.Messages<Poll>(pair.Here));
    }

    [Fact]
    public void ASubscriberWithNothingOfTheGraphIsSentAllOfIt()
    {
        var pair = new SimPair([], [Root, .. Run(Root, 500, "there")]);
        pair.Subscribe();
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void TwoThatSubscribeToEachOtherEchoNothing()
    {
        var pair = Subscribed();
        pair.AtThere.Want(Graph);
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Link.Sent.Clear();
        for (var i = 0; i < 20; i++)
        {
            pair.GraphHere.Act($"here {i}");
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
            pair.GraphThere.Act($"there {i}");
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
        }
        Assert.True(pair.IsLevel);
        Assert.Equal(20, pair.CommandsSent.Count);
        Assert.Equal(40, pair.Link.Sent.Count(sent => sent.Message is Push));
    }

    [Fact]
    public void APushThatMeetsNoSubscriptionIsAnsweredUnsubscribe()
    {
        var pair = new SimPair([Root], [Root]);
        var stranger = new SubscriptionId(99);
        pair.AtHere.Deliver(new Push(stranger, Graph, 0, CommandBlock.Encode([After(Root, "a")])));
        Assert.Equal(stranger, pair.Link.Messages<Unsubscribe>(pair.Here).Single().Id);
        Assert.Equal(1, pair.GraphHere.Committed.Count);
    }

    // Found by reading: the answer to a late push used up the sequence, and the graph could not be wanted again.
    [Fact]
    public void AGraphMayBeWantedAgainAfterALatePush()
    {
        var pair = Subscribed();
        pair.AtHere.Unwant(Graph);
        pair.AtHere.Deliver(new Push(pair.Link.Messages<Subscribe>(pair.Here).Last().Id, Graph, 7, CommandBlock.Encode([After(Root, "late")])));
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.False(pair.AtThere.Publisher.IsOpen);
        pair.AtHere.Want(Graph);
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.AtThere.Publisher.IsOpen && pair.AtHere.Subscriber.IsOpen);
    }

    [Fact]
    public void ASubscriberThatShutsDownFreesItsPlaceAtOnce()
    {
        var pair = Subscribed();
        pair.AtHere.Stop();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.False(pair.AtThere.Publisher.IsOpen);
        pair.GraphThere.Act("late");
        pair.Simulation.Run(TimeSpan.FromSeconds(10));
        Assert.Empty(pair.Link.Messages<Push>(pair.There));
    }

    [Fact]
    public void BothSidesCountTheSameBytes()
    {
        var pair = Subscribed();
        for (var i = 0; i < 5; i++)
        {
            pair.GraphThere.Act($"a {i}");
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(pair.AtThere.Publisher.BytesLeft, pair.AtHere.Subscriber.BytesLeft);
    }

    // Found by running: a request of many graphs was larger than the link takes, and never left.
    [Fact]
    public void MoreGraphsThanALinkTakesAtOnceAreAskedForOneRequestAfterTheOther()
    {
        var simulation = new Simulation(1);
        var (here, there) = (new SimNode(simulation, "here"), new SimNode(simulation, "there"));
        var link = here.LinkTo(there, WireLimits.SmallestPayloadBytes);
        link.Down();
        var graphs = Enumerable.Range(0, 60).Select(i => Command.Init(BitConverter.GetBytes(i))).ToArray();
        foreach (var root in graphs)
        {
            there.Has(new GraphId(root.Id), root);
            here.Has(new GraphId(root.Id), [root, .. Run(root, 300, "here")]);
            here.PeerAt(link).Want(new GraphId(root.Id));
        }
        link.Up();
        simulation.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(60, here.PeerAt(link).Subscriber.Covered.Count);
        Assert.All(link.Messages<Subscribe>(here), request => Assert.InRange(SyncCodec.Encode(request).Length, 0, WireLimits.SmallestPayloadBytes));
    }

    // Found by running: nothing was acknowledged, the same push came again for ever, and the strikes grew.
    [Fact]
    public void AGraphWithACommandThatIsRefusedIsPutAsideWithTheRestKept()
    {
        var (good, tooLarge) = (Run(Root, 20, "good"), Sized(Root, 3000));
        var there = new List<Command> { Root, tooLarge };
        there.AddRange(good);
        there.AddRange(Run(tooLarge, 5, "after it"));
        var pair = new SimPair([Root], there, new Simulation(1), 1 << 20, node => node.Limits = GraphLimits.Default with { CommandPayloadBytes = 2000 });
        pair.Subscribe();
        Assert.Equal(21, pair.GraphHere.Committed.Count);
        Assert.Equal(SyncErrorKind.LimitExceeded, Assert.Single(pair.AtHere.Faults).Kind);
        Assert.Contains(pair.AtHere.Answers, error => error?.Kind == SyncErrorKind.LimitExceeded);
        var told = pair.Link.Messages<SyncFailure>(pair.Here).Single();
        Assert.Equal((SyncErrorKind.LimitExceeded, Graph), (told.Kind, told.Graph));
        Assert.Empty(pair.Link.Messages<PushAck>(pair.Here));
        Assert.False(pair.AtThere.Publisher.IsOpen);
        pair.Link.Sent.Clear();
        pair.GraphThere.Act("more");
        pair.Simulation.Run(TimeSpan.FromHours(1));
        Assert.Empty(pair.Link.Sent);
    }

    [Fact]
    public void AGraphThatWasPutAsideIsAskedForWhenItIsWantedAnew()
    {
        var there = new List<Command> { Root, Sized(Root, 3000) };
        var pair = new SimPair([Root], there, new Simulation(1), 1 << 20, node => node.Limits = GraphLimits.Default with { CommandPayloadBytes = 2000 });
        pair.Subscribe();
        pair.Link.Sent.Clear();
        pair.Subscribe();
        Assert.Single(pair.Link.Messages<Subscribe>(pair.Here));
        Assert.Single(pair.Link.Messages<Push>(pair.There));
    }

    // The push is lost that says to cover it no longer: the next one is answered so again.
    [Fact]
    public void AGraphThatIsAsideStaysSoWhenTheUnsubscribeIsLost()
    {
        var there = new List<Command> { Root, Sized(Root, 3000) };
        var pair = new SimPair([Root], there, new Simulation(1), 1 << 20, node => node.Limits = GraphLimits.Default with { CommandPayloadBytes = 2000 });
        var lost = 0;
        pair.Link.Loses = sent => sent.Message is Unsubscribe && lost++ == 0;
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.False(pair.AtThere.Publisher.IsOpen);
        Assert.Single(pair.AtHere.Faults);
    }

    [Fact]
    public void AGapIsRepairedByAPoll()
    {
        var pair = Subscribed(settings: SubscriptionSettings.Default with { RetryAfter = TimeSpan.FromSeconds(20) });
        var lost = 0;
        pair.Link.Loses = sent => sent.Message is Push && lost++ == 0;
        pair.GraphThere.Act("lost");
        pair.Simulation.Run(TimeSpan.FromMilliseconds(50));
        pair.GraphThere.Act("builds on it");
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.IsLevel);
        Assert.Equal(1, pair.AtHere.Repairs);
        pair.Link.Sent.Clear();
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(pair.Link.Sent);
    }

    [Fact]
    public void ALostPushIsSentAgainUntilItIsAcknowledged()
    {
        var pair = Subscribed();
        var lost = 0;
        pair.Link.Loses = sent => sent.Message is Push && lost++ < 3;
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromSeconds(20));
        Assert.True(pair.IsLevel);
        Assert.Equal(4, pair.Link.Messages<Push>(pair.There).Count());
    }

    [Fact]
    public void ItIsRenewedAtHalfOfTheTime()
    {
        var pair = Subscribed(settings: SubscriptionSettings.Default with { RemainOpen = TimeSpan.FromSeconds(60) });
        pair.Link.Sent.Clear();
        pair.Simulation.Run(TimeSpan.FromSeconds(28));
        Assert.Empty(pair.Link.Sent);
        pair.Simulation.Run(TimeSpan.FromSeconds(3));
        Assert.Single(pair.Link.Messages<Subscribe>(pair.Here));
        pair.Simulation.Run(TimeSpan.FromMinutes(10));
        Assert.True(pair.AtThere.Publisher.IsOpen);
        Assert.Empty(pair.AtThere.Endings);
        Assert.True(pair.Link.Sent.Max(sent => sent.Bytes) < 160, "a renewal is small");
    }

    [Fact]
    public void ItIsRenewedAtHalfOfTheBytes()
    {
        var pair = Subscribed(settings: SubscriptionSettings.Default with { MaxBytes = 2_000 });
        for (var i = 0; i < 200; i++)
        {
            pair.GraphThere.Act(new byte[20]);
            pair.Simulation.Run(TimeSpan.FromMilliseconds(200));
        }
        Assert.True(pair.IsLevel);
        Assert.Empty(pair.AtThere.Endings);
        Assert.InRange(pair.Link.Messages<Subscribe>(pair.Here).Count(), 5, 30);
    }

    [Fact]
    public void ASpentBudgetIsAskedForAnewUntilTheSubscriberIsLevel()
    {
        var pair = new SimPair([Root], [Root, .. Run(Root, 1_000, "there")], new Simulation(1), 1 << 20, node => node.Subscriptions = SubscriptionSettings.Default with { MaxBytes = 2_000 });
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(30));
        Assert.True(pair.IsLevel);
        Assert.Contains(SubscriptionEndReason.BudgetSpent, pair.AtThere.Endings);
        // What was under way when a budget ended goes out again, at most all of that budget.
        Assert.InRange(pair.CommandsSent.Count, 1_000, 2_000);
    }

    // The acknowledgements came when the budget was spent, and counted for nothing: the same commands came for ever, as the
    // samples of two that have merged the same strands differently say nothing of the strands.
    [Fact]
    public void ABudgetThatIsSpentOnWhatIsThereAlreadyIsNotSpentOnItAgain()
    {
        Command[][] strands = [.. Enumerable.Range(0, 60).Select(i => Run(Root, 2, $"strand {i}").ToArray())];
        Command[] common = [Root, .. strands.SelectMany(strand => strand)];
        Command[] there = [.. Run(strands[0][^1], 5, "there")];
        var pair = new SimPair(
            common, [.. common, .. there], new Simulation(1), 1 << 20,
            node => node.Subscriptions = SubscriptionSettings.Default with { MaxBytes = 1_000 });
        pair.GraphHere.Act("here");
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(30));
        Assert.True(pair.GraphHere.Committed.Contains(there[^1].Id));
    }

    // Found by reading: a budget below one command was asked for anew as fast as the link carried it.
    [Fact]
    public void ABudgetBelowOneCommandIsNotAskedForInATightLoop()
    {
        var pair = new SimPair([Root], [Root, Sized(Root, 5_000)], new Simulation(1), 1 << 20, node => node.Subscriptions = SubscriptionSettings.Default with { MaxBytes = 1_000 });
        pair.Subscribe();
        pair.Simulation.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(pair.Link.Messages<Subscribe>(pair.Here).Count(), 2, 35);
        Assert.Contains(pair.AtHere.Answers, answer => answer?.Kind == SyncErrorKind.CommandTooLarge);
    }

    [Fact]
    public void AnExpiredSubscriptionIsOpenedAgain()
    {
        var pair = Subscribed(settings: SubscriptionSettings.Default with { RemainOpen = TimeSpan.FromSeconds(10) });
        pair.Link.Faults = new SimFaults { LossPercent = 100 };
        pair.Simulation.Run(TimeSpan.FromSeconds(60));
        Assert.Contains(SubscriptionEndReason.Expired, pair.AtThere.Endings);
        pair.Link.Faults = SimFaults.None;
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        Assert.True(pair.IsLevel && pair.AtThere.Publisher.IsOpen);
    }

    [Fact]
    public void ARelinkBeginsANewSubscriptionAndNothingIsLost()
    {
        var pair = Subscribed();
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromMilliseconds(2));
        pair.Link.Down();
        pair.GraphThere.Act("b");
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Link.Up();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.IsLevel);
        Assert.Equal(2, pair.Link.Messages<Subscribe>(pair.Here).Select(subscribe => subscribe.Id).Distinct().Count());
        Assert.Equal(0, pair.AtThere.Publisher.UnackedPushes);
    }

    [Fact]
    public void TheOneOverTheLimitIsRefusedWaitsAndTriesAgain()
    {
        var simulation = new Simulation(1);
        var publisher = new SimNode(simulation, "publisher") { Slots = new SubscriptionSlots(128, 8) };
        publisher.Has(Graph, Root);
        var links = Enumerable.Range(0, 129).Select(i => Subscriber(simulation, publisher, i)).ToArray();
        simulation.Run(TimeSpan.FromSeconds(1));
        var last = links[^1].Other(publisher).PeerAt(links[^1]);
        Assert.Equal(SyncErrorKind.MaximumSubscriptionsExceeded, last.Answers.Last()?.Kind);
        Assert.Equal(128u, links[^1].Messages<MaximumSubscriptionsExceeded>(publisher).First().Limit);
        Assert.Equal(128, publisher.Peers.Count(peer => peer.Publisher.IsOpen));
        simulation.Run(TimeSpan.FromSeconds(30));
        Assert.InRange(links[^1].Messages<Subscribe>(last.Node).Count(), 3, 8);
        links[0].Other(publisher).PeerAt(links[0]).Unwant(Graph);
        simulation.Run(TimeSpan.FromMinutes(2));
        Assert.True(last.Subscriber.IsOpen);
        Assert.Equal(128, publisher.Peers.Count(peer => peer.Publisher.IsOpen));
    }

    // Known elsewhere: one unreachable subscriber that ends the loop for those behind it.
    [Fact]
    public void ADeadSubscriberDelaysNoOther()
    {
        var simulation = new Simulation(1);
        var publisher = new SimNode(simulation, "publisher");
        var graph = publisher.Has(Graph, Root);
        var links = Enumerable.Range(0, 5).Select(i => Subscriber(simulation, publisher, i)).ToArray();
        simulation.Run(TimeSpan.FromSeconds(1));
        links[0].Faults = new SimFaults { LossPercent = 100 };
        graph.Act("a");
        simulation.Run(TimeSpan.FromMilliseconds(20));
        Assert.All(links.Skip(1), link => Assert.Equal(graph.Committed.Heads, link.Other(publisher).SnapshotOf(Graph)!.Heads));
    }

    [Fact]
    public void ALateRefusalDoesNotCloseWhatIsOpen()
    {
        var pair = Subscribed();
        var id = pair.Link.Messages<Subscribe>(pair.Here).Last().Id;
        pair.AtHere.Deliver(new MaximumSubscriptionsExceeded(id, 0, 128));
        Assert.True(pair.AtHere.Subscriber.IsOpen);
    }

    // Found by reading: with more refused graphs than one request names, the same were asked for without end.
    [Fact]
    public void RefusedGraphsKeepNoOtherFromBeingCovered()
    {
        var pair = new SimPair([Root], [Root]);
        var inits = Enumerable.Range(0, 150).Select(i => Command.Init(BitConverter.GetBytes(i))).OrderBy(init => init.Id).ToArray();
        foreach (var init in inits.Skip(100))
            pair.There.Has(new GraphId(init.Id), init, After(init, "a"));
        foreach (var init in inits)
            pair.AtHere.Want(new GraphId(init.Id));
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(50, pair.AtHere.Subscriber.Covered.Count);
        Assert.InRange(pair.Link.Messages<Subscribe>(pair.Here).Count(), 3, 6);
        Assert.All(inits.Skip(100), init => Assert.Equal(2, pair.Here.SnapshotOf(new GraphId(init.Id))!.Count));
    }

    [Fact]
    public void AStoreThatFailsIsPushedToAgain()
    {
        var pair = Subscribed();
        pair.GraphHere.CommitFailurePercent = 100;
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromSeconds(10));
        Assert.Empty(pair.Link.Messages<PushAck>(pair.Here));
        pair.GraphHere.CommitFailurePercent = 0;
        pair.Simulation.Run(TimeSpan.FromSeconds(30));
        Assert.True(pair.IsLevel);
        Assert.Equal(0, pair.AtThere.Publisher.UnackedPushes);
    }

    private static SimPair Subscribed(SubscriptionSettings? settings = null)
    {
        var pair = new SimPair([Root], [Root], new Simulation(1), 1 << 20, node => node.Subscriptions = settings ?? SubscriptionSettings.Default);
        pair.Subscribe();
        Assert.True(pair.AtHere.Subscriber.IsOpen);
        return pair;
    }

    private static SimLink Subscriber(Simulation simulation, SimNode publisher, int i)
    {
        var node = new SimNode(simulation, $"subscriber {i}");
        node.Has(Graph, Root);
        var link = node.LinkTo(publisher);
        node.PeerAt(link).Want(Graph);
        simulation.Run(TimeSpan.FromMilliseconds(20));
        return link;
    }
}
