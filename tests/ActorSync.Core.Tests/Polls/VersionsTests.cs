using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using static ActorSync.Core.Tests.Harness.GraphMaker;

namespace ActorSync.Core.Tests.Polls;

/// <summary>A digest and some of the heads name an older version of a graph.</summary>
public sealed class VersionsTests
{
    [Fact]
    public void EveryVersionOfRandomGraphsIsFoundByTheDigestOfItsHeads()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var graph = new RandomGraph(seed);
            var snapshot = SnapshotOf(graph.Commands);
            for (var count = 1; count <= graph.Commands.Count; count++)
            {
                var heads = IndexOf(graph.Commands.Take(count)).Heads();
                var some = heads.OrderByDescending(head => head.MaxCut).Take(2).ToArray();
                Assert.True(heads.Equals(Versions.Find(snapshot, heads.Digest, some)), $"{graph}: version {count} of {heads.Count} heads");
            }
        }
    }

    [Fact]
    public void HeadsThatNeverStoodTogetherAreNoVersion()
    {
        var (one, other, third) = (Run(Root, 5, "one"), Run(Root, 5, "other"), Run(Root, 5, "third"));
        var snapshot = SnapshotOf([Root, .. one, .. other, .. third]);
        var heads = new HeadSet([one[2].Address, other[2].Address, third[2].Address]);
        Assert.Null(Versions.Find(snapshot, heads.Digest, [one[2].Address, other[2].Address]));
        Assert.Null(Versions.Find(snapshot, snapshot.Heads.Digest, []));
    }
}
