using System.Globalization;
using System.Text;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Storage.Tests;

/// <summary>
/// Every byte of every file of a state that was compacted is flipped, and every file is cut at every byte and taken away:
/// what is wrong is found and its file named, or nothing is wrong; no other value than what was written is ever given out.
/// </summary>
public sealed class StateSweepTests
{
    private const long Now = 1_760_000_000_000;
    private const int Entries = 55;

    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1, SegmentBytes = StoreSettings.MinSegmentBytes };
    private static readonly StateName Name = new("shared");
    private static readonly string Folder = "/data/states/" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Name.Value));

    // A file that a compaction has begun and two behind it, as a clean end leaves them, or a kill.
    private static async Task<(MemoryFiles Closed, MemoryFiles Killed)> StoredAsync()
    {
        var files = new MemoryFiles();
        var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
        for (var i = 0; i < 30; i++)
            Assert.Null(await state.AppendAsync([Entry(i)]));
        await state.DisposeAsync();
        using var writers = new WriterPool(1);
        var options = new LogOptions { Files = files, Writers = writers, Folder = Folder, Kind = LogKind.State, IsReplaceable = true, SegmentBytes = Settings.SegmentBytes };
        var log = RecordLog.Open(options, (_, _, _) => null).Value;
        var held = Enumerable.Range(0, 5).Select(i => Entry(25 + i)).ToList();
        Assert.Null(await log.AppendAsync(StateRecords.SnapshotType, StateRecords.Snapshot(held, held[^1].Stamp), replacesAll: true));
        for (var i = 30; i < Entries; i++)
            Assert.Null(await log.AppendAsync(StateRecords.AppendType, StateRecords.Append([Entry(i)])));
        var killed = files.Copy();
        await log.CloseAsync();
        await store.DisposeAsync();
        return (files, killed);
    }

    // Five keys, each written again and again.
    private static StateEntry Entry(int value) => StateEntry.Live(
        "k" + (value % 5).ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture).PadLeft(250)), new StateStamp(Now + value, 0, new NodeId(7)), null);

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Whatever_becomes_of_a_file_nothing_wrong_is_given_out(int number, bool afterKill)
    {
        var (closed, killed) = await StoredAsync();
        var files = afterKill ? killed : closed;
        var paths = files.Files.Where(file => file.StartsWith(Folder, StringComparison.Ordinal)).ToList();
        Assert.Equal(3, paths.Count);
        Assert.DoesNotContain($"{Folder}/00000001.log", paths);
        var (path, bytes) = (paths[number], files[paths[number]]);
        // What no log can tell: a killed process leaves no mark, and a file that is cut between two records looks complete.
        var isOpenEnd = afterKill && number == 2;
        var ends = isOpenEnd ? EndsOf(bytes) : [];
        var found = 0;
        await Parallel.ForAsync(0, bytes.Length, async (at, _) =>
        {
            var flipped = bytes.ToArray();
            flipped[at] ^= (byte)(1 << at % 8);
            if (await IsFoundAsync(With(flipped), path, mayLose: false))
                Interlocked.Increment(ref found);
            if (await IsFoundAsync(With(bytes[..at]), path, ends.Contains(at)))
                Interlocked.Increment(ref found);
        });
        Assert.Equal(2 * bytes.Length - ends.Count, found);
        var gone = files.Copy();
        gone.DeleteFile(path);
        Assert.Equal(!isOpenEnd, await IsFoundAsync(gone, path, isOpenEnd));
        Assert.False(await IsFoundAsync(files.Copy(), path, mayLose: false));

        MemoryFiles With(byte[] changed)
        {
            var store = files.Copy();
            store[path] = changed;
            return store;
        }
    }

    private static HashSet<int> EndsOf(byte[] bytes)
    {
        var ends = new HashSet<int> { 0, RecordFormat.SegmentHeaderSize };
        for (var at = RecordFormat.SegmentHeaderSize; at < bytes.Length; ends.Add(at))
            at += RecordFormat.HeadSize + BitConverter.ToInt32(bytes, at);
        ends.Remove(bytes.Length);
        return ends;
    }

    // Whether something was found to be wrong, or lost; fails when that is not so and something is.
    private static async Task<bool> IsFoundAsync(MemoryFiles files, string path, bool mayLose)
    {
        var found = Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.States).Found;
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(found.HasLostEnd ? 1 : 0, store.Recovery.LostEnds);
        var opened = await store.OpenStateAsync(Name, StateSettings.Default);
        if (opened.Error is { } damage)
        {
            Assert.Equal((SyncErrorKind.StoreDamaged, SyncErrorKind.StoreDamaged, path), (damage.Kind, found.Damage?.Kind, found.DamagedFile));
            Assert.Contains(path, damage.Message, StringComparison.Ordinal);
            return true;
        }
        Assert.True(found.Damage is null || found.HasLostEnd);
        Assert.All(opened.Value.Entries, entry => Assert.Contains(Enumerable.Range(0, Entries), value => Entry(value).Bytes.Span.SequenceEqual(entry.Bytes.Span)));
        var isFound = found.Damage is not null || found.TornBytes > 0;
        if (!isFound && !mayLose)
            Assert.Equal(Enumerable.Range(Entries - 5, 5).Select(value => Now + value), opened.Value.Entries.Select(entry => entry.Stamp.Milliseconds).Order());
        return isFound;
    }
}
