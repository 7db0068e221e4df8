using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Hellos;

/// <summary>The publisher's side, step by step: when it tells, what it tells, and when it stops.</summary>
public sealed class HelloPublisherTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly Outbox<HelloPublisherOutput> _outbox = new();
    private readonly HelloPublisher _publisher;
    private readonly List<Command> _commands = [Root];
    private readonly List<GraphId> _unfollowed = [];
    private MonotonicTime _now = MonotonicTime.Zero + TimeSpan.FromHours(1);
    private MonotonicTime _timer = MonotonicTime.Never;

    public HelloPublisherTests()
    {
        _publisher = new HelloPublisher(new HelloSettings { GraphsPerPeer = 2 });
        Handle(new HelloPublisherInput.Linked());
    }

    [Fact]
    public void ARequestIsAnsweredWithTheHeadOfNow() => Assert.Equal(Root.Address, Head(Subscribe()));

    [Fact]
    public void AChangeAfterAQuietTimeIsToldAtOnceAndThoseInTheDelayOnceAtItsEnd()
    {
        Subscribe(changeDelay: 1000);
        Pass(TimeSpan.FromSeconds(5));
        var first = Head(Commit());
        Assert.Equal(_commands[^1].Address, first);

        Pass(TimeSpan.FromSeconds(0.4));
        Assert.Empty(Commit());
        Pass(TimeSpan.FromSeconds(0.4));
        Assert.Empty(Commit());
        Assert.Empty(Pass(TimeSpan.FromSeconds(0.2) - Tick));
        Assert.Equal(_commands[^1].Address, Head(Pass(Tick)));
        Assert.Empty(Pass(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void WithoutAChangeItIsToldAfterTheScheduleDelayAndWithoutOneNever()
    {
        Subscribe(scheduleDelay: 10_000);
        Assert.Empty(Pass(TimeSpan.FromSeconds(10) - Tick));
        Assert.Single(Pass(Tick));
        Assert.Equal(5, Pass(TimeSpan.FromSeconds(50)).Count);

        Subscribe(scheduleDelay: 0);
        Assert.Empty(Pass(TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public void ItTellsStillAtTheEndOfTheDurationAndNotATickLater()
    {
        Subscribe(seconds: 10, changeDelay: 0);
        Pass(TimeSpan.FromSeconds(10));
        Assert.Single(Commit());
        Pass(Tick);
        Assert.Equal([Graph], _unfollowed);
        Assert.Empty(Commit());
        Assert.Empty(_publisher.Graphs);
    }

    [Fact]
    public void ARepeatedRequestRenewsAndIsAnsweredAgain()
    {
        Subscribe(seconds: 10);
        Pass(TimeSpan.FromSeconds(9));
        Assert.Single(Subscribe(seconds: 10));
        Pass(TimeSpan.FromSeconds(9));
        Assert.Single(Commit());
        Assert.Empty(_unfollowed);
    }

    [Fact]
    public void OnceItIsWithdrawnNothingIsToldAndWithdrawnAgainNothingHappens()
    {
        Subscribe();
        Handle(new HelloPublisherInput.Unsubscribe(new HelloUnsubscribe(Graph)));
        Assert.Empty(Handle(new HelloPublisherInput.Unsubscribe(new HelloUnsubscribe(Graph))));
        Assert.Equal([Graph], _unfollowed);
        Assert.Empty(Commit());
        Assert.Empty(Pass(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void SeveralHeadsAreToldAsTheMergeThatEveryPeerWithThemWouldWrite()
    {
        _commands.AddRange([After(Root, "a"), After(Root, "b"), After(Root, "c")]);
        var told = Head(Subscribe());

        Command[] heads = [.. _commands.Skip(1).OrderBy(head => head.Id)];
        var first = Merge(heads[0], heads[1]);
        Assert.Equal(Merge(heads[2], first).Address, told);
        _commands.Reverse(1, 3);
        Assert.Equal(told, Head(Subscribe()));
    }

    [Fact]
    public void WhatCannotBeToldIsRefusedWithTheGraphAndWhy()
    {
        Assert.Equal(SyncErrorKind.UnknownGraph, Refusal(Handle(Request(Graph, null, SyncErrorKind.UnknownGraph))));
        Assert.Equal(SyncErrorKind.NotAllowed, Refusal(Handle(Request(Graph, null, SyncErrorKind.NotAllowed))));
        Assert.Equal(SyncErrorKind.LimitExceeded, Refusal(Subscribe(seconds: 30 * 24 * 3600 + 1)));
        Assert.Equal(SyncErrorKind.LimitExceeded, Refusal(Subscribe(scheduleDelay: 999)));
        Assert.Empty(_publisher.Graphs);
    }

    [Fact]
    public void AGraphOverTheLimitIsRefusedAndTheOthersStay()
    {
        Subscribe();
        var (second, third) = (Command.Init("second"u8), Command.Init("third"u8));
        Assert.Single(Handle(Request(new GraphId(second.Id), SnapshotOf(second))));
        Assert.Equal(SyncErrorKind.LimitExceeded, Refusal(Handle(Request(new GraphId(third.Id), SnapshotOf(third))), new GraphId(third.Id)));
        Assert.Equal(2, _publisher.Graphs.Count);
        Assert.Single(Subscribe());
    }

    [Fact]
    public void WhatChangedWhileThereWasNoLinkIsToldOnTheNext()
    {
        Subscribe();
        Handle(new HelloPublisherInput.Unlinked());
        Assert.Empty(Commit());
        Assert.Empty(Pass(TimeSpan.FromSeconds(200)));
        Assert.Equal(_commands[^1].Address, Head(Handle(new HelloPublisherInput.Linked())));
    }

    [Fact]
    public void AGraphThatGoesAwayIsToldAsRefused()
    {
        Subscribe();
        Assert.Equal(SyncErrorKind.UnknownGraph, Refusal(Handle(new HelloPublisherInput.Removed(Graph))));
        Assert.Empty(_publisher.Graphs);
    }

    [Fact]
    public void AVersionThatComesLateChangesNothing()
    {
        var old = SnapshotOf(_commands);
        _commands.Add(After(Root, "a"));
        Subscribe(changeDelay: 0);
        Assert.Empty(Handle(new HelloPublisherInput.Changed(old)));
    }

    private static Address Head(List<SyncMessage> told) => Assert.IsType<HelloNotify>(Assert.Single(told)).Head;

    private static SyncErrorKind Refusal(List<SyncMessage> told, GraphId? graph = null)
    {
        var failure = Assert.IsType<SyncFailure>(Assert.Single(told));
        Assert.Equal((0ul, graph ?? Graph), (failure.Reference, failure.Graph));
        return failure.Kind;
    }

    private static HelloPublisherInput.Subscribe Request(
        GraphId graph, GraphSnapshot? snapshot, SyncErrorKind? refused = null, uint changeDelay = 100, uint seconds = 600, uint scheduleDelay = 0) =>
        new(new HelloSubscribe(graph, changeDelay, seconds, scheduleDelay), snapshot, refused);

    private List<SyncMessage> Subscribe(uint changeDelay = 100, uint seconds = 600, uint scheduleDelay = 0) =>
        Handle(Request(Graph, SnapshotOf(_commands), null, changeDelay, seconds, scheduleDelay));

    private List<SyncMessage> Commit()
    {
        _commands.Add(After(_commands[^1], $"command {_commands.Count}"));
        return Handle(new HelloPublisherInput.Changed(SnapshotOf(_commands)));
    }

    // The time passes, and the timer rings when it asked to.
    private List<SyncMessage> Pass(TimeSpan time)
    {
        var (end, told) = (_now + time, new List<SyncMessage>());
        while (_timer <= end)
        {
            (_now, _timer) = (MonotonicTime.Max(_now, _timer), MonotonicTime.Never);
            told.AddRange(Handle(new HelloPublisherInput.Tick()));
        }
        _now = end;
        return told;
    }

    private List<SyncMessage> Handle(HelloPublisherInput input)
    {
        _publisher.Handle(input, _now, _outbox);
        var told = new List<SyncMessage>();
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case HelloPublisherOutput.Send send:
                    told.Add(SyncCodec.Decode(send.Payload, WireLimits.Default).Value);
                    break;
                case HelloPublisherOutput.Unfollow unfollow:
                    _unfollowed.Add(unfollow.Graph);
                    break;
                case HelloPublisherOutput.StartTimer timer:
                    _timer = timer.At;
                    break;
            }
        }
        return told;
    }
}
