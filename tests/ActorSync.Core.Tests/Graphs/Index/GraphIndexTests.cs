using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Core.Tests.Graphs.Index;

/// <summary>The index against brute force, over graphs drawn from seeds.</summary>
public sealed class GraphIndexTests
{
    private const int Seeds = 60;

    [Fact]
    public void FindsEveryCommandWithItsMaxCutAndNoOther() => ForEachGraph((graph, index) =>
    {
        for (var i = 0; i < graph.Commands.Count; i++)
        {
            Assert.Equal(i, index.Find(graph.Commands[i].Id, index.Count));
            Assert.Equal(-1, index.Find(graph.Commands[i].Id, i));
            Assert.Equal(graph.Commands[i].Prior.MaxCut, index.MaxCutOf(i));
            Assert.Equal(graph.Commands[i].Address, index.AddressOf(i));
        }
        Assert.Equal(-1, index.Find(Command.Init("another graph"u8).Id, index.Count));
    });

    [Fact]
    public void KnowsTheHeads() => ForEachGraph((graph, index) =>
    {
        var heads = graph.HeadsOf([.. Enumerable.Range(0, index.Count)]);
        Assert.Equal(heads, index.HeadOrdinals);
        Assert.Equal(new HeadSet(heads.Select(head => graph.Commands[head].Address)), index.Heads());
    });

    [Fact]
    public void SaysOfAnyTwoWhetherOneComesBeforeTheOther() => ForEachGraph((graph, index) =>
    {
        for (var i = 0; i < index.Count; i++)
        {
            for (var j = 0; j < index.Count; j++)
                Assert.True(graph.IsAncestor(i, j) == Ancestry.IsAncestor(index, i, j), $"{graph}: {i} before {j}");
        }
    });

    [Fact]
    public void FindsTheLastCommonAncestorOfAnyTwo() => ForEachGraph(20, (graph, index) =>
    {
        var dominators = graph.Dominators();
        for (var i = 0; i < index.Count; i++)
        {
            var chain = dominators[i].ToHashSet();
            for (var j = 0; j <= i; j++)
            {
                var nearest = dominators[j].First(chain.Contains);
                Assert.True(nearest == Ancestry.LastCommonAncestor(index, i, j), $"{graph}: {i} and {j}");
                Assert.True(nearest == Ancestry.LastCommonAncestor(index, j, i), $"{graph}: {j} and {i}");
            }
        }
    });

    [Fact]
    public void ClimbsTheDominatorsToAnyMaxCut() => ForEachGraph((graph, index) =>
    {
        var dominators = graph.Dominators();
        for (var i = 0; i < index.Count; i++)
        {
            for (var maxCut = 0; maxCut <= index.MaxCutOf(i) + 1; maxCut++)
            {
                var expected = dominators[i].LastOrDefault(command => index.MaxCutOf(command) >= maxCut, i);
                Assert.True(expected == Ancestry.ClimbToMaxCut(index, i, maxCut), $"{graph}: from {i} to max cut {maxCut}");
            }
        }
    });

