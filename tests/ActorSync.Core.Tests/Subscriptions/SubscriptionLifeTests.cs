using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Subscriptions;

/// <summary>How a subscription opens, changes and ends at the publisher: its close time, its requests in any order.</summary>
public sealed class SubscriptionLifeTests
{
    private readonly PublisherProbe _probe = new();

    public SubscriptionLifeTests()
    {
        _probe.Has(Root);
    }

    [Fact]
    public void IsOpenAtItsCloseTimeAndClosedATickLater()
    {
        _probe.Subscribe(1, 1, seconds: 60);
        var close = _probe.Now + TimeSpan.FromSeconds(60);
        Assert.Equal((close, close + TimeSpan.FromTicks(1)), (_probe.Machine.CloseTime, _probe.Timer));
        _probe.Now = close;
        _probe.Commit(Graph, After(Root, "at the close time"));
        Assert.Single(_probe.Pushes);
        _probe.Take();
        _probe.Now = close + TimeSpan.FromTicks(1);
        _probe.Commit(Graph, After(Root, "a tick later"));
        Assert.Equal(SubscriptionEndReason.Expired, Assert.IsType<SubscriptionEnded>(Assert.Single(_probe.Take())).Reason);
        Assert.Contains(_probe.Outputs, output => output is SubscriptionOutput.Ended { Reason: SubscriptionEndReason.Expired });
    }

    [Fact]
    public void TheTimerAloneEndsItToo()
    {
        _probe.Subscribe(1, 1, seconds: 60);
        _probe.Tick(_probe.Machine.CloseTime);
        Assert.True(_probe.Machine.IsOpen);
        _probe.Tick(_probe.Timer);
        Assert.False(_probe.Machine.IsOpen);
    }

    // The acknowledgement of a push from before it ended counted for the push that had taken its number.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsCoveredAgainGoesOnBehindItsFormerPushes(bool expires)
    {
        var first = After(Root, "pushed before");
        var second = After(first, "pushed after");
        _probe.Subscribe(1, 1, seconds: 60, graphs: PublisherProbe.HoldsOf(Graph, Root));
        _probe.Commit(Graph, first);
        var before = _probe.Pushes.Single();
        if (expires)
            _probe.Tick(_probe.Machine.CloseTime + TimeSpan.FromTicks(1));
        else
            _probe.Unsubscribe(1, 2, Graph);
        _probe.Take();
        _probe.Subscribe(1, 3, seconds: 60, graphs: PublisherProbe.HoldsOf(Graph, first));
        _probe.Commit(Graph, second);
        Assert.Equal(before.Index + 1, _probe.Pushes.Single().Index);

        _probe.Ack(before, first);
        Assert.Equal(1, _probe.Machine.UnackedPushes);
        _probe.Ack(_probe.Pushes.Single(), second);
        Assert.Equal(0, _probe.Machine.UnackedPushes);
    }

    [Fact]
    public void TheSameRequestAgainChangesNothingAndIsAnsweredTheSame()
    {
        _probe.Subscribe(1, 1, seconds: 60, bytes: 1_000);
        var close = _probe.Machine.CloseTime;
        var answer = _probe.Payloads.Single().ToArray();
        _probe.Now += TimeSpan.FromSeconds(10);
        _probe.Subscribe(1, 1, seconds: 60, bytes: 1_000);
        Assert.Equal(answer, _probe.Payloads[1].ToArray());
        Assert.Equal(close, _probe.Machine.CloseTime);
    }

    [Fact]
    public void AnOlderRequestIsIgnored()
    {
        _probe.Subscribe(1, 5, seconds: 60);
        _probe.Take();
        _probe.Subscribe(1, 4, seconds: 6_000);
        Assert.Empty(_probe.Take());
        Assert.Equal(_probe.Now + TimeSpan.FromSeconds(60), _probe.Machine.CloseTime);
    }

    [Fact]
    public void AFurtherRequestAddsGraphsAndSetsTimeAndBytesAnew()
    {
        var other = Command.Init("other"u8);
        _probe.Subscribe(1, 1, seconds: 60, bytes: 5_000);
        _probe.Commit(Graph, After(Root, "a"));
        Assert.True(_probe.Machine.BytesLeft < 5_000);
        _probe.Ack(_probe.Pushes.Single());
        _probe.Now += TimeSpan.FromSeconds(30);
        _probe.Has(other);
        _probe.Subscribe(1, 2, seconds: 100, bytes: 700, PublisherProbe.HoldsOf(new GraphId(other.Id), other));
        Assert.Equal((_probe.Now + TimeSpan.FromSeconds(100), 700L), (_probe.Machine.CloseTime, _probe.Machine.BytesLeft));
        Assert.Equal([Graph, new GraphId(other.Id)], _probe.Machine.Graphs);
        var answer = _probe.Take().OfType<Subscribed>().Last();
        Assert.Equal((2u, 100u, 700ul), (answer.Sequence, answer.SecondsLeft, answer.BytesLeft));
    }

    [Fact]
    public void ANewIdBeginsAnewAndLateRequestsOfTheOldOneAreIgnored()
    {
        var other = Command.Init("other"u8);
        _probe.Has(other);
        _probe.Subscribe(1, 1);
        _probe.Subscribe(2, 1, 60, 1_000, PublisherProbe.HoldsOf(Graph, Root));
        Assert.Equal([Graph], _probe.Machine.Graphs);
        Assert.Contains(_probe.Outputs, output => output is SubscriptionOutput.Unfollow unfollow && unfollow.Graph.Init == other.Id);
        _probe.Take();
        _probe.Subscribe(1, 2, 6_000, 1_000_000);
        Assert.Empty(_probe.Take());
        Assert.Equal(1_000, _probe.Machine.BytesLeft);
    }

