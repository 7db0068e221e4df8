using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Core.Tests.Graphs.Index;

/// <summary>Questions to a graph of two strands whose segments have one command each: no walk may go through them all.</summary>
public sealed class LongGraphTests
{
    private const int Rungs = 100_000;

    // Two strands committed in turns, so that every command is a segment, and joined every so many steps.
    private static GraphIndex Ladder(int rungs, int joinEvery)
    {
        var index = GraphMaker.IndexOf([GraphMaker.Root]);
        var (one, other) = (GraphMaker.Root, GraphMaker.Root);
        for (var i = 1; i <= rungs; i++)
        {
            Add(one = GraphMaker.After(one, "one"));
            Add(other = GraphMaker.After(other, "other"));
            if (i % joinEvery == 0)
                Add(one = other = GraphMaker.Merge(one, other));
        }
        return index;

        void Add(Command command) => _ = index.Add(command).Value;
    }

    [Fact]
    public void TheSkipEntriesMakeEveryWalkLogarithmic()
    {
        var index = Ladder(Rungs / 4, joinEvery: int.MaxValue);
        Assert.Equal(Rungs / 2, index.SegmentCount);
        var random = new Random(3);
        for (var draw = 0; draw < 10_000; draw++)
        {
            var steps = 0;
            var from = random.Next(index.Count);
            var target = random.Next(index.MaxCutOf(from) + 1);
            for (var at = from; index.SegmentOf(at) is var segment && segment.MaxCut > target; steps++)
                at = index.MaxCutOf(segment.Skip) >= target ? segment.Skip : index.DominatorOf(in segment);
            Assert.True(steps <= 3 * 17, $"{steps} steps from {from} to max cut {target}");
        }
    }

    [Fact]
    public void TenThousandQuestionsAreAnsweredRight()
    {
        var index = Ladder(Rungs, joinEvery: 50);
        var random = new Random(4);
        for (var draw = 0; draw < 10_000; draw++)
        {
            var (one, other) = (random.Next(index.Count), random.Next(index.Count));
            var (low, high) = (Math.Min(one, other), Math.Max(one, other));
            var sameBlock = low > 0 && Block(low) == Block(high);
            var dominates = low == 0 || low == high || At(low) == Merge || sameBlock && At(high) != Merge && (At(low) - At(high)) % 2 == 0;
            Assert.Equal(dominates ? low : Block(low) * (Merge + 1), Ancestry.LastCommonAncestor(index, one, other));
            Assert.Equal(dominates || !sameBlock || At(high) == Merge, Ancestry.IsAncestor(index, low, high));
            Assert.Equal(low == high, Ancestry.IsAncestor(index, high, low));
        }
    }

    // After the root come blocks of 101 commands: 50 of either strand in turns, and their merge.
    private const int Merge = 100;

    private static int Block(int ordinal) => (ordinal - 1) / (Merge + 1);

    private static int At(int ordinal) => (ordinal - 1) % (Merge + 1);
}
