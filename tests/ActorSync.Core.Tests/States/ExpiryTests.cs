using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Core.Tests.States;

/// <summary>What expired or was deleted does not come back, and leaves nothing behind for ever.</summary>
public sealed class ExpiryTests
{
    private static readonly long Now = RandomState.Now.Milliseconds;

    [Fact]
    public void AnEntryCountsUntilItsTimeAndTtlArePastAndNoLonger()
    {
        var table = RandomState.Table([RandomState.Live("k", 1, Now, ttl: 100)]);
        Assert.True(table.TryGetLive("k", After(100), out _));
        Assert.False(table.TryGetLive("k", After(101), out _));
    }

    [Fact]
    public void AnOlderEntryDoesNotComeBackAfterTheLaterOneExpired()
    {
        var (older, later) = (RandomState.Live("k", 1, Now - 5), RandomState.Live("k", 2, Now, ttl: 100));
        var table = RandomState.Table([older, later]);
        Expire(table, 101, expired: 1);
        Assert.Equal(MergeOutcome.Known, table.Merge(older, default, After(101)));
        Assert.False(table.TryGetLive("k", After(101), out _));
        Assert.Equal(MergeOutcome.Known, table.Merge(later, default, After(101)));
    }

    [Fact]
    public void AnEntryThatComesExpiredStandsForTheOlderOnesToo()
    {
        var table = RandomState.Table([RandomState.Live("k", 1, Now - 5)]);
        Assert.Equal(MergeOutcome.Won, table.Merge(RandomState.Live("k", 2, Now, ttl: 100), default, After(150)));
        Assert.False(table.TryGetLive("k", After(150), out _));
        Assert.Equal(1, table.Tombstones);
    }

    [Fact]
    public void ADeletedKeyDoesNotComeBackWhileItsTombstoneIsKept()
    {
        var (value, deleted) = (RandomState.Live("k", 1, Now - 5), RandomState.Tombstone("k", Now, ttl: 200));
        var table = RandomState.Table([value, deleted]);
        Expire(table, 200, expired: 0);
        Assert.Equal(MergeOutcome.Known, table.Merge(value, default, After(200)));
        Assert.Equal(MergeOutcome.Won, table.Merge(RandomState.Live("k", 3, Now + 1), default, After(200)));
    }

    [Fact]
    public void TombstonesGoWhenTheyArePastAndTheVersionIsEmptyAgain()
    {
        var table = RandomState.Table([RandomState.Tombstone("a", Now, ttl: 200), RandomState.Live("b", 1, Now, ttl: 100)]);
        Expire(table, 200, expired: 1);
        Assert.Equal(2, table.Tombstones);
        Expire(table, 401, expired: 0);
        Assert.Equal(0, table.Count);
        Assert.Equal(0, table.Bytes);
        Assert.True(table.Version.IsEmpty);
        Assert.Empty(table.ChangedSince(0, default));
        Assert.Equal(MergeOutcome.Past, table.Merge(RandomState.Live("b", 1, Now, ttl: 100), default, After(401)));
    }

    // As long as the clocks differ by less than what is remembered is kept.
    [Fact]
    public void NodesWhoseClocksDifferHoldTheSameOnceBothArePastTheExpiry()
    {
        var random = new Random(5);
        var settings = RandomState.Settings with { ExpiredTtl = TimeSpan.FromSeconds(2) };
        for (var run = 0; run < 500; run++)
        {
            var entries = Enumerable.Range(0, 12).Select(_ => RandomState.Entry(random, tombstoneTtl: 2000)).ToArray();
            var (fast, slow) = (new StateTable(settings), new StateTable(settings));
            MergeAll(fast, entries, After(random.Next(200)));
            random.Shuffle(entries);
            MergeAll(slow, entries[..6], RandomState.Now);
            MergeAll(slow, fast.Entries.ToArray(), RandomState.Now);
            foreach (var table in new[] { fast, slow })
                table.Expire(After(250), []);
            Assert.Equal(RandomState.Content(fast), RandomState.Content(slow));
        }
    }

    [Fact]
    public void AKeyThatIsWrittenOverAndOverLeavesNothingBehind()
    {
        var table = new StateTable(RandomState.Settings);
        for (var i = 0; i < 200_000; i++)
            table.Merge(RandomState.Live("k", i, Now - 200_000 + i, ttl: 1_000_000), default, RandomState.Now);
        Assert.Equal(1, table.Count);
        Assert.InRange(table.Leftovers, 0, 4096);
    }

    [Fact]
    public void AnEntryFromBeforeTheClockWasSetBackDoesNotPinItsKey()
    {
        var year = TimeSpan.FromDays(365);
        var table = RandomState.Table([RandomState.Live("k", 1, (RandomState.Now + year).Milliseconds)], RandomState.Now + year);
        Assert.Equal(MergeOutcome.Won, table.Merge(RandomState.Live("k", 2, Now), default, RandomState.Now));
        Assert.True(table.TryGet("k", out var entry) && entry.Stamp.Milliseconds == Now);
    }

    [Fact]
    public void AClockThatRanAheadComesBackAndNeverRepeatsAStamp()
    {
        var clock = new HybridClock(new NodeId(1), TimeSpan.FromMinutes(5));
        var ahead = clock.Next(RandomState.Now + TimeSpan.FromDays(365));
        Assert.Equal(Now, clock.Next(RandomState.Now).Milliseconds);
        clock.Observe(ahead, RandomState.Now);
        var before = clock.Next(RandomState.Now);
        Assert.Equal(Now, before.Milliseconds);
        clock.Observe(new StateStamp(Now + 60_000, uint.MaxValue, new NodeId(2)), RandomState.Now);
        for (var i = 0; i < 1000; i++)
        {
            var next = clock.Next(After(i % 7));
            Assert.True(next > before);
            before = next;
        }
    }

    private static WallTime After(int milliseconds) => RandomState.Now + TimeSpan.FromMilliseconds(milliseconds);

    private static void MergeAll(StateTable table, StateEntry[] entries, WallTime wall)
    {
        foreach (var entry in entries)
            table.Merge(entry, default, wall);
    }

    private static void Expire(StateTable table, int milliseconds, int expired)
    {
        var gone = new List<StateEntry>();
        table.Expire(After(milliseconds), gone);
        Assert.Equal(expired, gone.Count);
    }
}
