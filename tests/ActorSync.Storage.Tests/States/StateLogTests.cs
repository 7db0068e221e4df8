using System.Globalization;
using System.Text;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Stores;

namespace ActorSync.Storage.Tests;

/// <summary>States on disk: what was committed is there again, what failed is not, and the log does not grow for ever.</summary>
public sealed class StateLogTests
{
    private const long Now = 1_760_000_000_000;

    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1 };
    private static readonly StateName Name = new("flotte/é");
    private static readonly NodeId Self = new(7);
    private static readonly WallTime Wall = new(Now);

    [Fact]
    public async Task Entries_tombstones_and_the_clock_are_there_again_after_a_restart()
    {
        var files = new MemoryFiles();
        StateEntry[] entries = [Entry("a", 1, Now - 5), Entry("b", 1, Now - 4, ttl: 60_000), Entry("a", 2, Now - 3), Tombstone("c", Now + 60_000, 90_000)];
        await using (var store = await OpenAsync(files))
        {
            await using var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
            Assert.Equal(Name, state.Name);
            foreach (var entry in entries)
                Assert.Null(await state.AppendAsync([entry]));
        }
        await using var again = await OpenAsync(files);
        var opened = (await again.OpenStateAsync(Name, StateSettings.Default)).Value;
        Assert.Equal(Words(entries[1..]), Words(opened.Entries));
        var (table, clock) = opened.Begin(Self, StateSettings.Default, Wall);
        var before = new StateTable(StateSettings.Default);
        foreach (var entry in entries)
            before.Merge(entry, Self, Wall);
        Assert.Equal(before.Version, table.Version);
        Assert.True(clock.Next(Wall) > entries[3].Stamp);
    }

    [Fact]
    public async Task A_store_tells_which_states_it_found_and_one_that_never_held_anything_is_none()
    {
        var files = new MemoryFiles();
        await using (var store = await OpenAsync(files))
        {
            Assert.Empty(((IStateStores)store).Found);
            foreach (var name in new[] { "z", "flotte/é" })
                Assert.Null(await (await store.OpenStateAsync(new StateName(name), StateSettings.Default)).Value.Store.AppendAsync([Entry("a", 1, Now)]));
            Assert.Null((await store.OpenStateAsync(new StateName("mistyped"), StateSettings.Default)).Error);
        }
        files.CreateFolder("/data/states/lost+found");
        await using var again = await OpenAsync(files);

        Assert.Equal(["flotte/é", "z"], ((IStateStores)again).Found.Select(name => name.Value));
        Assert.Equal(3, files.List("/data/states").Count);
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_power_failure_and_what_was_not_is_whole_or_gone()
    {
        var files = new MemoryFiles();
        await using var store = await OpenAsync(files);
        var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(await state.AppendAsync([Entry("k" + i, i, Now), Entry("l" + i, i, Now)]));
            await using var after = await OpenAsync(files.Copy(flushedOnly: true));
            Assert.Equal(2 * (i + 1), (await after.OpenStateAsync(Name, StateSettings.Default)).Value.Entries.Count);
        }
    }

    [Fact]
    public async Task A_failed_append_is_said_to_have_failed_and_is_not_there()
    {
        var files = new MemoryFiles();
        await using (var store = await OpenAsync(files))
        {
            var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
            Assert.Null(await state.AppendAsync([Entry("a", 1, Now)]));
            files.Before = (act, _) =>
            {
                if (act == FileAct.Write)
                    throw LogFixture.Broken();
            };
            Assert.Equal(SyncErrorKind.StoreFailed, (await state.AppendAsync([Entry("b", 1, Now), Entry("c", 1, Now)]))?.Kind);
            files.Before = (_, _) => { };
            Assert.Null(await state.AppendAsync([Entry("d", 1, Now)]));
        }
        await using var again = await OpenAsync(files);
        Assert.Equal(["a", "d"], (await again.OpenStateAsync(Name, StateSettings.Default)).Value.Entries.Select(entry => entry.Key).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_key_that_is_written_for_ever_does_not_fill_the_disk_and_loses_nothing(int seed)
    {
        var random = new Random(seed);
        var files = new MemoryFiles();
        var expected = new StateTable(StateSettings.Default);
        var (largest, written) = (0L, 0L);
        await using (var store = await OpenAsync(files))
        {
            var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
            var failAt = random.Next(100, 300);
            for (var round = 0; round < 400; round++)
            {
                if (round == failAt)
                    files.Before = (act, _) => FailOnce(files, act);
                var batches = Enumerable.Range(0, random.Next(1, 5)).Select(i => Batch(random, round, i)).ToArray();
                var appends = batches.Select(state.AppendAsync).ToArray();
                await Task.WhenAll(appends);
                written += batches.Sum(batch => batch.Sum(entry => (long)entry.Value.Length));
                for (var i = 0; i < batches.Length; i++)
                    if (await appends[i] is null)
                        Array.ForEach(batches[i], entry => expected.Merge(entry, Self, Wall));
                // A compaction may be deleting files this moment.
                var now = files.Copy();
                largest = Math.Max(largest, now.Files.Where(file => file.Contains("states", StringComparison.Ordinal)).Sum(file => (long)now[file].Length));
            }
            Assert.True(expected.Bytes < StateLog.MinCompactBytes / 8, "what is held stays small");
            Assert.True(written > 3 * StateLog.MinCompactBytes, "far more is written than may lie there");
            Assert.InRange(largest, StateLog.MinCompactBytes / 2, 2 * StateLog.MinCompactBytes);
        }
        await using var again = await OpenAsync(files);
        Assert.Equal(expected.Version, (await again.OpenStateAsync(Name, StateSettings.Default)).Value.Begin(Self, StateSettings.Default, Wall).Table.Version);
    }

    [Fact]
    public async Task What_is_past_is_not_there_after_a_restart_and_what_expired_is_a_tombstone()
    {
        var (files, time) = (new MemoryFiles(), new WallClock());
        var settings = StateSettings.Default with { ExpiredTtl = TimeSpan.FromMinutes(1) };
        await using (var store = await OpenAsync(files, time))
        {
            var state = (await store.OpenStateAsync(Name, settings)).Value.Store;
            Assert.Null(await state.AppendAsync([Entry("expired", 1, Now, ttl: 10_000), Entry("past", 1, Now - 90_000, ttl: 20_000), Tombstone("gone", Now, 5_000), Entry("k", 1, Now)]));
        }
        time.Wall = Wall + TimeSpan.FromSeconds(20);
        await using var again = await OpenAsync(files, time);
        var entries = (await again.OpenStateAsync(Name, settings)).Value.Entries;
        Assert.Equal([("expired", true), ("k", false)], entries.Select(entry => (entry.Key, entry.IsTombstone)).Order());
    }

    [Fact]
    public async Task A_state_has_one_writer_and_can_be_opened_again_once_it_is_closed()
    {
        await using var store = await OpenAsync(new MemoryFiles());
        var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
        var other = (await store.OpenStateAsync(new StateName("other"), StateSettings.Default)).Value.Store;
        Assert.Null(await other.AppendAsync([Entry("o", 1, Now)]));
        Assert.Equal(SyncErrorKind.InvalidRequest, (await store.OpenStateAsync(Name, StateSettings.Default)).Error?.Kind);
        await state.DisposeAsync();
        Assert.Equal(SyncErrorKind.ShuttingDown, (await state.AppendAsync([Entry("a", 1, Now)]))?.Kind);
        Assert.Empty((await store.OpenStateAsync(Name, StateSettings.Default)).Value.Entries);
    }

    [Fact]
    public async Task A_compaction_that_throws_is_tried_again()
    {
        var (files, time) = (new MemoryFiles(), new WallClock());
        await using var store = await OpenAsync(files, time);
        var state = (StateLog)(await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
        // An entry in place of another asks once, a compaction again.
        for (var i = 0; i < 40 && (i == 0 || time.AsksLeft < 2); i++)
        {
            time.AsksLeft = 1;
            await AppendAsync(i);
        }
        Assert.True(time.AsksLeft > 1, "it has thrown");
        Assert.Contains(files.Files, IsFirst);
        for (var i = 40; i < 80; i++)
            await AppendAsync(i);
        await state.DisposeAsync();
        Assert.DoesNotContain(files.Files, IsFirst);

        async Task AppendAsync(int i) =>
            Assert.Null(await state.AppendAsync([StateEntry.Live("k", Encoding.UTF8.GetBytes($"\"{new string('v', 60_000)}\""), new StateStamp(Now + i, 0, Self))]));

        static bool IsFirst(string file) => file.Contains("states", StringComparison.Ordinal) && file.EndsWith("00000001.log", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_log_is_told_with_its_place_and_left_as_it_is()
    {
        var files = new MemoryFiles();
        await using (var store = await OpenAsync(files))
        {
            var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
            for (var i = 0; i < 3; i++)
                Assert.Null(await state.AppendAsync([Entry("k" + i, i, Now)]));
        }
        var path = Assert.Single(files.Files, file => file.Contains("states", StringComparison.Ordinal));
        var bytes = files[path];
        bytes[RecordFormat.SegmentHeaderSize + RecordFormat.HeadSize + 3] ^= 1;
        files[path] = bytes;
        await using var again = await OpenAsync(files);
        var error = (await again.OpenStateAsync(Name, StateSettings.Default)).Error!;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, files[path]);
    }

    // The next two writes fail.
    private static void FailOnce(MemoryFiles files, FileAct act)
    {
        if (act != FileAct.Write)
            return;
        files.Before = (next, _) =>
        {
            if (next == FileAct.Write)
                files.Before = (_, _) => { };
            throw LogFixture.Broken();
        };
        throw LogFixture.Broken();
    }

    private static StateEntry[] Batch(Random random, int round, int number) =>
    [
        .. Enumerable.Range(0, random.Next(1, 8)).Select(i =>
        {
            var key = "k" + random.Next(60).ToString(CultureInfo.InvariantCulture);
            var stamp = new StateStamp(Now - 1000 + round, (uint)(number * 10 + i), Self);
            return random.Next(10) == 0
                ? StateEntry.Tombstone(key, stamp, 100_000)
                : StateEntry.Live(key, Encoding.UTF8.GetBytes($"\"{new string('v', random.Next(2000))}\""), stamp);
        }),
    ];

    private static async Task<NodeStore> OpenAsync(MemoryFiles files, WallClock? time = null) =>
        (await NodeStore.OpenAsync(Settings, files, time ?? new WallClock())).Value;

    private static StateEntry Entry(string key, int value, long milliseconds, long? ttl = null) =>
        StateEntry.Live(key, Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)), new StateStamp(milliseconds, 0, Self), ttl);

    private static StateEntry Tombstone(string key, long milliseconds, long ttl) => StateEntry.Tombstone(key, new StateStamp(milliseconds, 0, Self), ttl);

    private static IEnumerable<string> Words(IEnumerable<StateEntry> entries) => entries.Select(entry => entry.ToString()).Order(StringComparer.Ordinal);

    /// <summary>A wall clock that stands.</summary>
    private sealed class WallClock : TimeProvider
    {
        public WallTime Wall { get; set; } = StateLogTests.Wall;

        /// <summary>How often it can be asked before it throws, once.</summary>
        public int AsksLeft { get; set; } = int.MaxValue;

        public override DateTimeOffset GetUtcNow()
        {
            if (AsksLeft-- > 0)
                return DateTimeOffset.FromUnixTimeMilliseconds(Wall.Milliseconds);
            AsksLeft = int.MaxValue;
            throw new InvalidOperationException("the clock broke");
        }
    }
}
