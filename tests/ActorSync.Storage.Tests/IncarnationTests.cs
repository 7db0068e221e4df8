using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Storage.Tests;

/// <summary>When a store is a new incarnation of its node, so that peers do not count on what it has lost.</summary>
public sealed class IncarnationTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1 };

    private static async Task<PeerIdentity> Run(MemoryFiles files, StoreSettings settings)
    {
        await using var store = (await NodeStore.OpenAsync(settings, files)).Value;
        return new PeerIdentity(store.Node, store.Instance);
    }

    // A store with one graph of eleven commands whose process was killed, and who it was.
    private static async Task<(MemoryFiles Files, PeerIdentity Identity, RandomGraph Graph)> Killed(FsyncMode fsync)
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using var store = (await NodeStore.OpenAsync(Settings with { Fsync = fsync }, files)).Value;
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        Assert.Null(await log.AppendAsync(1, graph.Batch(10)));
        return (files.Copy(), new PeerIdentity(store.Node, store.Instance), graph);
    }

    private static async Task<(MemoryFiles Files, PeerIdentity Identity, RandomGraph Graph)> Closed()
    {
        var (files, _, graph) = await Killed(FsyncMode.Always);
        var identity = await Run(files, Settings);
        return (files, identity, graph);
    }

    private static string PathOf(GraphId graph, int segment) => $"/data/graphs/{graph}/{segment:x8}.log";

    [Fact]
    public async Task A_clean_end_keeps_the_incarnation_in_every_mode()
    {
        foreach (var fsync in Enum.GetValues<FsyncMode>())
        {
            var files = new MemoryFiles();
            var identity = await Run(files, Settings with { Fsync = fsync });
            Assert.NotEqual(default, identity.Node);
            Assert.Equal(identity, await Run(files, Settings with { Fsync = fsync }));
            Assert.NotEqual(identity.Node, (await Run(new MemoryFiles(), Settings)).Node);
        }
    }

    [Theory]
    [InlineData(FsyncMode.Always, false)]
    [InlineData(FsyncMode.Interval, true)]
    [InlineData(FsyncMode.Never, true)]
    public async Task An_unclean_end_makes_a_new_incarnation_unless_all_was_flushed(FsyncMode fsync, bool renewed)
    {
        var (files, identity, _) = await Killed(fsync);
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(identity.Node, store.Node);
        Assert.Equal(renewed, store.Instance != identity.Instance);
        Assert.Equal(new StoreRecovery(false, true, 0, 0, renewed, false), store.Recovery);
    }

    [Fact]
    public async Task A_torn_tail_makes_a_new_incarnation_before_any_graph_is_opened()
    {
        var (files, identity, graph) = await Killed(FsyncMode.Always);
        var path = files.Files.Single(file => file.Contains("graphs", StringComparison.Ordinal));
        files[path] = files[path][..^1];
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            Assert.Equal(identity.Node, store.Node);
            Assert.NotEqual(identity.Instance, store.Instance);
            Assert.True(store.Recovery is { IsNewInstance: true, TornBytes: > 0 });
            identity = new PeerIdentity(store.Node, store.Instance);
            Assert.Equal(1, (await store.OpenAsync(graph.Graph)).Value.Index.Count);
        }
        Assert.Equal(identity, await Run(files, Settings));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(RecordFormat.HeadSize)]
    [InlineData(RecordFormat.HeadSize + 1)]
    [InlineData(int.MaxValue)]
    public async Task A_tail_lost_after_a_clean_end_makes_a_new_incarnation_before_any_graph_is_opened(int lostBytes)
    {
        var (files, identity, graph) = await Closed();
        var path = PathOf(graph.Graph, 1);
        // At most the batch and its closing mark: a cut between two records, where nothing looks torn.
        var firstRecord = RecordFormat.SegmentHeaderSize + CommandBatch.Encode([graph.Init])!.Length;
        files[path] = files[path][..Math.Max(firstRecord, files[path].Length - lostBytes)];
        PeerIdentity renewed;
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            Assert.True(store.Recovery is { IsNewInstance: true, WasUnclean: false, LostTails: 1 });
            Assert.NotEqual(identity.Instance, store.Instance);
            renewed = new PeerIdentity(store.Node, store.Instance);
            Assert.Equal(lostBytes > RecordFormat.HeadSize ? 1 : 11, (await store.OpenAsync(graph.Graph)).Value.Index.Count);
            Assert.Equal(renewed.Instance, store.Instance);
        }
        Assert.Equal(renewed, await Run(files, Settings));
    }

    [Fact]
    public async Task A_newest_file_lost_after_a_clean_end_makes_a_new_incarnation()
    {
        var (files, graph, settings) = (new MemoryFiles(), new RandomGraph(1), Settings with { SegmentBytes = StoreSettings.MinSegmentBytes });
        PeerIdentity identity;
        await using (var store = (await NodeStore.OpenAsync(settings, files)).Value)
        {
            identity = new PeerIdentity(store.Node, store.Instance);
            var log = (await store.CreateAsync(graph.Init)).Value.Store;
            for (var i = 0; i < 2; i++)
                Assert.Null(await log.AppendAsync(graph.Commands.Count, graph.Batch(60, 150)));
        }
        var (cut, one, two) = (files.Copy(), files.Copy(), files.Copy());
        cut[PathOf(graph.Graph, 3)] = cut[PathOf(graph.Graph, 3)][..10];
        one.DeleteFile(PathOf(graph.Graph, 3));
        two.DeleteFile(PathOf(graph.Graph, 3));
        two.DeleteFile(PathOf(graph.Graph, 2));
        foreach (var broken in (MemoryFiles[])[cut, one, two])
            Assert.NotEqual(identity.Instance, (await Run(broken, settings)).Instance);
        Assert.Equal(identity, await Run(files, settings));
    }

    [Fact]
    public async Task A_graph_that_nobody_opens_after_a_crash_is_no_loss_at_the_next_start()
    {
        var (files, identity, _) = await Killed(FsyncMode.Always);
        for (var start = 0; start < 3; start++)
            Assert.Equal(identity, await Run(files, Settings));
    }

    [Fact]
    public async Task After_a_clean_end_a_start_reads_of_each_graph_no_more_than_its_ends()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
            Assert.Null(await (await store.CreateAsync(graph.Init)).Value.Store.AppendAsync(1, graph.Batch(100, 1000)));
        var before = files.BytesRead;
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.InRange(files.BytesRead - before, 1, 1000);
    }

    [Fact]
    public async Task A_tail_that_is_lost_while_the_store_is_open_keeps_its_graph_closed()
    {
        var (files, identity, graph) = await Closed();
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        files[PathOf(graph.Graph, 1)] = files[PathOf(graph.Graph, 1)][..^(RecordFormat.HeadSize + 1)];
        var error = (await store.OpenAsync(graph.Graph)).Error!;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains("start the node again", error.Message, StringComparison.Ordinal);
        Assert.Equal(identity.Instance, store.Instance);
    }

    [Fact]
    public async Task A_failed_append_left_in_a_file_is_cut_and_changes_no_incarnation()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var (log, instance) = ((await store.CreateAsync(graph.Init)).Value.Store, store.Instance);
        files.Capacity = files.Files.Sum(path => files[path].Length) + 10;
        files.Before = (act, _) =>
        {
            if (act == FileAct.Truncate)
                throw LogFixture.Broken();
        };
        Assert.NotNull(await log.AppendAsync(1, graph.Batch(10)));
        await log.DisposeAsync();
        (files.Capacity, files.Before) = (long.MaxValue, (_, _) => { });
        Assert.Equal(1, (await store.OpenAsync(graph.Graph)).Value.Index.Count);
        Assert.Equal(instance, store.Instance);
    }

    [Fact]
    public async Task A_crash_between_the_new_incarnation_and_the_cut_hides_nothing()
    {
        var (files, identity, _) = await Killed(FsyncMode.Always);
        var path = files.Files.Single(file => file.Contains("graphs", StringComparison.Ordinal));
        files[path] = files[path][..^1];
        files.Before = (act, _) =>
        {
            if (act == FileAct.Truncate)
                throw LogFixture.Broken();
        };
        var first = await Run(files, Settings);
        files.Before = (_, _) => { };
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(3, new HashSet<InstanceId> { identity.Instance, first.Instance, store.Instance }.Count);
        Assert.True(store.Recovery is { WasUnclean: true, LostTails: 1, TornBytes: > 0 });
    }

    [Fact]
    public async Task A_close_that_could_not_flush_is_no_clean_end()
    {
        var files = new MemoryFiles();
        var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var graph = new RandomGraph(1);
        Assert.Null(await (await store.CreateAsync(graph.Init)).Value.Store.AppendAsync(1, graph.Batch(3)));
        files.Before = (act, path) =>
        {
            if (act == FileAct.Flush && path.Contains("graphs", StringComparison.Ordinal))
                throw LogFixture.Broken();
        };
        await store.DisposeAsync();
        files.Before = (_, _) => { };
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.True(again.Recovery.WasUnclean);
    }
}
