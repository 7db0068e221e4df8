using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Wire;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Graphs;

/// <summary>What is kept in mind of a graph at rest.</summary>
public sealed class GraphAtRestTests
{
    [Fact]
    public void It_has_the_same_count_heads_and_samples_and_knows_what_is_in_those()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var commands = new List<Command> { Root };
            for (var i = 0; i < 1 + seed * 20; i++)
                commands.Add(After(commands[Math.Max(0, commands.Count - 1 - random.Next(1 + random.Next(1 + random.Next(40))))], $"{i}", Priority.Basic((uint)i)));
            var whole = SnapshotOf(commands);
            var atRest = whole.AtRest();
            Assert.Equal((whole.Graph, whole.Count, whole.Heads, true, false), (atRest.Graph, atRest.Count, atRest.Heads, atRest.IsAtRest, whole.IsAtRest));
            var (first, spread) = (new Sampler(whole).First(), new Sampler(whole).Spread());
            AssertSame(first, new Sampler(atRest).First());
            AssertSame(spread, new Sampler(atRest).Spread());
            Assert.All(whole.Heads.Concat(spread.Addresses), address => Assert.True(atRest.Contains(address) && atRest.Contains(address.Id)));
            Assert.False(atRest.Contains(After(Root, "elsewhere").Address));
            Assert.Same(atRest, atRest.AtRest());
        }
    }

    [Fact]
    public void What_it_does_not_know_it_does_not_claim()
    {
        var run = Run(Root, 10, "run");
        var atRest = SnapshotOf([Root, .. run]).AtRest();
        var steps = 100;
        Assert.Equal(-1, atRest.Find(run[3].Id));
        Assert.Null(atRest.IsAncestor(run[3].Id, run[^1].Id, ref steps));
        Assert.True(atRest.IsAncestor(run[^1].Id, run[^1].Id, ref steps));
        Assert.Throws<InvalidOperationException>(() => atRest.Read(0));
    }

    private static void AssertSame(Sample expected, Sample actual)
    {
        Assert.Equal((expected.HeadCount, expected.AllHeads), (actual.HeadCount, actual.AllHeads));
        Assert.Equal(expected.Addresses, actual.Addresses);
    }
}
