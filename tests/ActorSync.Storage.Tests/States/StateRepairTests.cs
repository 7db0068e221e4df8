using System.Globalization;
using System.Text;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Storage.Tests;

/// <summary>Shared states are verified like graphs; what can be read of a damaged one is kept.</summary>
public sealed class StateRepairTests
{
    private const long Now = 1_760_000_000_000;
    private const int Keys = 40;

    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1, SegmentBytes = StoreSettings.MinSegmentBytes };
    private static readonly StateName Name = new("flotte/é");
    private static readonly string Folder = "/data/states/" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Name.Value));

    private static string LogOf(int segment) => $"{Folder}/{segment:x8}.log";

    // Three files of log; the store was closed, or its process was killed.
    private static async Task<(MemoryFiles Closed, MemoryFiles Killed)> StoredAsync()
    {
        var files = new MemoryFiles();
        var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var state = (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store;
        for (var i = 0; i < Keys; i++)
            Assert.Null(await state.AppendAsync([Entry("k" + i, i)]));
        Assert.Contains(LogOf(2), files.Files);
        var killed = files.Copy();
        await store.DisposeAsync();
        return (files, killed);
    }

    private static StateEntry Entry(string key, int value) => StateEntry.Live(
        key, Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture).PadLeft(150)), new StateStamp(Now + value, 0, new NodeId(7)), null);

    private static async Task<StateRepairReport> VerifyAsync(MemoryFiles files) => Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.States);

    private static async Task<StateRepairReport> RepairAsync(MemoryFiles files) => Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.States);

    private static async Task<IReadOnlyCollection<string>> KeysOfAsync(MemoryFiles files)
    {
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        return [.. (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Entries.Select(entry => entry.Key)];
    }

    private static MemoryFiles Flipped(MemoryFiles files, int segment, int at)
    {
        var copy = files.Copy();
        var bytes = copy[LogOf(segment)];
        bytes[at] ^= 1;
        copy[LogOf(segment)] = bytes;
        return copy;
    }

    [Fact]
    public async Task A_sound_state_is_counted_and_left_as_it_is()
    {
        var (files, _) = await StoredAsync();
        var before = files.Files.ToDictionary(path => path, path => Convert.ToHexString(files[path]));
        var report = await RepairAsync(files);
        Assert.True(report.IsSound);
        Assert.Equal((Name, Keys, Keys, Keys), (report.State, report.Found.Records, report.Entries, report.Kept));
        Assert.Equal(before, files.Files.ToDictionary(path => path, path => Convert.ToHexString(files[path])));
    }

    [Fact]
    public async Task Damage_is_named_by_verify_and_a_repair_keeps_what_is_whole_on_both_sides_of_it()
    {
        var (closed, _) = await StoredAsync();
        var files = Flipped(closed, 1, 500);
        var found = (await VerifyAsync(files)).Found;
        Assert.Equal((SyncErrorKind.StoreDamaged, LogOf(1)), (found.Damage!.Kind, found.DamagedFile));
        Assert.InRange(found.DamagedOffset, 1, 500);
        var instance = NodeFile.Read(files, "/data").Value!.Instance;

        var report = await RepairAsync(files);
        Assert.Equal((Keys - 1, Folder + ".damaged"), (report.Kept, report.SetAside));
        Assert.True((await VerifyAsync(files)) is { Found.Damage: null, IsWell: false });
        Assert.Equal(Keys - 1, (await KeysOfAsync(files)).Count);
        Assert.Equal(instance, NodeFile.Read(files, "/data").Value!.Instance);
    }

    [Fact]
    public async Task An_end_that_is_lost_after_a_clean_end_is_damage_and_after_a_crash_it_is_not()
    {
        var (closed, killed) = await StoredAsync();
        foreach (var lost in (int[])[RecordFormat.HeadSize, RecordFormat.HeadSize + 1])
        {
            var cut = closed.Copy();
            cut[Newest(cut)] = cut[Newest(cut)][..^lost];
            var report = await VerifyAsync(cut);
            Assert.True(report.Found.HasLostEnd);
            Assert.Equal(lost == RecordFormat.HeadSize ? Keys : Keys - 1, report.Entries);
            Assert.False((await RepairAsync(cut)).IsSound);
            Assert.True((await VerifyAsync(cut)) is { Found.Damage: null, IsWell: false });
        }
        killed[Newest(killed)] = killed[Newest(killed)][..^1];
        Assert.True((await VerifyAsync(killed)).IsSound);

        static string Newest(MemoryFiles files) => files.Files.Last(path => path.StartsWith(Folder, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_state_that_nobody_opens_after_a_crash_is_sound_at_the_next_clean_end()
    {
        var (_, files) = await StoredAsync();
        await using (await OpenAsync(files))
        {
        }
        Assert.True((await VerifyAsync(files)).IsSound);
        Assert.Equal(Keys, (await KeysOfAsync(files)).Count);
    }

    [Fact]
    public async Task The_start_tells_of_a_state_whose_end_is_lost()
    {
        var (files, _) = await StoredAsync();
        var newest = files.Files.Last(path => path.StartsWith(Folder, StringComparison.Ordinal));
        files[newest] = files[newest][..^40];
        await using var store = await OpenAsync(files);
        Assert.True(store.Recovery is { LostEnds: 1, LostTails: 0, IsNewInstance: false });
    }

    [Fact]
    public async Task Of_a_state_without_any_intact_record_nothing_is_kept_and_nothing_is_thrown_away()
    {
        var (files, _) = await StoredAsync();
        foreach (var path in files.Files.Where(path => path.StartsWith(Folder, StringComparison.Ordinal)).ToList())
            files[path] = new byte[files[path].Length];
        var report = await RepairAsync(files);
        Assert.Equal((0, Folder + ".damaged"), (report.Kept, report.SetAside));
        Assert.Contains(Folder + ".damaged/00000001.log", files.Files);
        Assert.Empty(await KeysOfAsync(files));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(RecordFormat.SegmentHeaderSize - 1, false)]
    [InlineData(RecordFormat.SegmentHeaderSize - 1, true)]
    public async Task A_state_without_the_header_of_its_log_is_damaged_and_stays(int length, bool afterKill)
    {
        var files = await OneFileAsync(afterKill);
        var bytes = files[LogOf(1)];
        if (length < 0)
            files.DeleteFile(LogOf(1));
        else
            files[LogOf(1)] = bytes[..length];
        var found = (await VerifyAsync(files)).Found;
        Assert.Equal((SyncErrorKind.StoreDamaged, LogOf(1)), (found.Damage!.Kind, found.DamagedFile));
        for (var run = 0; run < 2; run++)
        {
            await using var store = await OpenAsync(files);
            Assert.Equal(store.Recovery.WasUnclean ? 0 : 1, store.Recovery.LostEnds);
            var error = (await store.OpenStateAsync(Name, StateSettings.Default)).Error!;
            Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
            Assert.Contains(LogOf(1), error.Message, StringComparison.Ordinal);
        }
        Assert.Contains(Folder, files.Folders);
        var report = await RepairAsync(files);
        Assert.Equal((0, Folder + ".damaged"), (report.Kept, report.SetAside));
        Assert.Empty(await KeysOfAsync(files));
    }

    private static async Task<MemoryFiles> OneFileAsync(bool afterKill)
    {
        var files = new MemoryFiles();
        var store = await OpenAsync(files);
        Assert.Null(await (await store.OpenStateAsync(Name, StateSettings.Default)).Value.Store.AppendAsync([Entry("k", 1)]));
        var killed = files.Copy();
        await store.DisposeAsync();
        return afterKill ? killed : files;
    }

    [Fact]
    public async Task The_first_of_several_files_is_missed()
    {
        var (files, _) = await StoredAsync();
        files.DeleteFile(LogOf(1));
        var found = (await VerifyAsync(files)).Found;
        Assert.Equal((SyncErrorKind.StoreDamaged, LogOf(1)), (found.Damage!.Kind, found.DamagedFile));
        await using (var store = await OpenAsync(files))
            Assert.Contains(LogOf(1), (await store.OpenStateAsync(Name, StateSettings.Default)).Error!.Message, StringComparison.Ordinal);
        Assert.InRange((await RepairAsync(files)).Kept, 1, Keys - 1);
        Assert.Null((await VerifyAsync(files)).Found.Damage);
    }

    [Fact]
    public async Task A_crash_while_a_state_is_made_or_removed_leaves_it_whole_or_not_there()
    {
        var acts = 0;
        var counting = new MemoryFiles { Before = (_, _) => acts++ };
        await MakeAsync(counting);
        Assert.DoesNotContain(Folder, counting.Folders);
        for (var cut = 0; cut < acts; cut++)
        {
            var (files, act) = (new MemoryFiles(), 0);
            files.Before = (_, _) =>
            {
                if (act++ >= cut)
                    throw LogFixture.Broken();
            };
            await MakeAsync(files);
            Assert.Empty(await KeysOfAsync(files.Copy()));
        }

        static async Task MakeAsync(MemoryFiles files)
        {
            if (!(await NodeStore.OpenAsync(Settings, files)).TryGet(out var store, out _))
                return;
            await store.OpenStateAsync(Name, StateSettings.Default);
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_repair_that_is_cut_short_anywhere_is_finished_by_the_next()
    {
        var (closed, _) = await StoredAsync();
        var stored = Flipped(closed, 1, 500);
        var acts = 0;
        var counting = stored.Copy();
        counting.Before = (_, _) => acts++;
        await RepairAsync(counting);
        Assert.True(acts > 10);
        for (var cut = 0; cut < acts; cut++)
        {
            var (files, act) = (stored.Copy(), 0);
            files.Before = (_, _) =>
            {
                if (act++ >= cut)
                    throw LogFixture.Broken();
            };
            Assert.Equal(SyncErrorKind.StoreFailed, (await StoreRepair.RepairAsync(Settings, files: files)).Error!.Kind);
            var again = files.Copy();
            Assert.Equal(Keys - 1, (await RepairAsync(again)).Kept);
            Assert.Equal(Keys - 1, (await KeysOfAsync(again)).Count);
        }
    }

    private static async Task<NodeStore> OpenAsync(MemoryFiles files) => (await NodeStore.OpenAsync(Settings, files)).Value;
}
