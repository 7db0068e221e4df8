using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Hellos;

/// <summary>What comes while a poll is answered is offered at its end, and polled for once.</summary>
public sealed class OfferTests
{
    [Fact]
    public void WhatCameWhileThePollRanIsOfferedAtItsEndAndPolledForOnce()
    {
        var pair = Behind();
        PollAndCommit(pair);
        Assert.True(pair.IsLevel);
        Assert.Single(pair.Link.Messages<Offer>(pair.There));
        Assert.Equal(2, pair.AtHere.PollResults.Count);
    }

    [Fact]
    public void WithoutNewsNothingIsOffered()
    {
        var pair = Behind();
        pair.Poll();
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(pair.Link.Messages<Offer>(pair.There));
    }

    [Fact]
    public void APublisherThatCommitsWithoutPauseDoesNotKeepTheOtherPolling()
    {
        var pair = Behind();
        pair.AtHere.Poll(Graph);
        for (var i = 0; i < 2000; i++)
        {
            pair.GraphThere.Act($"more {i}");
            pair.Simulation.Run(TimeSpan.FromMilliseconds(5));
        }
        Assert.Equal(2, pair.AtHere.PollResults.Count);
    }

    [Fact]
    public void ARepeatedOrMadeUpOfferCausesNoPoll()
    {
        var pair = Behind();
        PollAndCommit(pair);
        var offer = pair.Link.Messages<Offer>(pair.There).Single() with { Head = After(Root, "not here").Address };
        pair.AtHere.Deliver(offer);
        pair.AtHere.Deliver(offer with { Session = new SessionId(99) });
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(2, pair.AtHere.PollResults.Count);
    }

    [Fact]
    public void AnOfferOfWhatIsHereCausesNoPoll()
    {
        var pair = Behind();
        pair.Poll();
        var session = pair.Link.Messages<Poll>(pair.Here).First().Session;
        pair.AtHere.Deliver(new Offer(session, Graph, Root.Address));
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
        Assert.Single(pair.AtHere.PollResults);
    }

    // Whoever asked for so many bytes wants no more of them.
    [Fact]
    public void APollCutAtItsBytesIsNotFollowedByAnother()
    {
        var pair = Behind();
        Assert.True(pair.Poll(maxBytes: 5000).Value.Remaining);
        pair.GraphThere.Act("more");
        pair.Simulation.Run(TimeSpan.FromMinutes(2));
        Assert.Empty(pair.Link.Messages<Offer>(pair.There));
        Assert.Single(pair.AtHere.PollResults);
    }

    [Fact]
    public void WhoIsPushedToIsOfferedNothing()
    {
        var pair = Behind();
        pair.Subscribe();
        PollAndCommit(pair);
        Assert.True(pair.IsLevel);
        Assert.Empty(pair.Link.Messages<Offer>(pair.There));
    }

    [Fact]
    public void ALostOfferDoesNoHarm()
    {
        var pair = Behind();
        pair.Link.Loses = sent => sent.Message is Offer;
        PollAndCommit(pair);
        Assert.False(pair.IsLevel);
        pair.Poll();
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void OfTooManyPollsTheOldestIsForgotten()
    {
        var polls = new EndedPolls<int>();
        for (var i = 0; i <= EndedPolls<int>.Most; i++)
            polls.Note(new SessionId((ulong)i), Graph, i);
        Assert.False(polls.TryTake(Offer(0), out _));
        Assert.True(polls.TryTake(Offer(1), out var how));
        Assert.Equal(1, how);
        Assert.False(polls.TryTake(Offer(1), out _));
        Assert.False(polls.TryTake(Offer(2) with { Graph = new GraphId(After(Root, "a").Id) }, out _));

        static Offer Offer(ulong session) => new(new SessionId(session), Graph, Root.Address);
    }

    [Fact]
    public void WhatIsKeptOfPollsWhoseOffersWereTakenIsBounded()
    {
        var polls = new EndedPolls<int>();
        for (var i = 0; i < 10 * EndedPolls<int>.Most; i++)
        {
            polls.Note(new SessionId((ulong)i), Graph, i);
            Assert.True(polls.TryTake(new Offer(new SessionId((ulong)i), Graph, Root.Address), out _));
        }
        Assert.InRange(polls.Kept, 0, EndedPolls<int>.Most);
    }

    private static SimPair Behind() => new([Root], [Root, .. Run(Root, 2000, "there")]);

    private static void PollAndCommit(SimPair pair)
    {
        pair.AtHere.Poll(Graph);
        pair.Simulation.RunUntil(() => pair.AtThere.AnswersUnderWay > 0, TimeSpan.FromSeconds(1));
        pair.GraphThere.Act("meanwhile");
        pair.Simulation.Run(TimeSpan.FromSeconds(5));
    }
}
