using ActorSync.Graphs;

namespace ActorSync.Storage.Tests;

public sealed class NodeStoreTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1 };

    // The files of a store with one graph of eleven commands.
    private static async Task<(MemoryFiles Files, RandomGraph Graph)> Stored()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Null(await (await store.CreateAsync(graph.Init)).Value.Store.AppendAsync(1, graph.Batch(10)));
        return (files, graph);
    }

    [Fact]
    public async Task Graphs_are_listed_sorted_removed_and_made_again()
    {
        var files = new MemoryFiles();
        var graphs = Enumerable.Range(0, 5).Select(seed => new RandomGraph(seed)).OrderBy(graph => graph.Graph.Init).ToList();
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            foreach (var graph in graphs.AsEnumerable().Reverse())
                Assert.Null(await (await store.CreateAsync(graph.Init)).Value.Store.AppendAsync(1, graph.Batch(5)));
            Assert.Equal(SyncErrorKind.InvalidRequest, (await store.CreateAsync(graphs[0].Init)).Error!.Kind);
            Assert.Equal(SyncErrorKind.InvalidRequest, (await store.CreateAsync(graphs[0].Commands[1])).Error!.Kind);
            Assert.Equal(SyncErrorKind.InvalidRequest, (await store.OpenAsync(graphs[0].Graph)).Error!.Kind);
            Assert.Equal(SyncErrorKind.InvalidRequest, (await store.RemoveAsync(graphs[0].Graph))!.Kind);
        }
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            Assert.Equal(graphs.Select(graph => graph.Graph), store.Graphs);
            Assert.Null(await store.RemoveAsync(graphs[2].Graph));
            Assert.Equal(SyncErrorKind.UnknownGraph, (await store.RemoveAsync(graphs[2].Graph))!.Kind);
            Assert.Equal(SyncErrorKind.UnknownGraph, (await store.OpenAsync(graphs[2].Graph)).Error!.Kind);
            Assert.DoesNotContain(files.Files, path => path.Contains(graphs[2].Graph.ToString(), StringComparison.Ordinal));
            Assert.Equal(1, (await store.CreateAsync(graphs[2].Init)).Value.Index.Count);
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(5, again.Graphs.Count);
        Assert.Equal(1, (await again.OpenAsync(graphs[2].Graph)).Value.Index.Count);
    }

    [Fact]
    public async Task A_graph_is_opened_while_another_still_is_and_the_store_waits_for_both_to_close()
    {
        var files = new MemoryFiles();
        var (slow, quick) = (new RandomGraph(1), new RandomGraph(2));
        await using (var made = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            _ = (await made.CreateAsync(slow.Init)).Value;
            _ = (await made.CreateAsync(quick.Init)).Value;
        }
        var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var release = new ManualResetEventSlim();
        files.Before = (act, path) =>
        {
            if (act == FileAct.Open && path.Contains(slow.Graph.ToString(), StringComparison.Ordinal))
                release.Wait();
        };
        var opening = store.OpenAsync(slow.Graph);
        _ = (await store.OpenAsync(quick.Graph)).Value;
        Assert.False(opening.IsCompleted);
        var closing = store.DisposeAsync();
        release.Set();
        Assert.Equal(1, (await opening).Value.Index.Count);
        await closing;
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.False(again.Recovery.WasUnclean);
    }

    [Fact]
    public async Task A_graph_that_is_being_closed_can_be_opened_again_at_once()
    {
        await using var store = (await NodeStore.OpenAsync(Settings, new MemoryFiles())).Value;
        var graph = new RandomGraph(3);
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        var append = log.AppendAsync(1, graph.Batch(3));
        var closing = log.DisposeAsync();
        var again = (await store.OpenAsync(graph.Graph)).Value;
        Assert.Equal(4, again.Index.Count);
        Assert.Null(await append);
        await closing;
        await again.Store.DisposeAsync();
        Assert.Null(await store.RemoveAsync(graph.Graph));
    }

    [Fact]
    public async Task Making_a_graph_that_fails_anywhere_leaves_it_there_whole_or_not_at_all()
    {
        var graph = new RandomGraph(4);
        for (var step = 0; ; step++)
        {
            var (files, left) = (new MemoryFiles(), step);
            await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
            files.Before = (_, _) =>
            {
                if (left-- == 0)
                    throw LogFixture.Broken();
            };
            var made = await store.CreateAsync(graph.Init);
            files.Before = (_, _) => { };
            await using var killed = (await NodeStore.OpenAsync(Settings, files.Copy())).Value;
            if (killed.Graphs.Count == 1)
                Assert.Equal(1, (await killed.OpenAsync(graph.Graph)).Value.Index.Count);
            Assert.True(made.Error is null == (killed.Graphs.Count == 1) || made.Error is { Kind: SyncErrorKind.StoreFailed });
            if (left >= 0)
            {
                Assert.True(step > 5);
                return;
            }
            if (made.Error is not null)
                _ = (store.Graphs.Count == 1 ? await store.OpenAsync(graph.Graph) : await store.CreateAsync(graph.Init)).Value;
        }
    }

    [Fact]
    public async Task What_was_half_made_or_half_removed_is_swept_away()
    {
        var files = new MemoryFiles();
        await (await NodeStore.OpenAsync(Settings, files)).Value.DisposeAsync();
        foreach (var name in (string[])["aa.new", "bb.gone"])
        {
            files.CreateFolder($"/data/graphs/{name}");
            files[$"/data/graphs/{name}/00000001.log"] = [1, 2, 3];
        }
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Empty(store.Graphs);
        Assert.Empty(files.List("/data/graphs"));
    }

    [Fact]
    public async Task One_damaged_graph_is_refused_and_the_others_are_served()
    {
        var (files, graph) = await Stored();
        var other = new RandomGraph(2);
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
            await store.CreateAsync(other.Init);
        var path = $"/data/graphs/{graph.Graph}/00000001.log";
        var bytes = files[path];
        bytes[40] ^= 1;
        files[path] = bytes;
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        var error = (await again.OpenAsync(graph.Graph)).Error!;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await again.OpenAsync(other.Graph)).Value.Index.Count);
        Assert.Null(await again.RemoveAsync(graph.Graph));
    }

    [Fact]
    public async Task A_store_is_held_once_and_says_by_whom()
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-store-").FullName;
        try
        {
            var settings = Settings with { Folder = folder };
            var first = (await NodeStore.OpenAsync(settings)).Value;
            var error = (await NodeStore.OpenAsync(settings)).Error!;
            Assert.Equal(SyncErrorKind.StoreLocked, error.Kind);
            Assert.Contains(folder, error.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
            await first.DisposeAsync();
            await using var second = (await NodeStore.OpenAsync(settings)).Value;
            Assert.False(second.Recovery.WasUnclean);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_node_file_with_no_intact_slot_is_refused_and_says_how_the_graphs_are_kept()
    {
        var files = new MemoryFiles();
        await (await NodeStore.OpenAsync(Settings, files)).Value.DisposeAsync();
        var bytes = files["/data/node"];
        for (var bit = 0; bit < NodeFile.SlotSize * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            flipped[NodeFile.SlotStride + bit / 8] ^= (byte)(1 << bit % 8);
            files["/data/node"] = flipped;
            var error = (await NodeStore.OpenAsync(Settings, files)).Error!;
            Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
            Assert.Contains("actorsync store repair", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Graphs_without_the_node_file_are_not_taken_over()
    {
        var (files, _) = await Stored();
        files.DeleteFile("/data/node");
        Assert.Equal(SyncErrorKind.StoreDamaged, (await NodeStore.OpenAsync(Settings, files)).Error!.Kind);
    }

    [Fact]
    public async Task A_closed_store_answers_that_it_is_closed()
    {
        var store = (await NodeStore.OpenAsync(Settings, new MemoryFiles())).Value;
        await store.DisposeAsync();
        await store.DisposeAsync();
        Assert.Equal(SyncErrorKind.ShuttingDown, (await store.CreateAsync(Command.Init([]))).Error!.Kind);
    }

    [Fact]
    public async Task Settings_out_of_range_are_named()
    {
        var wrong = new (string Name, StoreSettings Settings)[]
        {
            (nameof(StoreSettings.Folder), Settings with { Folder = " " }),
            (nameof(StoreSettings.Fsync), Settings with { Fsync = (FsyncMode)3 }),
            (nameof(StoreSettings.FsyncInterval), Settings with { FsyncInterval = TimeSpan.Zero }),
            (nameof(StoreSettings.SegmentBytes), Settings with { SegmentBytes = 100 }),
            (nameof(StoreSettings.CacheBytes), Settings with { CacheBytes = -1 }),
            (nameof(StoreSettings.WriterThreads), Settings with { WriterThreads = 0 }),
            (nameof(StoreSettings.MaxKnownPairs), Settings with { MaxKnownPairs = 0 }),
            (nameof(StoreSettings.KnowledgeDelay), Settings with { KnowledgeDelay = TimeSpan.FromDays(1) }),
        };
        foreach (var (name, settings) in wrong)
        {
            var error = (await NodeStore.OpenAsync(settings, new MemoryFiles())).Error!;
            Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }
}
