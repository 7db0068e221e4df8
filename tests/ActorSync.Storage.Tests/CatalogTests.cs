using ActorSync.Graphs;
using ActorSync.States;
using static ActorSync.Storage.Tests.StoredReplicas;

namespace ActorSync.Storage.Tests;

/// <summary>The store knows which graphs and states it holds: one whose folder is gone is missed, and told until it is back or given up.</summary>
public sealed class CatalogTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_graph_whose_folder_was_removed_is_damaged_and_named(bool afterKill)
    {
        var stored = await MakeAsync();
        var files = afterKill ? stored.Killed : stored.Files;
        files.DeleteFolder(FolderOf(stored.One));

        var report = await VerifyAsync(files);
        Assert.False(report.IsWell);
        var missing = Assert.Single(report.Graphs, graph => !graph.IsSound);
        Assert.Equal((stored.One.Graph, FolderOf(stored.One)), (missing.Found.Graph, missing.DamagedFile));
        Peers.InstanceId? drawn = null;
        for (var run = 0; run < 2; run++)
        {
            await using var store = await OpenAsync(files);
            Assert.Equal($"graph {stored.One.Graph}", Assert.Single(store.Recovery.Missing));
            // Peers must not count on what the graph held; they are told so once.
            Assert.NotEqual(stored.Identity.Instance, store.Instance);
            Assert.Equal(drawn ?? store.Instance, store.Instance);
            drawn = store.Instance;
            Assert.Contains(stored.One.Graph, store.Graphs);
            var error = (await store.OpenAsync(stored.One.Graph)).Error!;
            Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
            Assert.Contains(FolderOf(stored.One), error.Message, StringComparison.Ordinal);
            Assert.Null((await store.OpenAsync(stored.Other.Graph)).Error);
        }
    }

    [Fact]
    public async Task Without_the_folder_of_all_graphs_each_of_them_is_missed_and_states_are_alike()
    {
        var stored = await MakeAsync();
        foreach (var folder in (string[])["/data/graphs", "/data/states"])
            Remove(stored.Files, folder);

        var report = await VerifyAsync(stored.Files);
        Assert.Equal(new[] { stored.One.Graph, stored.Other.Graph }.ToHashSet(), report.Graphs.Where(graph => !graph.IsSound).Select(graph => graph.Found.Graph).ToHashSet());
        Assert.Equal((State, StateFolder), (Assert.Single(report.States).State, report.States[0].DamagedFile));
        await using var store = await OpenAsync(stored.Files);
        Assert.Equal(3, store.Recovery.Missing.Count);
        var error = (await store.OpenStateAsync(State, StateSettings.Default)).Error!;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains(StateFolder, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_that_is_missing_comes_from_a_peer_after_a_repair_and_is_told_until_then()
    {
        var stored = await MakeAsync();
        stored.Files.DeleteFolder(FolderOf(stored.One));
        var only = new HashSet<GraphId> { stored.One.Graph };

        for (var run = 0; run < 2; run++)
            Assert.NotNull(Assert.Single((await RepairAsync(stored.Files)).Graphs, graph => !graph.IsWell).Loss);
        await using (var store = await OpenAsync(stored.Files))
        {
            Assert.Single(store.Recovery.Missing);
            Assert.DoesNotContain(stored.One.Graph, store.Graphs);
            Assert.Null((await store.CreateAsync(stored.One.Init)).Error);
        }
        await using (var store = await OpenAsync(stored.Files))
            Assert.Empty(store.Recovery.Missing);
        Assert.True(Assert.Single((await StoreRepair.ReturnAsync(Settings, only, only, files: stored.Files)).Value.Graphs).IsWell);
        Assert.True((await VerifyAsync(stored.Files)).IsWell);
    }

    [Fact]
    public async Task What_is_missing_can_be_accepted()
    {
        var stored = await MakeAsync();
        foreach (var folder in (string[])["/data/graphs", "/data/states"])
            Remove(stored.Files, folder);
        Assert.False((await RepairAsync(stored.Files)).IsWell);
        Assert.True((await AcceptAsync(stored.Files)).IsWell);
        await using var store = await OpenAsync(stored.Files);
        Assert.Empty(store.Recovery.Missing);
        Assert.Empty(store.Graphs);
    }

    [Fact]
    public async Task A_graph_that_was_dropped_is_no_damage_whether_it_was_there_or_not()
    {
        var stored = await MakeAsync();
        stored.Files.DeleteFolder(FolderOf(stored.One));
        await using (var store = await OpenAsync(stored.Files))
        {
            Assert.Null(await store.RemoveAsync(stored.One.Graph));
            Assert.Null(await store.RemoveAsync(stored.Other.Graph));
        }
        Assert.True((await VerifyAsync(stored.Files)).IsWell);
        await using var again = await OpenAsync(stored.Files);
        Assert.Empty(again.Recovery.Missing);
        Assert.Empty(again.Graphs);
    }

    [Fact]
    public async Task On_a_full_disk_a_graph_can_be_dropped_all_the_same()
    {
        var stored = await MakeAsync();
        await using (var store = await OpenAsync(stored.Files))
        {
            stored.Files.Capacity = stored.Files.Files.Sum(path => (long)stored.Files[path].Length);
            Assert.Null(await store.RemoveAsync(stored.One.Graph));
        }
        Assert.True((await VerifyAsync(stored.Files)).IsWell);
        Assert.DoesNotContain(stored.Files.Files, path => path.Contains(stored.One.Graph.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_was_put_back_from_an_older_copy_has_lost_its_end()
    {
        var stored = await MakeAsync();
        var older = stored.Files.Copy();
        await using (var store = await OpenAsync(stored.Files))
        {
            await AppendAsync((await store.OpenAsync(stored.One.Graph)).Value, stored.One);
            Assert.Null(await (await store.OpenStateAsync(State, StateSettings.Default)).Value.Store.AppendAsync([Entry(99)]));
        }
        var instance = NodeFile.Read(stored.Files, "/data").Value!.Instance;
        Remove(stored.Files, FolderOf(stored.One));
        Remove(stored.Files, StateFolder);
        foreach (var folder in (string[])[FolderOf(stored.One), StateFolder])
        {
            stored.Files.CreateFolder(folder);
            foreach (var path in older.Files.Where(path => path.StartsWith(folder, StringComparison.Ordinal)))
                stored.Files[path] = older[path];
        }

        var report = await VerifyAsync(stored.Files);
        Assert.True(Assert.Single(report.Graphs, graph => !graph.IsSound).Found.HasLostEnd);
        Assert.True(Assert.Single(report.States).Found.HasLostEnd);
        await using var opened = await OpenAsync(stored.Files);
        Assert.True(opened.Recovery is { LostEnds: 2, LostTails: 1, IsNewInstance: true });
        Assert.NotEqual(instance, opened.Instance);
    }

    [Fact]
    public async Task A_folder_that_was_missed_in_between_and_put_back_from_an_older_copy_has_lost_its_end_all_the_same()
    {
        var stored = await MakeAsync();
        var older = stored.Files.Copy();
        await using (var store = await OpenAsync(stored.Files))
            await AppendAsync((await store.OpenAsync(stored.One.Graph)).Value, stored.One);
        Remove(stored.Files, FolderOf(stored.One));
        await using (var without = await OpenAsync(stored.Files))
            Assert.Single(without.Recovery.Missing);
        stored.Files.CreateFolder(FolderOf(stored.One));
        foreach (var path in older.Files.Where(path => path.StartsWith(FolderOf(stored.One), StringComparison.Ordinal)))
            stored.Files[path] = older[path];

        await using (var opened = await OpenAsync(stored.Files))
            Assert.Equal(1, opened.Recovery.LostEnds);
        Assert.False((await VerifyAsync(stored.Files)).IsWell);
    }

    [Fact]
    public async Task A_catalog_that_is_lost_is_told_until_that_is_accepted()
    {
        var stored = await MakeAsync();
        stored.Files.DeleteFile("/data/catalog");
        for (var run = 0; run < 2; run++)
        {
            var file = Assert.Single((await VerifyAsync(stored.Files)).Files);
            Assert.True(file is { File: "/data/catalog", IsWell: false });
            await using var store = await OpenAsync(stored.Files);
            Assert.True(store.Recovery.LostCatalog);
            Assert.Equal(2, store.Graphs.Count);
        }
        Assert.False((await RepairAsync(stored.Files)).IsWell);
        Assert.True((await AcceptAsync(stored.Files)).IsWell);
        await using var again = await OpenAsync(stored.Files);
        Assert.False(again.Recovery.LostCatalog);
    }

    [Fact]
    public async Task Whatever_becomes_of_the_catalog_it_is_found_and_costs_no_graph()
    {
        var stored = await MakeAsync();
        var bytes = stored.Files["/data/catalog"];
        await Parallel.ForAsync(0, 2 * bytes.Length, async (at, _) =>
        {
            var files = stored.Files.Copy();
            var changed = bytes.ToArray();
            changed[at / 2] ^= (byte)(1 << at % 8);
            files["/data/catalog"] = at % 2 == 0 ? changed : bytes[..(at / 2)];
            var file = Assert.Single((await VerifyAsync(files)).Files);
            Assert.Contains("/data/catalog", file.Damage, StringComparison.Ordinal);
            await using var store = await OpenAsync(files);
            Assert.True(store.Recovery.LostCatalog);
            Assert.Equal(2, store.Graphs.Count);
            Assert.False(store.Recovery.IsNewInstance);
        });
    }

    [Fact]
    public async Task A_store_of_the_first_version_gets_a_catalog_and_keeps_who_it_is()
    {
        var stored = await MakeAsync();
        stored.Files.DeleteFile("/data/catalog");
        // As version 1 wrote it: one slot, without a sequence number.
        var slot = stored.Files["/data/node"][..44];
        slot[8] = 1;
        slot[10] = (byte)RunState.Closed;
        BitConverter.TryWriteBytes(slot.AsSpan(40), Crc.Of(slot.AsSpan(0, 40)));
        stored.Files["/data/node"] = slot;
        Assert.True((await VerifyAsync(stored.Files)).IsWell);

        await using (var store = await OpenAsync(stored.Files))
        {
            Assert.Equal((stored.Identity.Node, stored.Identity.Instance), (store.Node, store.Instance));
            Assert.False(store.Recovery.LostCatalog);
        }
        stored.Files.DeleteFolder(FolderOf(stored.One));
        await using var again = await OpenAsync(stored.Files);
        Assert.Single(again.Recovery.Missing);
    }

    private static void Remove(MemoryFiles files, string folder)
    {
        foreach (var inner in files.Folders.Where(path => path.StartsWith(folder, StringComparison.Ordinal)).ToList())
            files.DeleteFolder(inner);
    }
}
