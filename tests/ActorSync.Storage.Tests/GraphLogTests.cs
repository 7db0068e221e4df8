using ActorSync.Graphs;
using ActorSync.Graphs.Stores;

namespace ActorSync.Storage.Tests;

/// <summary>Graphs through a node's store over files in memory.</summary>
public sealed class GraphLogTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1 };

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);

    private static void AssertHolds(OpenedGraph opened, List<Command> commands, HeadSet heads)
    {
        Assert.Equal(commands.Count, opened.Index.Count);
        Assert.Equal(heads.Digest, opened.Index.Heads().Digest);
        for (var ordinal = 0; ordinal < commands.Count; ordinal++)
            Assert.Equal(Hex(commands[ordinal].Bytes), Hex(opened.Store.Read(ordinal)));
    }

    [Theory]
    [InlineData(1, 64 << 20, 64 << 20)]
    [InlineData(2, 4096, 0)]
    [InlineData(3, 4096, 100_000)]
    [InlineData(4, 100_000, 70_000)]
    public async Task What_was_appended_is_read_now_and_after_each_reopening(int seed, int segmentBytes, long cacheBytes)
    {
        var (files, graph, random) = (new MemoryFiles(), new RandomGraph(seed), new Random(seed));
        var settings = Settings with { SegmentBytes = segmentBytes, CacheBytes = cacheBytes };
        for (var run = 0; run < 6; run++)
        {
            await using var store = (await NodeStore.OpenAsync(settings, files)).Value;
            var opened = run == 0 ? (await store.CreateAsync(graph.Init)).Value : (await store.OpenAsync(graph.Graph)).Value;
            AssertHolds(opened, graph.Commands, graph.Heads);
            for (var i = 0; i < 30; i++)
            {
                var first = graph.Commands.Count;
                Assert.Null(await opened.Store.AppendAsync(first, graph.Batch(random.Next(1, 40), random.Next(2, 300))));
                var ordinal = random.Next(graph.Commands.Count);
                Assert.Equal(Hex(graph.Commands[ordinal].Bytes), Hex(opened.Store.Read(ordinal)));
            }
            for (var ordinal = 0; ordinal < graph.Commands.Count; ordinal++)
                Assert.Equal(Hex(graph.Commands[ordinal].Bytes), Hex(opened.Store.Read(ordinal)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task Commands_of_a_record_that_is_longer_than_a_block_are_found_where_they_are(int checkpointCommands)
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(8));
        var settings = new StoreSettings { Folder = "/data", WriterThreads = 1, CheckpointCommands = checkpointCommands };
        await using (var store = (await NodeStore.OpenAsync(settings, files)).Value)
        {
            var opened = (await store.CreateAsync(graph.Init)).Value;
            foreach (var (count, bytes) in ((int, int)[])[(300, 2000), (3, 100), (3, 200_000), (2000, 20), (5, 70_000)])
            {
                var (first, batch) = (graph.Commands.Count, graph.Batch(count, bytes));
                batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
                Assert.Null(await opened.Store.AppendAsync(first, batch));
            }
            AssertHolds(opened);
        }
        Assert.Equal(checkpointCommands == 1, files.Files.Any(path => path.EndsWith(".idx", StringComparison.Ordinal)));
        await using var again = (await NodeStore.OpenAsync(settings, files)).Value;
        AssertHolds((await again.OpenAsync(graph.Graph)).Value);

        void AssertHolds(OpenedGraph opened)
        {
            for (var ordinal = graph.Commands.Count - 1; ordinal >= 0; ordinal--)
                Assert.True(opened.Store.Read(ordinal).Span.SequenceEqual(graph.Commands[ordinal].Bytes.Span));
        }
    }

    [Fact]
    public async Task Memory_that_was_read_stays_as_it_was()
    {
        await using var store = (await NodeStore.OpenAsync(Settings with { CacheBytes = 0 }, new MemoryFiles())).Value;
        var graph = new RandomGraph(5);
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        var read = new List<ReadOnlyMemory<byte>> { log.Read(0) };
        for (var i = 0; i < 100; i++)
        {
            var first = graph.Commands.Count;
            Assert.Null(await log.AppendAsync(first, graph.Batch(20, 200)));
            read.AddRange(Enumerable.Range(first, 20).Select(log.Read));
        }
        Assert.Equal(graph.Commands.Select(command => Hex(command.Bytes)), read.Select(Hex));
    }

    [Fact]
    public async Task Readers_on_other_threads_see_every_command_that_was_acknowledged()
    {
        await using var store = (await NodeStore.OpenAsync(Settings with { CacheBytes = 80_000, SegmentBytes = 100_000, Fsync = FsyncMode.Never }, new MemoryFiles())).Value;
        var graph = new RandomGraph(6);
        var all = graph.Batch(6000, 100);
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        var committed = 1;
        var readers = Enumerable.Range(0, 3).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var count = 0; (count = Volatile.Read(ref committed)) <= all.Count;)
            {
                var ordinal = random.Next(count);
                Assert.Equal(Hex(graph.Commands[ordinal].Bytes), Hex(log.Read(ordinal)));
            }
        })).ToList();
        for (var at = 0; at < all.Count; at += 20)
        {
            Assert.Null(await log.AppendAsync(at + 1, all.GetRange(at, 20)));
            Volatile.Write(ref committed, at + 21);
        }
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_batch_is_there_whole_or_not_at_all_wherever_the_file_is_cut()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(7));
        var sizes = new List<int> { 1 };
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var log = (await store.CreateAsync(graph.Init)).Value.Store;
            foreach (var size in (int[])[3, 1, 5])
            {
                Assert.Null(await log.AppendAsync(graph.Commands.Count, graph.Batch(size, 20)));
                sizes.Add(graph.Commands.Count);
            }
        }
        var path = files.Files.Single(file => file.Contains("graphs", StringComparison.Ordinal));
        var bytes = files[path];
        // The init command was flushed before the graph had its name: what is shorter than that is damage.
        var init = 32 + RecordFormat.HeadSize + 2 + graph.Init.Bytes.Length;
        for (var length = 0; length <= bytes.Length; length++)
        {
            var cut = files.Copy();
            cut[path] = bytes[..length];
            await using var store = (await NodeStore.OpenAsync(Settings, cut)).Value;
            var opened = await store.OpenAsync(graph.Graph);
            if (length < init)
            {
                Assert.Equal(SyncErrorKind.StoreDamaged, opened.Error!.Kind);
                continue;
            }
            Assert.Contains(opened.Value.Index.Count, sizes);
            Assert.True(length < bytes.Length || opened.Value.Index.Count == sizes[^1]);
        }
    }

    [Fact]
    public async Task Damage_that_comes_while_the_graph_is_open_is_never_served()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(8));
        var settings = Settings with { CacheBytes = 0 };
        await using (var first = (await NodeStore.OpenAsync(settings, files)).Value)
        {
            var log = (await first.CreateAsync(graph.Init)).Value.Store;
            Assert.Null(await log.AppendAsync(1, graph.Batch(2000, 100)));
            Assert.Null(await log.AppendAsync(2001, graph.Batch(10, 100)));
        }
        await using var store = (await NodeStore.OpenAsync(settings, files)).Value;
        var opened = (await store.OpenAsync(graph.Graph)).Value;
        var path = files.Files.Single(file => file.Contains("graphs", StringComparison.Ordinal));
        var bytes = files[path];
        bytes[5000] ^= 4;
        files[path] = bytes;
        var error = Assert.Throws<SyncException>(() => opened.Store.Read(1500)).Error;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(Hex(graph.Commands[2005].Bytes), Hex(opened.Store.Read(2005)));
        bytes[5000] ^= 4;
        files[path] = bytes;
        Assert.Equal(Hex(graph.Commands[1500].Bytes), Hex(opened.Store.Read(1500)));
        Assert.Throws<ArgumentOutOfRangeException>(() => opened.Store.Read(2011));
    }

    [Fact]
    public async Task A_large_batch_is_one_record()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(9));
        var settings = Settings with { SegmentBytes = 4096 };
        await using (var store = (await NodeStore.OpenAsync(settings, files)).Value)
        {
            var log = (await store.CreateAsync(graph.Init)).Value.Store;
            Assert.Null(await log.AppendAsync(1, graph.Batch(20_000, 100)));
            Assert.Null(await log.AppendAsync(20_001, graph.Batch(1)));
        }
        await using var again = (await NodeStore.OpenAsync(settings, files)).Value;
        AssertHolds((await again.OpenAsync(graph.Graph)).Value, graph.Commands, graph.Heads);
    }

    [Fact]
    public async Task A_full_disk_stops_commits_and_not_reads()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(10));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        Assert.Null(await log.AppendAsync(1, graph.Batch(10)));
        files.Capacity = 0;
        var batch = graph.Batch(10);
        var error = await log.AppendAsync(11, batch);
        Assert.Equal(SyncErrorKind.StoreFailed, error!.Kind);
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.StoreFailed, (await log.AppendAsync(21, graph.Batch(1)))!.Kind);
        Assert.Equal(Hex(graph.Commands[10].Bytes), Hex(log.Read(10)));
        files.Capacity = long.MaxValue;
        Assert.Null(await log.AppendAsync(11, batch));
        Assert.Equal(Hex(graph.Commands[20].Bytes), Hex(log.Read(20)));
    }

    [Fact]
    public async Task Ids_of_another_format_are_verified_by_their_own_rule()
    {
        var (files, identity) = (new MemoryFiles(), new OtherIdentity());
        var graph = new RandomGraph(11, identity);
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var log = (await store.CreateAsync(graph.Init)).Value;
            Assert.Equal(graph.Graph.Init, Assert.Single(log.Index.Heads()).Id);
            Assert.Null(await log.Store.AppendAsync(1, graph.Batch(50)));
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Contains("not the init command", (await again.OpenAsync(graph.Graph)).Error!.Message, StringComparison.Ordinal);
        AssertHolds((await again.OpenAsync(graph.Graph, identity)).Value, graph.Commands, graph.Heads);
        Assert.True((await again.VerifyAsync(graph.Graph, identity)).Value.IsSound);
    }

    [Fact]
    public async Task Any_flipped_bit_of_a_graph_is_found_or_changes_nothing()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(12));
        var settings = Settings with { SegmentBytes = 4096 };
        var store = (await NodeStore.OpenAsync(settings, files)).Value;
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        for (var i = 0; i < 4; i++)
            Assert.Null(await log.AppendAsync(graph.Commands.Count, graph.Batch(14, 60)));
        var killed = files.Copy();
        await store.DisposeAsync();
        var (damaged, torn) = (0, 0);
        foreach (var path in killed.Files.Where(file => file.EndsWith(".log", StringComparison.Ordinal) && file.Contains("graphs", StringComparison.Ordinal)))
        {
            for (var at = 0; at < killed[path].Length; at += 3)
            {
                var flipped = killed.Copy();
                var bytes = flipped[path];
                bytes[at] ^= (byte)(1 << at % 8);
                flipped[path] = bytes;
                await using var again = (await NodeStore.OpenAsync(settings, flipped)).Value;
                var opened = await again.OpenAsync(graph.Graph);
                if (opened.Error is { } error)
                {
                    Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
                    damaged++;
                    continue;
                }
                Assert.True(again.Recovery.TornBytes > 0 && again.Recovery.IsNewInstance);
                AssertHolds(opened.Value, graph.Commands[..43], opened.Value.Index.Heads());
                torn++;
            }
        }
        Assert.True(damaged > torn && torn > 0);
    }
}