    [Fact]
    public void FindsExactlyWhatIsMissing() => ForEachGraph((graph, index) =>
    {
        var random = new Random(graph.Seed);
        for (var draw = 0; draw < 60; draw++)
        {
            var known = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(index.Count)).ToArray();
            var wanted = draw % 2 == 0 ? [.. index.HeadOrdinals] : Enumerable.Range(0, 3).Select(_ => random.Next(index.Count)).ToArray();
            var ranges = Difference.Between(index, wanted, known);
            var missing = ranges.SelectMany(range => Enumerable.Range(range.First, range.Count)).ToArray();
            var expected = Enumerable.Range(0, index.Count)
                .Where(i => wanted.Any(head => graph.IsAncestor(i, head)) && !known.Any(head => graph.IsAncestor(i, head)));
            Assert.Equal(expected, missing);
            Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
        }
    });

    [Fact]
    public void TakesOtherCommandsAfterACut() => ForEachGraph((graph, index) =>
    {
        var random = new Random(graph.Seed);
        for (var draw = 0; draw < 10; draw++)
        {
            var kept = random.Next(1, index.Count + 1);
            var heads = graph.HeadsOf([.. Enumerable.Range(0, kept)]);
            index.Cut(kept, new HeadSet(heads.Select(head => graph.Commands[head].Address)));
            Assert.Equal(kept, index.Count);
            Assert.Equal(heads, index.HeadOrdinals);
            var other = GraphMaker.Run(graph.Commands[random.Next(kept)], random.Next(1, 40), $"other {draw}");
            foreach (var command in other)
                Assert.Equal(kept++, index.Add(command).Value);
            Assert.True(Ancestry.IsAncestor(index, 0, kept - 1));
            index.Cut(kept - other.Count, new HeadSet(heads.Select(head => graph.Commands[head].Address)));
            foreach (var command in graph.Commands.Skip(kept - other.Count))
                _ = index.Add(command).Value;
        }
        Assert.Equal(GraphMaker.IndexOf(graph.Commands).Heads(), index.Heads());
        Assert.Equal(graph.Commands.Select(command => command.Address), Enumerable.Range(0, index.Count).Select(index.AddressOf));
        for (var i = 0; i < index.Count; i++)
            Assert.Equal(graph.IsAncestor(i, index.Count - 1), Ancestry.IsAncestor(index, i, index.Count - 1));
    });

    [Fact]
    public void CutsToNothingAndBeginsAnew()
    {
        var index = GraphMaker.IndexOf([GraphMaker.Root, GraphMaker.After(GraphMaker.Root, "a")]);
        index.Cut(0, HeadSet.Empty);
        Assert.Equal((0, 0, 0), (index.Count, index.SegmentCount, index.HeadOrdinals.Count));
        Assert.Equal(0, index.Add(Command.Init("another graph"u8)).Value);
    }

    [Fact]
    public void RefusesWhatBreaksTheRulesAndAddsNothing()
    {
        var root = GraphMaker.Root;
        var a = GraphMaker.After(root, "a");
        var b = GraphMaker.After(a, "b");
        var c = GraphMaker.After(root, "c");
        var index = GraphMaker.IndexOf([root, a, b, c]);
        var heads = index.Heads();
        AssertRefused(SyncErrorKind.Duplicate, a);
        AssertRefused(SyncErrorKind.InvalidCommand, Command.Init("another"u8));
        AssertRefused(SyncErrorKind.MissingPrior, GraphMaker.After(GraphMaker.After(a, "not here"), "x"));
        AssertRefused(SyncErrorKind.MissingPrior, GraphMaker.Merge(b, GraphMaker.After(c, "not here")));
        AssertRefused(SyncErrorKind.WrongMaxCut, Command.Create(Prior.Single(a.Address with { MaxCut = 7 }), Priority.Basic(0), "x"u8));
        AssertRefused(SyncErrorKind.WrongMaxCut, Command.Merge(b.Address, c.Address with { MaxCut = 2 }));
        AssertRefused(SyncErrorKind.InvalidCommand, GraphMaker.Merge(a, b));
        AssertRefused(SyncErrorKind.InvalidCommand, GraphMaker.Merge(root, c));

        void AssertRefused(SyncErrorKind kind, Command command)
        {
            Assert.Equal(kind, index.Add(command).Error?.Kind);
            Assert.Equal((4, heads), (index.Count, index.Heads()));
        }
    }

    private static void ForEachGraph(Action<RandomGraph, GraphIndex> check) => ForEachGraph(Seeds, check);

    private static void ForEachGraph(int seeds, Action<RandomGraph, GraphIndex> check)
    {
        for (var seed = 1; seed <= seeds; seed++)
        {
            var graph = new RandomGraph(seed);
            check(graph, GraphMaker.IndexOf(graph.Commands));
        }
    }
}
