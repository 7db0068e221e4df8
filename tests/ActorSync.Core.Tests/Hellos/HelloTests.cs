using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Hellos;

/// <summary>Both sides of hello over a link: what is told is polled for, once, and nothing else is.</summary>
public sealed class HelloTests
{
    private static readonly HelloTerms Terms = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(60));

    [Fact]
    public void AChangeIsToldAndPolledForAndThenThereIsNoPoll()
    {
        var pair = Told();
        Assert.Empty(pair.Link.Messages<Poll>(pair.Here));
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.IsLevel);
        pair.Simulation.Run(TimeSpan.FromHours(1));
        Assert.Single(pair.AtHere.PollResults);
        // The schedule, the renewals with their answers, and nothing else.
        Assert.InRange(pair.Link.Messages<HelloNotify>(pair.There).Count(), 60, 90);
    }

    [Fact]
    public void ManyChangesWithinTheDelayCostOnePollAtItsEnd()
    {
        var pair = Told();
        pair.Link.Loses = sent => sent.Message is Offer;
        pair.Simulation.Run(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 50; i++)
        {
            pair.GraphThere.Act($"a {i}");
            pair.Simulation.Run(TimeSpan.FromMilliseconds(10));
        }
        pair.Simulation.Run(TimeSpan.FromSeconds(2));
        Assert.True(pair.IsLevel);
        Assert.Equal(2, pair.AtHere.PollResults.Count);
    }

    [Fact]
    public void AGraphThatIsNotHereYetIsPolledForWhole()
    {
        var pair = new SimPair([], [Root, .. Run(Root, 300, "there")]);
        pair.AtHere.Hello.Want(Graph, Terms);
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void OwnHeadsThatWouldMakeTheToldMergeAreNotPolledFor()
    {
        Command[] both = [Root, After(Root, "a"), After(Root, "b")];
        var pair = new SimPair(both, [both[0], both[2], both[1]]);
        pair.AtHere.Hello.Want(Graph, Terms);
        pair.Simulation.Run(TimeSpan.FromMinutes(5));
        Assert.NotEmpty(pair.Link.Messages<HelloNotify>(pair.There));
        Assert.Empty(pair.Link.Messages<Poll>(pair.Here));
    }

    // Its merge is not here, and never will be: one poll shows that nothing is missing.
    [Fact]
    public void WhoHoldsMoreThanTheToldHeadsPollsOnceAndNotAgain()
    {
        Command[] two = [Root, After(Root, "a"), After(Root, "b")];
        var pair = new SimPair([.. two, After(Root, "c")], two);
        pair.AtHere.Hello.Want(Graph, Terms);
        pair.Simulation.Run(TimeSpan.FromHours(2));
        Assert.Single(pair.AtHere.PollResults);
    }

    [Fact]
    public void WhatIsToldDuringAPollIsLookedAtAfterIt()
    {
        var pair = Told(Terms with { ChangeDelay = TimeSpan.Zero, ScheduleDelay = TimeSpan.Zero });
        pair.Simulation.Run(TimeSpan.FromSeconds(2));
        pair.Link.Loses = sent => sent.Message is Offer;
        pair.GraphThere.Act("a");
        // The poll has been answered from the first version when the second is committed and told.
        Assert.True(pair.Simulation.RunUntil(() => pair.AtThere.AnswersUnderWay > 0, TimeSpan.FromSeconds(1)));
        pair.GraphThere.Act("b");
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.True(pair.IsLevel);
        Assert.Equal(2, pair.AtHere.PollResults.Count);
    }

    [Fact]
    public void ALostNotificationIsMadeUpForByTheSchedule()
    {
        var pair = Told();
        pair.Simulation.Run(TimeSpan.FromSeconds(2));
        pair.Link.Loses = sent => sent.Message is HelloNotify;
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromSeconds(10));
        Assert.False(pair.IsLevel);
        pair.Link.Loses = _ => false;
        pair.Simulation.Run(TimeSpan.FromSeconds(60));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void ALostRequestIsMadeAgain()
    {
        var pair = new SimPair([Root], [Root, .. Run(Root, 3, "there")]);
        pair.Link.Loses = sent => sent.Message is HelloSubscribe;
        pair.AtHere.Hello.Want(Graph, Terms);
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        pair.Link.Loses = _ => false;
        pair.Simulation.Run(TimeSpan.FromSeconds(10));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void APublisherThatForgotIsAskedAgainWhenTheScheduleStaysOut()
    {
        var pair = Told();
        pair.AtThere.Deliver(new HelloUnsubscribe(Graph));
        Assert.Empty(pair.AtThere.Hello.Publisher.Graphs);
        pair.Simulation.Run(TimeSpan.FromSeconds(121));
        Assert.Single(pair.AtThere.Hello.Publisher.Graphs);
    }

    [Fact]
    public void ItIsRenewedBeforeTheEndAndOnANewLink()
    {
        var pair = Told(Terms with { ScheduleDelay = TimeSpan.Zero });
        for (var i = 0; i < 60; i++)
        {
            pair.Simulation.Run(TimeSpan.FromMinutes(1));
            Assert.Single(pair.AtThere.Hello.Publisher.Graphs);
        }
        pair.Link.Down();
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromHours(1));
        pair.Link.Up();
        pair.Simulation.Run(TimeSpan.FromSeconds(2));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void WhatIsNotWantedAnyMoreIsNotPolledForAndAStrayNotificationIsAnsweredUnsubscribe()
    {
        var pair = Told();
        pair.Link.Loses = sent => sent.Message is HelloUnsubscribe;
        pair.AtHere.Hello.Unwant(Graph);
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        pair.Link.Loses = _ => false;
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(pair.Link.Messages<Poll>(pair.Here));
        Assert.Empty(pair.AtThere.Hello.Publisher.Graphs);
    }

    [Fact]
    public void ARefusalIsToldAndAskedAgainLaterAndLater()
    {
        var pair = new SimPair([Root], [Root]);
        pair.There.NotAllowed.Add(Graph);
        pair.AtHere.Hello.Want(Graph, Terms);
        pair.Simulation.Run(TimeSpan.FromHours(1));
        Assert.Equal(SyncErrorKind.NotAllowed, pair.AtHere.Hello.Answers[0]!.Kind);
        Assert.InRange(pair.AtHere.Hello.Answers.Count, 10, 70);
        pair.There.NotAllowed.Clear();
        pair.Simulation.Run(TimeSpan.FromMinutes(1));
        Assert.Null(pair.AtHere.Hello.Answers[^1]);
    }

    // A peer that makes up heads: each is polled for, later and later, and never two at a time.
    [Fact]
    public void HeadsThatNoPollBringsAreNotPolledForWithoutEnd()
    {
        var pair = Told();
        var polls = 0;
        for (var i = 0; i < 3600; i++)
        {
            pair.AtHere.Deliver(new HelloNotify(Graph, After(Root, $"made up {i}").Address));
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
            Assert.False(pair.AtHere.IsPolling && pair.AtThere.AnswersUnderWay > 1);
            polls = pair.AtHere.PollResults.Count;
        }
        Assert.InRange(polls, 10, 70);
        // What is true again is polled for again.
        pair.GraphThere.Act("a");
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        Assert.True(pair.IsLevel);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void OverARoughLinkBothComeLevelAndFallSilent(int seed)
    {
        var pair = new SimPair([Root, .. Run(Root, 5, "here")], [Root, .. Run(Root, 5, "there")], seed);
        pair.Link.Faults = SimFaults.Rough;
        pair.AtHere.Hello.Want(Graph, Terms);
        pair.AtThere.Hello.Want(Graph, Terms);
        for (var i = 0; i < 100; i++)
        {
            (i % 3 == 0 ? pair.GraphHere : pair.GraphThere).Act($"a {i}");
            pair.Simulation.Run(TimeSpan.FromMilliseconds(700));
        }
        pair.Link.Faults = SimFaults.None;
        Assert.True(pair.Simulation.RunUntil(() => pair.IsLevel && !pair.AtHere.IsPolling && !pair.AtThere.IsPolling, TimeSpan.FromMinutes(5)));
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        pair.Link.Sent.Clear();
        pair.Simulation.Run(TimeSpan.FromHours(1));
        Assert.DoesNotContain(pair.Link.Sent, sent => sent.Message is Poll);
    }

    private static SimPair Told(HelloTerms? terms = null)
    {
        var pair = new SimPair([Root], [Root]);
        pair.AtHere.Hello.Want(Graph, terms ?? Terms);
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([null], pair.AtHere.Hello.Answers);
        return pair;
    }
}
