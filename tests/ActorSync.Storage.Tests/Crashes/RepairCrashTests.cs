using ActorSync.States;
using static ActorSync.Storage.Tests.StoredReplicas;

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>
/// The power fails at every act of a repair, of the return of what it set aside, and of accepting the rest: what could be read
/// is never lost, no loss is forgotten, and the next repair ends what this one began.
/// </summary>
public sealed class RepairCrashTests
{
    private static readonly Loss[] Losses = Enum.GetValues<Loss>();

    // A graph with a damaged record in its middle, another whose folder is gone, and a damaged state.
    private static async Task<StoredReplicas> DamagedAsync()
    {
        var stored = await MakeAsync();
        Flip(stored.Files, $"{FolderOf(stored.One)}/00000001.log", 2000);
        Flip(stored.Files, $"{StateFolder}/00000001.log", 100);
        stored.Files.DeleteFolder(FolderOf(stored.Other));
        return stored;
    }

    private static void Flip(MemoryFiles files, string path, int at)
    {
        var bytes = files[path];
        bytes[at] ^= 1;
        files[path] = bytes;
    }

    [Fact]
    public async Task A_repair_that_is_cut_short_loses_nothing_that_could_be_read_and_forgets_no_loss()
    {
        var stored = await DamagedAsync();
        var whole = await RepairAsync(stored.Files.Copy());
        var (kept, entries) = (KeptOf(whole, stored), Assert.Single(whole.States).Kept);
        Assert.Equal(9, entries);
        var files = new RecordingFiles(stored.Files.Copy());
        Assert.False((await StoreRepair.RepairAsync(Settings, files: files)).Value.IsWell);
        Assert.InRange(files.Journal.Count, 30, 500);

        await CrashEverywhere.RunAsync(new Disk(stored.Files), files.Journal, _ => Losses, async (crashed, point) =>
        {
            await OpenAsync(crashed.Copy(), stored);
            var report = await RepairAsync(crashed);
            Assert.Equal((kept, entries, false), (KeptOf(report, stored), Assert.Single(report.States).Kept, report.IsWell));
            Assert.False((await VerifyAsync(crashed)).IsWell);
            await using var store = await StoredReplicas.OpenAsync(crashed);
            Assert.Equal(kept, (await store.OpenAsync(stored.One.Graph)).Value.Index.Count);
            Assert.Equal(entries, (await store.OpenStateAsync(State, StateSettings.Default)).Value.Entries.Count);
            Assert.Equal($"graph {stored.Other.Graph}", Assert.Single(store.Recovery.Missing));
            Assert.Equal(2, store.Recovery.LostEnds);
        });
    }

    [Fact]
    public async Task Accepting_that_is_cut_short_is_ended_by_the_next()
    {
        var stored = await DamagedAsync();
        await RepairAsync(stored.Files);
        var files = new RecordingFiles(stored.Files.Copy());
        Assert.True((await StoreRepair.AcceptAsync(Settings, files: files)).Value.IsWell);
        await CrashEverywhere.RunAsync(new Disk(stored.Files), files.Journal, _ => Losses, async (crashed, point) =>
        {
            Assert.True((await AcceptAsync(crashed)).IsWell);
            await using var store = await StoredReplicas.OpenAsync(crashed);
            Assert.Equal((stored.One.Graph, 0, 0), (Assert.Single(store.Graphs), store.Recovery.Missing.Count, store.Recovery.LostEnds));
        });
    }

    [Fact]
    public async Task A_repair_that_makes_a_new_node_is_ended_by_the_next_with_one_node_and_all_graphs()
    {
        var stored = await MakeAsync();
        stored.Files["/data/node"] = new byte[100];
        var files = new RecordingFiles(stored.Files.Copy());
        Assert.True((await StoreRepair.RepairAsync(Settings, files: files)).Value.IsWell);
        await CrashEverywhere.RunAsync(new Disk(stored.Files), files.Journal, _ => Losses, async (crashed, point) =>
        {
            Assert.True((await RepairAsync(crashed)).IsWell);
            await using var store = await StoredReplicas.OpenAsync(crashed);
            Assert.Equal((2, 0), (store.Graphs.Count, store.Recovery.Missing.Count));
        });
    }

    // Between two steps nothing is taken for what it is not: what is not in its place is named, and not begun anew.
    private static async Task OpenAsync(MemoryFiles files, StoredReplicas stored)
    {
        await using var store = await StoredReplicas.OpenAsync(files);
        var state = await store.OpenStateAsync(State, StateSettings.Default);
        Assert.True(state.Error is { Kind: SyncErrorKind.StoreDamaged } || state.Value.Entries.Count == 9, "a damaged state was begun anew");
        var graph = await store.OpenAsync(stored.One.Graph);
        Assert.True(graph.Error is { Kind: SyncErrorKind.StoreDamaged } || store.Recovery.LostEnds > 0, "a graph has forgotten that it lost something");
        Assert.Contains($"graph {stored.Other.Graph}", store.Recovery.Missing);
    }

    private static long KeptOf(StoreReport report, StoredReplicas stored) => report.Graphs.Single(graph => graph.Found.Graph == stored.One.Graph).Kept;
}