    [Fact]
    public void ALateSubscribeAfterAnUnsubscribeDoesNotOpenAgain()
    {
        _probe.Subscribe(1, 1);
        _probe.Unsubscribe(1, 2);
        Assert.False(_probe.Machine.IsOpen);
        _probe.Take();
        _probe.Subscribe(1, 1);
        Assert.Empty(_probe.Take());
        Assert.False(_probe.Machine.IsOpen);
        _probe.Subscribe(1, 3);
        Assert.True(_probe.Machine.IsOpen);
    }

    // Found by reading: an Unsubscribe that overtook its Subscribe was answered and forgotten.
    [Fact]
    public void ASubscribeThatItsUnsubscribeOvertookDoesNotOpen()
    {
        _probe.Unsubscribe(1, 2);
        _probe.Subscribe(1, 1);
        Assert.Equal((1ul, 2u), Assert.IsType<Unsubscribed>(Assert.Single(_probe.Take())) is var answer ? (answer.Id.Value, answer.Sequence) : default);
        Assert.False(_probe.Machine.IsOpen);
        _probe.Subscribe(1, 3);
        Assert.True(_probe.Machine.IsOpen);
    }

    [Fact]
    public void AnUnsubscribeOfAnotherIdLeavesTheOpenOneAlone()
    {
        _probe.Subscribe(1, 1);
        _probe.Unsubscribe(9, uint.MaxValue);
        Assert.True(_probe.Machine.IsOpen);
        _probe.Subscribe(9, 7);
        Assert.Equal(new SubscriptionId(1), _probe.Take().OfType<Subscribed>().Single().Id);
    }

    [Fact]
    public void UnsubscribeWithoutASubscriptionDoesNothingAndIsAnswered()
    {
        _probe.Unsubscribe(7, 3);
        Assert.Equal(new Unsubscribed(new SubscriptionId(7), 3), Assert.Single(_probe.Take()));
        Assert.DoesNotContain(_probe.Outputs, output => output is SubscriptionOutput.Ended);
    }

    [Fact]
    public void UnsubscribingSomeGraphsKeepsTheOthers()
    {
        var other = Command.Init("other"u8);
        _probe.Has(other);
        _probe.Subscribe(1, 1);
        _probe.Unsubscribe(1, 2, Graph);
        Assert.Equal([new GraphId(other.Id)], _probe.Machine.Graphs);
        _probe.Take();
        _probe.Commit(Graph, After(Root, "a"));
        Assert.Empty(_probe.Take());
        _probe.Unsubscribe(1, 3, new GraphId(other.Id));
        Assert.False(_probe.Machine.IsOpen);
    }

    // Found by reading: the id 0 of a machine that has none yet was taken to be repeated, and answered with no bytes.
    [Fact]
    public void TheIdZeroIsAnIdAsAnyOther()
    {
        _probe.Subscribe(0, 0);
        Assert.IsType<Subscribed>(Assert.Single(_probe.Take()));
        Assert.True(_probe.Machine.IsOpen);
    }

    [Fact]
    public void AGraphThatIsNotHereIsRefusedByName()
    {
        var unknown = new GraphId(After(Root, "no init").Id);
        _probe.Subscribe(1, 1, 60, 1_000, PublisherProbe.HoldsOf(unknown), PublisherProbe.HoldsOf(Graph, Root));
        var answer = Assert.IsType<Subscribed>(Assert.Single(_probe.Take()));
        Assert.Equal([SyncErrorKind.UnknownGraph, null], answer.Graphs.Select(graph => graph.Refused));
        _probe.Subscribe(2, 1, 60, 1_000, PublisherProbe.HoldsOf(unknown));
        var failure = Assert.IsType<SyncFailure>(Assert.Single(_probe.Take()));
        Assert.Equal((SyncErrorKind.UnknownGraph, 2ul, unknown), (failure.Kind, failure.Reference, failure.Graph!.Value));
        Assert.False(_probe.Machine.IsOpen);
    }

    // Found by reading: the graphs of one request were each held against the count before it.
    [Fact]
    public void TheLimitOfGraphsHoldsWithinOneRequest()
    {
        var probe = new PublisherProbe(SubscriptionSettings.Default with { GraphsPerSubscription = 2 });
        foreach (var i in Enumerable.Range(0, 4))
            probe.Has(Command.Init([(byte)i]));
        probe.Subscribe(1, 1);
        Assert.Equal(2, probe.Machine.Graphs.Count);
        Assert.Equal([null, null, SyncErrorKind.LimitExceeded, SyncErrorKind.LimitExceeded], probe.Take().OfType<Subscribed>().Single().Graphs.Select(graph => graph.Refused));
    }

    [Fact]
    public void StoppingTellsTheSubscriberAndARepeatedRequestDoesNotOpenAgain()
    {
        _probe.Subscribe(1, 1);
        _probe.Handle(new SubscriptionInput.Stop(SubscriptionEndReason.ShuttingDown));
        _probe.Subscribe(1, 1);
        Assert.Equal(2, _probe.Take().OfType<SubscriptionEnded>().Count(ended => ended.Reason == SubscriptionEndReason.ShuttingDown));
        Assert.False(_probe.Machine.IsOpen);
    }

    [Fact]
    public void TheLastGraphThatIsRemovedEndsIt()
    {
        _probe.Subscribe(1, 1);
        _probe.Handle(new SubscriptionInput.Removed(Graph));
        Assert.Equal(SubscriptionEndReason.GraphRemoved, _probe.Take().OfType<SubscriptionEnded>().Single().Reason);
    }
}
