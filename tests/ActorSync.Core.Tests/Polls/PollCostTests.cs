using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Polls;

/// <summary>What a poll costs: round trips, bytes, and commands sent in vain.</summary>
public sealed class PollCostTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 20_000)]
    [InlineData(2, 100)]
    [InlineData(7, 5_000)]
    [InlineData(64, 20_000)]
    public void LevelPeersExchangeTwoSmallPayloads(int heads, int commands)
    {
        var trunk = Run(Root, commands, "trunk");
        Command[] graph = [Root, .. trunk, .. Enumerable.Range(0, heads > 1 ? heads : 0).Select(i => After(trunk[^1], $"head {i}"))];
        var pair = new SimPair(graph, graph);
        var outcome = pair.Poll().Value;
        Assert.Equal((true, 0L, 1), (outcome.Level, outcome.Received, outcome.RoundTrips));
        Assert.Equal(2, pair.Link.Sent.Count);
        Assert.True(pair.Bytes < 200, $"{pair.Bytes} bytes");
        output.WriteLine($"{heads} heads, {commands} commands: {pair.Bytes} bytes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(15_000)]
    public void APeerThatIsBehindGetsExactlyWhatItLacksInOneRoundTrip(int behind)
    {
        Command[] graph = [Root, .. Run(Root, 20_000, "trunk")];
        var pair = new SimPair(graph[..^behind], graph);
        var outcome = pair.Poll().Value;
        Assert.Equal((1, behind, behind), (outcome.RoundTrips, (int)outcome.Received, (int)outcome.Added));
        Assert.Equal(graph[^behind..].Select(command => command.Id), pair.CommandsSent);
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void APeerWithoutTheGraphGetsAllOfItInOneRoundTrip()
    {
        Command[] graph = [Root, .. Run(Root, 5_000, "trunk")];
        var pair = new SimPair([], graph);
        Assert.Equal((1, 5_001L), (pair.Poll().Value.RoundTrips, pair.GraphHere.Committed.Count));
        Assert.Equal(5_001, pair.CommandsSent.Count);
    }

    [Fact]
    public void APeerThatIsAheadGetsAtMostWhatIsNotWorthARound()
    {
        Command[] graph = [Root, .. Run(Root, 3_000, "trunk")];
        var pair = new SimPair(graph, graph[..1_000]);
        var outcome = pair.Poll().Value;
        Assert.Equal((false, 0L), (outcome.Level, outcome.Added));
        Assert.InRange(pair.CommandsSent.Count, 0, 100);
    }

    [Fact]
    public void APeerThatIsBehindWithManyHeadsGetsExactlyWhatItLacks()
    {
        var strands = Enumerable.Range(0, 10).Select(i => Run(Root, 500, $"strand {i}")).ToArray();
        var pair = new SimPair([Root, .. strands.SelectMany(strand => strand.Take(400))], [Root, .. strands.SelectMany(strand => strand)]);
        var outcome = pair.Poll().Value;
        Assert.Equal(1_000, outcome.Received);
        Assert.True(outcome.RoundTrips <= 2, $"{outcome.RoundTrips} round trips");
        Assert.True(pair.IsLevel);
    }

    // What the requester holds was never a version here: all its heads have to be named first.
    [Fact]
    public void APeerThatIsBehindWithHeadsThatNeverStoodTogetherHereGetsExactlyWhatItLacks()
    {
        var strands = Enumerable.Range(0, 64).Select(i => Run(Root, 100 + i, $"strand {i}")).ToArray();
        var pair = new SimPair([Root, .. strands.SelectMany((strand, i) => strand.Take(10 + 29 * i % 80))], [Root, .. strands.SelectMany(strand => strand)]);
        var outcome = pair.Poll().Value;
        Assert.Equal((2, outcome.Received), (outcome.RoundTrips, outcome.Added));
        Assert.True(pair.IsLevel);
    }

    [Fact]
    public void APeerThatIsBehindWhatItHeldWithThisOneNeedsOneRoundTripWithAnyHeads()
    {
        var strands = Enumerable.Range(0, 40).Select(i => Run(Root, 50, $"strand {i}")).ToArray();
        var pair = new SimPair([Root, .. strands.SelectMany(strand => strand.Take(20))], [Root, .. strands.SelectMany(strand => strand.Take(20)), .. strands.SelectMany(strand => strand.Skip(20))]);
        var outcome = pair.Poll().Value;
        Assert.Equal((1, 1_200L, 1_200L), (outcome.RoundTrips, outcome.Received, outcome.Added));
        Assert.True(pair.IsLevel);
    }

    [Theory]
    [InlineData(20_000, 2_000, 2_000)]
    [InlineData(20_000, 1, 20)]
    [InlineData(20_000, 300, 5_000)]
    [InlineData(3_000, 3_000, 3_000)]
    [InlineData(100_000, 7_000, 9_000)]
    public void DivergedPeersThatNeverSpokeSendLittleInVain(int common, int here, int there)
    {
        Command[] trunk = [Root, .. Run(Root, common, "trunk")];
        Command[] theirs = [.. Run(trunk[^1], there, "there")];
        AssertLittleInVain(new SimPair([.. trunk, .. Run(trunk[^1], here, "here")], [.. trunk, .. theirs]), there);
    }

    [Fact]
    public void DivergedPeersWithManyHeadsSendLittleInVain()
    {
        Command[] trunk = [Root, .. Run(Root, 10_000, "trunk")];
        Command[] here = [.. Enumerable.Range(0, 20).SelectMany(i => Run(trunk[^(1 + 40 * i)], 30, $"here {i}"))];
        Command[] there = [.. Enumerable.Range(0, 20).SelectMany(i => Run(trunk[^(1 + 37 * i)], 60, $"there {i}"))];
        AssertLittleInVain(new SimPair([.. trunk, .. here], [.. trunk, .. there]), there.Length);
    }

    [Fact]
    public void DivergedPeersOfAGraphWithManyMergesSendLittleInVain()
    {
        var trunk = Braid(Root, 2_000, "trunk");
        var here = Braid(trunk[^1], 200, "here");
        var there = Braid(trunk[^1], 200, "there");
        AssertLittleInVain(new SimPair([Root, .. trunk, .. here], [Root, .. trunk, .. there]), there.Count);
    }

    // Two strands of 5,000 each that met once, above what the peers have in common: the dominators skip both.
    [Fact]
    public void PeersThatMergedLongStrandsAtDifferentPlacesSendLittleInVain()
    {
        var (one, other) = (Run(Root, 5_000, "one"), Run(Root, 5_000, "other"));
        Command[] here = [Root, .. one, .. other[..4_500]];
        Command[] there = [Root, .. one[..4_500], .. other];
        var pair = new SimPair([.. here, Merge(one[^1], other[4_499])], [.. there, Merge(one[4_499], other[^1])]);
        AssertLittleInVain(pair, 501);
    }

    [Fact]
    public void DivergedPeersThatSpokeBeforeSendNothingInVain()
    {
        Command[] trunk = [Root, .. Run(Root, 2_000, "trunk")];
        var pair = new SimPair(trunk[..1_500], trunk);
        pair.Poll();
        pair.Simulation.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(trunk[^1].Address, Assert.Single(pair.There.Acked[(pair.Here, Graph)]));
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 150; i++)
            {
                pair.GraphHere.Act($"here {i}");
                pair.GraphThere.Act($"there {i}");
            }
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
            pair.Link.Sent.Clear();
            var before = pair.GraphHere.Committed;
            var outcome = pair.Poll().Value;
            pair.Simulation.Run(TimeSpan.FromSeconds(1));
            Assert.DoesNotContain(pair.CommandsSent, before.Contains);
            Assert.Equal((outcome.Received, 150L), (outcome.Added, outcome.Received));
        }
    }

    private void AssertLittleInVain(SimPair pair, int lacking)
    {
        var before = pair.Here.SnapshotOf(Graph)!;
        var outcome = pair.Poll().Value;
        var inVain = pair.CommandsSent.Count(before.Contains);
        output.WriteLine($"{outcome.RoundTrips} round trips, {inVain} of {outcome.Received} in vain, {pair.Link.Sent.Where(sent => sent.Message is Poll or Narrow or Narrowed).Sum(sent => sent.Bytes)} bytes of polls");
        Assert.Equal(lacking, outcome.Added);
        Assert.True(outcome.RoundTrips <= 3 && pair.RoundTrips == outcome.RoundTrips, $"{outcome.RoundTrips} round trips, {pair.RoundTrips} polls");
        Assert.True(inVain <= Math.Max(100, outcome.Received / 20), $"{inVain} commands in vain of {outcome.Received}");
    }

    // Two writers in turns that merge all the time.
    private static List<Command> Braid(Command after, int steps, string name)
    {
        var braid = new List<Command>();
        for (var i = 0; i < steps; i++)
        {
            var from = braid.Count == 0 ? after : braid[^1];
            var (left, right) = (After(from, $"{name} left {i}"), After(from, $"{name} right {i}"));
            braid.AddRange([left, right, Merge(left, right)]);
        }
        return braid;
    }
}
