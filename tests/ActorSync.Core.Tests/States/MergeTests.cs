using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Core.Tests.States;

/// <summary>The laws of merging, over entries drawn from seeds.</summary>
public sealed class MergeTests
{
    [Fact]
    public void AnyOrderAndAnyRepetitionGiveTheSame()
    {
        var random = new Random(1);
        for (var run = 0; run < 2000; run++)
        {
            var entries = Enumerable.Range(0, random.Next(1, 20)).Select(_ => RandomState.Entry(random)).ToArray();
            var again = entries.Concat(random.GetItems(entries, random.Next(10))).ToArray();
            random.Shuffle(again);
            var (one, other) = (RandomState.Table(entries), RandomState.Table(again));
            Assert.Equal(RandomState.Content(one), RandomState.Content(other));
            Assert.Equal(one.Version, other.Version);
        }
    }

    [Fact]
    public void MergingTablesIsCommutativeAssociativeAndIdempotent()
    {
        var random = new Random(2);
        for (var run = 0; run < 1000; run++)
        {
            var (a, b, c) = (Some(random), Some(random), Some(random));
            Assert.Equal(Merged(a, b).Version, Merged(b, a).Version);
            Assert.Equal(Merged(Merged(a, b).Entries, c).Version, Merged(a, Merged(b, c).Entries).Version);
            Assert.Equal(RandomState.Table(a).Version, Merged(a, a).Version);
        }
    }

    [Fact]
    public void VersionsAreEqualIfAndOnlyIfTheContentIs()
    {
        var random = new Random(3);
        var contents = new Dictionary<StateVersion, string>();
        var versions = new Dictionary<string, StateVersion>();
        for (var run = 0; run < 20_000; run++)
        {
            var table = RandomState.Table(Some(random, random.Next(5), keys: 3));
            var content = RandomState.Content(table);
            Assert.Equal(content, contents.GetValueOrDefault(table.Version, content));
            Assert.Equal(table.Version, versions.GetValueOrDefault(content, table.Version));
            (contents[table.Version], versions[content]) = (content, table.Version);
        }
        Assert.InRange(versions.Count, 1000, 20_000);
    }

    [Fact]
    public void TheVersionAndTheSizesAreThoseOfATableBegunAnew()
    {
        var random = new Random(4);
        var table = new StateTable(RandomState.Settings);
        for (var step = 0; step < 3000; step++)
        {
            var wall = RandomState.Now + TimeSpan.FromMilliseconds(step / 4);
            table.Expire(wall, []);
            table.Merge(RandomState.Entry(random, keys: 40), default, wall);
            if (step % 50 != 0)
                continue;
            var anew = RandomState.Table(table.Entries.ToArray(), wall);
            Assert.Equal(RandomState.Content(anew), RandomState.Content(table));
            Assert.Equal((anew.Version, anew.Count, anew.Tombstones, anew.Bytes), (table.Version, table.Count, table.Tombstones, table.Bytes));
        }
    }

    [Fact]
    public void EqualTimesAreDecidedByCounterThenNodeThenDeletionThenHash()
    {
        var now = RandomState.Now.Milliseconds;
        var ranked = new[]
        {
            RandomState.Live("k", 9, now - 1, counter: 9, node: 9),
            RandomState.Live("k", 8, now, counter: 0, node: 9),
            RandomState.Live("k", 7, now, counter: 1, node: 1),
            RandomState.Live("k", 6, now, counter: 1, node: 2),
            StateEntry.Tombstone("k", new StateStamp(now, 1, new NodeId(2)), 1000),
        };
        for (var i = 0; i < ranked.Length; i++)
            for (var j = 0; j < ranked.Length; j++)
                Assert.Equal(i > j, ranked[i].IsNewerThan(ranked[j]));
        var (one, other) = (RandomState.Live("k", 1, now), RandomState.Live("k", 2, now));
        Assert.NotEqual(one.IsNewerThan(other), other.IsNewerThan(one));
        Assert.NotEqual(RandomState.Table([one]).Version, RandomState.Table([other]).Version);
        Assert.Equal(RandomState.Table([one, other]).Version, RandomState.Table([other, one]).Version);
    }

    [Fact]
    public void NothingIsTheEmptyVersion()
    {
        var table = RandomState.Table([]);
        Assert.True(table.Version.IsEmpty);
        Assert.Equal("", table.Version.ToString());
        var held = RandomState.Table([RandomState.Live("k", 1, RandomState.Now.Milliseconds)]).Version;
        Assert.True(StateVersion.TryParse(held.ToString(), out var parsed));
        Assert.Equal(held, parsed);
        Assert.False(StateVersion.TryParse("12", out _));
    }

    private static StateEntry[] Some(Random random, int? count = null, int keys = 6) =>
        [.. Enumerable.Range(0, count ?? random.Next(12)).Select(_ => RandomState.Entry(random, keys))];

    private static StateTable Merged(IEnumerable<StateEntry> one, IEnumerable<StateEntry> other) =>
        RandomState.Table(RandomState.Table(one).Entries.Concat(RandomState.Table(other).Entries));
}
