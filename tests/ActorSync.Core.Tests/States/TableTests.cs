using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Core.Tests.States;

/// <summary>What a table tells of itself: what changed, and digests of ranges.</summary>
public sealed class TableTests
{
    private static readonly long Now = RandomState.Now.Milliseconds;

    [Fact]
    public void ADiffIsTheLatestOfEachKeyThatChangedInTheirOrder()
    {
        var table = RandomState.Table([RandomState.Live("a", 1, Now - 3), RandomState.Live("b", 1, Now - 3), RandomState.Live("c", 1, Now - 3)]);
        var since = table.LatestChange;
        table.Merge(RandomState.Live("c", 2, Now), default, RandomState.Now);
        table.Merge(RandomState.Live("a", 2, Now - 2), default, RandomState.Now);
        table.Merge(RandomState.Live("a", 3, Now - 1), default, RandomState.Now);
        table.Merge(RandomState.Live("a", 0, Now - 9), default, RandomState.Now);
        Assert.Equal(["c=2", "a=3"], Diff(table, since, default(NodeId)));
        Assert.Empty(Diff(table, table.LatestChange, default(NodeId)));
    }

    [Fact]
    public void ADiffNeverGoesBackToWhereItCameFrom()
    {
        var table = new StateTable(RandomState.Settings);
        var (one, other) = (new NodeId(1), new NodeId(2));
        table.Merge(RandomState.Live("a", 1, Now), one, RandomState.Now);
        table.Merge(RandomState.Live("b", 1, Now), other, RandomState.Now);
        Assert.Equal(["b=1"], Diff(table, 0, one));
        Assert.Equal(["a=1"], Diff(table, 0, other));
    }

    [Fact]
    public void ManyChangesOfFewKeysKeepTheDiffRight()
    {
        var random = new Random(6);
        var table = new StateTable(RandomState.Settings);
        var changes = new Dictionary<string, long>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = "k" + random.Next(50);
            table.Merge(RandomState.Live(key, i, Now - 20_000 + i), default, RandomState.Now);
            changes[key] = table.LatestChange;
            if (i % 500 != 0)
                continue;
            var since = random.NextInt64(table.LatestChange + 1);
            Assert.Equal(
                changes.Where(change => change.Value > since).OrderBy(change => change.Value).Select(change => change.Key),
                table.ChangedSince(since, new NodeId(9)).Select(change => change.Entry.Key));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3000)]
    public void DigestsAndCountsOfEveryRangeAreThoseOfItsEntries(int count)
    {
        var table = RandomState.Table(RandomState.Many(count));
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var depth = random.Next(i < 100 ? 6 : StateRange.MostDepth + 1);
            var position = StateEntry.PositionOf($"device/{random.Next(count):d6}/limit");
            var range = depth == 0 ? StateRange.All : new StateRange(depth, (uint)(position >> 128 - depth));
            var entries = table.Entries.Where(entry => range.Contains(entry.Position)).OrderBy(entry => entry.Position).ToArray();
            Assert.Equal(entries.Length, table.CountIn(range));
            Assert.Equal(entries.Aggregate(UInt128.Zero, (sum, entry) => sum + entry.Hash), table.DigestOf(range));
            Assert.Equal(entries, table.In(range));
            if (entries.Length > 0)
                Assert.Equal(entries.Skip(1), table.In(range, entries[0].Position + 1));
            var parts = Math.Min(StateRange.MostDepth, depth + random.Next(8));
            Assert.Equal(
                Enumerable.Range(0, 1 << parts - depth).Select(part => (ulong)table.DigestOf(range.Part(parts, part))),
                table.DigestsOf(range, parts));
        }
    }

    [Fact]
    public void RangesOfADepthFollowEachOtherWithoutAGap()
    {
        foreach (var depth in new[] { 1, 5, StateRange.MostDepth })
        {
            var part = depth == StateRange.MostDepth ? new StateRange(31, 5) : StateRange.All;
            for (var i = 1; i < 1 << depth - part.Depth; i++)
                Assert.Equal(part.Part(depth, i - 1).Last + 1, part.Part(depth, i).First);
            Assert.Equal(part.First, part.Part(depth, 0).First);
            Assert.Equal(part.Last, part.Part(depth, (1 << depth - part.Depth) - 1).Last);
        }
        Assert.True(StateRange.All.IsValid && new StateRange(32, uint.MaxValue).IsValid && new StateRange(1, 1).IsValid);
        Assert.False(new StateRange(0, 1).IsValid || new StateRange(33, 0).IsValid || new StateRange(1, 2).IsValid || new StateRange(31, uint.MaxValue).IsValid);
    }

    private static IEnumerable<string> Diff(StateTable table, long since, NodeId peer)
    {
        // No entry of these tests came from node 9.
        var asked = peer == default ? new NodeId(9) : peer;
        return table.ChangedSince(since, asked).Select(change => $"{change.Entry.Key}={System.Text.Encoding.UTF8.GetString(change.Entry.Value.Span)}");
    }
}
