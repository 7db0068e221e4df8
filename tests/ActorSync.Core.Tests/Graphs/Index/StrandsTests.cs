using System.Collections;
using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Core.Tests.Graphs.Index;

/// <summary>What it costs to see that the two sides of a merge are independent, in segments looked at.</summary>
public sealed class StrandsTests
{
    private static readonly Command Root = GraphMaker.Root;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ALadderOfMergesTakesNoStepsThatGrow(bool inTurns)
    {
        const int Rungs = 5000;
        var low = GraphMaker.Run(Root, Rungs, "low");
        var high = GraphMaker.Run(Root, Rungs + 10, "high");
        var index = GraphMaker.IndexOf(inTurns ? [Root, .. high] : [Root, .. low, .. high]);
        var steps = int.MaxValue;
        var end = high[^1];
        foreach (var rung in low)
        {
            if (inTurns)
                _ = index.Add(rung).Value;
            _ = index.Add(end = GraphMaker.Merge(end, rung), ref steps).Value;
        }
        Assert.Equal(int.MaxValue, steps);
        Assert.Equal(SyncErrorKind.InvalidCommand, index.Add(GraphMaker.Merge(end, low[7]), ref steps).Error?.Kind);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(40)]
    public void ABraidOfWritersTakesFewStepsAMerge(int writers)
    {
        var random = new Random(writers);
        var (index, merges) = (GraphMaker.IndexOf([Root]), 0);
        var heads = Enumerable.Repeat(Root, writers).ToArray();
        var steps = int.MaxValue;
        for (var i = 0; i < 20_000; i++)
        {
            var (writer, other) = (random.Next(writers), random.Next(writers));
            var isMerge = random.Next(10) < 3
                && !index.IsAncestor(heads[writer].Id, heads[other].Id)
                && !index.IsAncestor(heads[other].Id, heads[writer].Id);
            heads[writer] = isMerge ? GraphMaker.Merge(heads[writer], heads[other]) : GraphMaker.After(heads[writer], $"{i}");
            merges += isMerge ? 1 : 0;
            _ = index.Add(heads[writer], ref steps).Value;
        }
        Assert.True(merges > 4000, $"{merges} merges");
        Assert.True(int.MaxValue - steps < merges, $"{int.MaxValue - steps} steps for {merges} merges");
    }

    [Fact]
    public void WithMoreBranchesThanStrandsEveryAnswerIsRight()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var (graph, before) = Wide(new Random(seed), 400);
            var index = GraphMaker.IndexOf(graph);
            AssertRight(index, before);
            // What was cut leaves nothing behind.
            var cut = GraphMaker.IndexOf(graph.Take(200));
            foreach (var command in GraphMaker.Run(graph[100], 30, "other").Concat(GraphMaker.Run(graph[90], 30, "another")))
                _ = cut.Add(command).Value;
            cut.Cut(200, GraphMaker.IndexOf(graph.Take(200)).Heads());
            foreach (var command in graph.Skip(200))
                _ = cut.Add(command).Value;
            AssertRight(cut, before);
        }
    }

    [Fact]
    public void WhenTheStepsAreUsedUpTheMergeIsLeftOutAndNothingElse()
    {
        // Two chains on one strand: of the older one the labels say nothing once the younger is part of what is asked.
        var branches = Enumerable.Range(0, 2 * Strands.Most).Select(i => GraphMaker.Run(Root, 3, $"branch {i}")).ToArray();
        var high = GraphMaker.Run(Root, 100, "high");
        var index = GraphMaker.IndexOf([Root, .. branches.SelectMany(branch => branch), .. high]);
        var end = high[^1];
        foreach (var branch in branches.Skip(1))
            _ = index.Add(end = GraphMaker.Merge(end, branch[0])).Value;
        var merge = GraphMaker.Merge(end, branches[0][1]);
        var steps = 1;
        Assert.Equal(SyncErrorKind.Busy, index.Add(merge, ref steps).Error?.Kind);
        steps = 1000;
        _ = index.Add(merge, ref steps).Value;
        Assert.InRange(steps, 0, 999);
    }

    private static void AssertRight(GraphIndex index, List<BitArray> before)
    {
        for (var j = 0; j < before.Count; j++)
        {
            for (var i = 0; i < before.Count; i++)
                Assert.True(before[j][i] == Ancestry.IsAncestor(index, i, j), $"{i} before {j}");
        }
    }

    // Commands that follow any command before, and merges of any two; with what comes before each, itself included.
    private static (List<Command> Graph, List<BitArray> Before) Wide(Random random, int count)
    {
        var graph = new List<Command> { Root };
        var before = new List<BitArray> { new(count) };
        before[0][0] = true;
        while (graph.Count < count)
        {
            var (one, other) = (random.Next(graph.Count), random.Next(graph.Count));
            if (random.Next(3) == 0 && (before[one][other] || before[other][one]))
                continue;
            var merges = !before[one][other] && !before[other][one] && random.Next(2) == 0;
            var next = merges ? GraphMaker.Merge(graph[one], graph[other]) : GraphMaker.After(graph[one], $"{graph.Count}");
            if (graph.Exists(command => command.Id == next.Id))
                continue;
            var bits = new BitArray(before[one]);
            if (merges)
                bits.Or(before[other]);
            bits[graph.Count] = true;
            before.Add(bits);
            graph.Add(next);
        }
        return (graph, before);
    }
}
