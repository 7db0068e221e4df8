using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;

namespace ActorSync.Storage.Tests;

/// <summary>The index beside a graph's log: it spares the hashing, and nothing ever depends on it.</summary>
public sealed class IndexTests
{
    private static readonly StoreSettings Settings = new()
    {
        Folder = "/data",
        WriterThreads = 1,
        SegmentBytes = StoreSettings.MinSegmentBytes,
        CheckpointCommands = 8,
    };

    private static string LogOf(RandomGraph graph, int segment) => $"/data/graphs/{graph.Graph}/{segment:x8}.log";

    private static string IndexOf(RandomGraph graph, int segment = 1) => $"/data/graphs/{graph.Graph}/{segment:x8}.idx";

    private static async Task AppendAsync(OpenedGraph opened, RandomGraph graph, int commands)
    {
        var first = graph.Commands.Count;
        var batch = graph.Batch(commands);
        batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
        Assert.Null(await opened.Store.AppendAsync(first, batch));
    }

    private static async Task<(MemoryFiles Files, RandomGraph Graph)> StoredAsync(int batches = 60, int seed = 1)
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(seed));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var opened = (await store.CreateAsync(graph.Init)).Value;
        for (var i = 0; i < batches; i++)
            await AppendAsync(opened, graph, 4);
        return (files, graph);
    }

    private static void AssertHolds(OpenedGraph opened, RandomGraph graph)
    {
        Assert.Equal(graph.Commands.Count, opened.Index.Count);
        Assert.Equal(graph.Heads, opened.Index.Heads());
        var snapshot = new GraphSnapshot(graph.Graph, opened.Index, graph.Commands.Count, graph.Heads, opened.Store);
        for (var ordinal = 0; ordinal < graph.Commands.Count; ordinal++)
        {
            var command = graph.Commands[ordinal];
            Assert.Equal(command.Address, snapshot.AddressOf(ordinal));
            Assert.Equal(ordinal, snapshot.Find(command.Id));
            Assert.True(command.Bytes.Span.SequenceEqual(opened.Store.Read(ordinal).Span));
        }
    }

    private static async Task AssertOpensAsync(MemoryFiles files, RandomGraph graph)
    {
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        AssertHolds((await store.OpenAsync(graph.Graph)).Value, graph);
    }

    // Bytes that opening the store and the graph reads.
    private static async Task<long> CostAsync(MemoryFiles files, RandomGraph graph, ICommandIdentity? identity = null)
    {
        var before = files.BytesRead;
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Null((await store.OpenAsync(graph.Graph, identity)).Error);
        return files.BytesRead - before;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_graph_that_was_opened_by_its_index_is_the_same_and_goes_on(int seed)
    {
        var (files, graph) = await StoredAsync(seed: seed);
        for (var run = 0; run < 5; run++)
        {
            await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
            var opened = (await store.OpenAsync(graph.Graph)).Value;
            AssertHolds(opened, graph);
            AssertAncestry(opened, graph, seed);
            for (var i = 0; i < 9; i++)
                await AppendAsync(opened, graph, 5);
            Assert.True((await store.VerifyAsync(graph.Graph)).Value.IsSound);
        }
        await AssertOpensAsync(files, graph);
    }

    private static void AssertAncestry(OpenedGraph opened, RandomGraph graph, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var (one, other) = (graph.Commands[random.Next(graph.Commands.Count)].Id, graph.Commands[random.Next(graph.Commands.Count)].Id);
            Assert.Equal(graph.IsAncestor(one, other), opened.Index.IsAncestor(one, other));
        }
    }

    [Fact]
    public async Task Opening_reads_the_index_and_what_came_after_it_only()
    {
        var (files, graph) = await StoredAsync(batches: 200);
        var log = files.Files.Where(path => path.EndsWith(".log", StringComparison.Ordinal)).Sum(path => files[path].Length);
        var index = files.Files.Where(path => path.EndsWith(".idx", StringComparison.Ordinal)).Sum(path => files[path].Length);
        Assert.InRange(await CostAsync(files, graph), index, index + log / 4);
        foreach (var path in files.Files.Where(path => path.EndsWith(".idx", StringComparison.Ordinal)))
            files.DeleteFile(path);
        Assert.InRange(await CostAsync(files, graph), log, 2 * log);
        // That run has written it anew.
        Assert.InRange(await CostAsync(files, graph), index, index + log / 4);
    }

    [Fact]
    public async Task An_opening_that_takes_its_time_says_how_far_it_is()
    {
        var (files, graph) = await StoredAsync();
        files.DeleteFile(IndexOf(graph));
        var (time, told) = (new ManualTime(), new List<OpeningProgress>());
        // Each file that is opened takes a second.
        files.Before = (act, _) => time.Advance(TimeSpan.FromSeconds(act == FileAct.Open ? 1 : 0));
        var settings = Settings with { Opening = new Listed<OpeningProgress>(told) };
        await using var store = (await NodeStore.OpenAsync(settings, files, time)).Value;
        Assert.Null((await store.OpenAsync(graph.Graph)).Error);

        var total = files.Files.Where(path => path.EndsWith(".log", StringComparison.Ordinal) && path.Contains("graphs", StringComparison.Ordinal)).Sum(path => files[path].Length);
        Assert.NotEmpty(told);
        Assert.All(told, progress => Assert.Equal((graph.Graph, total), (progress.Graph, progress.TotalBytes)));
        Assert.Equal(told.OrderBy(progress => progress.DoneBytes), told);
        Assert.All(told, progress => Assert.InRange(progress.DoneBytes, 1, total));
    }

    private sealed class Listed<T>(List<T> list) : IProgress<T>
    {
        public void Report(T value) => list.Add(value);
    }

    [Fact]
    public async Task An_index_of_another_version_or_log_is_not_used_and_written_anew()
    {
        var (files, graph) = await StoredAsync();
        var (others, _) = await StoredAsync(seed: 1);
        var tooNew = files[IndexOf(graph)];
        tooNew[8] = 2;
        BitConverter.TryWriteBytes(tooNew.AsSpan(28), Crc.Of(tooNew.AsSpan(0, 28)));
        foreach (var strange in (byte[][])[tooNew, others[IndexOf(graph)], files[LogOf(graph, 1)], [], new byte[40]])
        {
            var copy = files.Copy();
            copy[IndexOf(graph)] = strange;
            await AssertOpensAsync(copy, graph);
            Assert.NotEqual(strange, copy[IndexOf(graph)]);
            await AssertOpensAsync(copy, graph);
        }
    }

    [Fact]
    public async Task A_file_of_another_log_is_damage()
    {
        var (files, graph) = await StoredAsync();
        var (others, _) = await StoredAsync();
        files[LogOf(graph, 2)] = others[LogOf(graph, 2)];
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Contains($"{LogOf(graph, 2)} is damaged at byte 0: it is a file of another log", (await store.OpenAsync(graph.Graph)).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(LogOf(graph, 2), (await store.VerifyAsync(graph.Graph)).Value.DamagedFile);
    }

    [Fact]
    public async Task An_index_of_what_the_log_has_lost_is_never_believed_again()
    {
        var (files, graph) = await StoredAsync(batches: 40);
        var segments = files.Files.Count(path => path.EndsWith(".log", StringComparison.Ordinal) && path.Contains("graphs", StringComparison.Ordinal));
        // The same commands up to the end of the first file, and others after.
        for (var segment = 2; segment <= segments; segment++)
            files.DeleteFile(LogOf(graph, segment));
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            Assert.True(store.Recovery.IsNewInstance);
            var opened = (await store.OpenAsync(graph.Graph)).Value;
            Assert.InRange(opened.Index.Count, 10, graph.Commands.Count - 10);
            for (var i = 0; opened.Index.Count < graph.Commands.Count; i++)
            {
                var (first, head) = (opened.Index.Count, opened.Index.Heads()[0]);
                var other = Command.Create(Prior.Single(head), Priority.Basic(1), BitConverter.GetBytes(i));
                _ = opened.Index.Add(other).Value;
                Assert.Null(await opened.Store.AppendAsync(first, [other]));
            }
        }
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        var grown = (await again.OpenAsync(graph.Graph)).Value;
        var snapshot = new GraphSnapshot(graph.Graph, grown.Index, grown.Index.Count, grown.Index.Heads(), grown.Store);
        Assert.All(Enumerable.Range(0, snapshot.Count), ordinal => Assert.Equal(snapshot.AddressOf(ordinal), Command.Parse(grown.Store.Read(ordinal)).Value.Address));
    }

    [Fact]
    public async Task An_index_that_agrees_where_it_ends_and_not_before_was_deleted_in_time()
    {
        var (files, init) = (new MemoryFiles(), Command.Init("branches"u8));
        var graph = new GraphId(init.Id);
        // Each of them fills a file, and none follows another.
        Command Branch(int number) => Command.Create(Prior.Single(init.Address), Priority.Basic(0), [.. BitConverter.GetBytes(number), .. new byte[4000]]);
        async Task RunAsync(int checkpointCommands, params int[] branches)
        {
            await using var store = (await NodeStore.OpenAsync(Settings with { CheckpointCommands = checkpointCommands }, files)).Value;
            var opened = store.Graphs.Count == 0 ? (await store.CreateAsync(init)).Value : (await store.OpenAsync(graph)).Value;
            foreach (var branch in branches.Select(Branch))
            {
                _ = opened.Index.Add(branch).Value;
                Assert.Null(await opened.Store.AppendAsync(opened.Index.Count - 1, [branch]));
            }
        }

        await RunAsync(1, 1, 2, 3, 4);
        foreach (var segment in (int[])[3, 4, 5])
            files.DeleteFile($"/data/graphs/{graph}/{segment:x8}.log");
        await RunAsync(int.MaxValue, 22, 3, 4);
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        var index = (await again.OpenAsync(graph)).Value.Index;
        Assert.Equal(new HeadSet(new[] { 1, 22, 3, 4 }.Select(branch => Branch(branch).Address)), index.Heads());
    }

    [Fact]
    public async Task Nothing_is_written_of_an_index_that_holds_other_commands_than_the_log()
    {
        var (files, graph, other) = (new MemoryFiles(), new RandomGraph(1), 0);
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var opened = (await store.CreateAsync(graph.Init)).Value;
            for (var i = 0; i < 60; i++)
            {
                var first = graph.Commands.Count;
                while (opened.Index.Count < first + 4)
                    _ = opened.Index.Add(Command.Create(Prior.Single(graph.Init.Address), Priority.Basic(0), BitConverter.GetBytes(other++))).Value;
                Assert.Null(await opened.Store.AppendAsync(first, graph.Batch(4)));
            }
        }
        Assert.DoesNotContain(files.Files, path => path.EndsWith(".idx", StringComparison.Ordinal));
        await AssertOpensAsync(files, graph);
    }

    [Fact]
    public async Task Nothing_is_written_of_an_index_that_its_owner_does_not_keep()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var log = (await store.CreateAsync(graph.Init)).Value.Store;
            for (var i = 0; i < 60; i++)
                Assert.Null(await log.AppendAsync(graph.Commands.Count, graph.Batch(4)));
        }
        Assert.DoesNotContain(files.Files, path => path.EndsWith(".idx", StringComparison.Ordinal));
        await AssertOpensAsync(files, graph);
    }

    [Fact]
    public async Task Damage_in_what_the_index_covers_is_named_when_it_is_read_and_by_verify()
    {
        var (files, graph) = await StoredAsync();
        var bytes = files[LogOf(graph, 1)];
        bytes[1000] ^= 1;
        files[LogOf(graph, 1)] = bytes;
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var opened = (await store.OpenAsync(graph.Graph)).Value;
        var error = Assert.Throws<SyncException>(() => opened.Store.Read(1)).Error;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains(LogOf(graph, 1), error.Message, StringComparison.Ordinal);
        Assert.Equal(LogOf(graph, 1), (await store.VerifyAsync(graph.Graph)).Value.DamagedFile);
        var last = graph.Commands.Count - 1;
        Assert.True(graph.Commands[last].Bytes.Span.SequenceEqual(opened.Store.Read(last).Span));
    }

    [Theory]
    [InlineData("an id")]
    [InlineData("a depth")]
    [InlineData("a label")]
    public async Task An_index_that_lies_under_true_checksums_is_found_by_verify_and_goes_with_repair(string lie)
    {
        var (files, graph) = await StoredAsync();
        var bytes = files[IndexOf(graph)];
        Assert.Null(RecordFormat.ReadSegmentHeader(bytes, LogKind.Index, 1, out var header));
        var first = bytes.AsSpan(RecordFormat.SegmentHeaderSize);
        var record = first[..(RecordFormat.HeadSize + BitConverter.ToInt32(first))];
        var body = record[RecordFormat.HeadSize..];
        var segments = 7 * sizeof(int) + 16 * BitConverter.ToInt32(body[8..]);
        _ = lie switch
        {
            "an id" => body[body.IndexOf(graph.Commands[3].Id.ToArray()) + 5] ^= 1,
            "a depth" => body[segments + 24 * (BitConverter.ToInt32(body[12..]) - 1) + 12] ^= 1,
            _ => body[^Strands.Most..][0] ^= 1,
        };
        RecordFormat.WriteHead(record, PackedIndexRecord.RecordType, BitConverter.ToUInt32(record[5..]), RecordFormat.Seed(header.Salt, 1), RecordFormat.SegmentHeaderSize);
        files[IndexOf(graph)] = bytes;

        var found = Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.Graphs).Found;
        Assert.Equal(IndexOf(graph), found.DamagedFile);
        if (lie == "an id")
            Assert.Contains($"it is {graph.Commands[3].Address}", found.Damage!.Message, StringComparison.Ordinal);
        Assert.Equal(graph.Commands.Count, Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs).Kept);
        await AssertOpensAsync(files, graph);
    }

    [Fact]
    public async Task Files_that_the_index_covers_must_be_there_whole()
    {
        var (files, graph) = await StoredAsync();
        var (missing, cut, beheaded) = (files.Copy(), files.Copy(), files.Copy());
        missing.DeleteFile(LogOf(graph, 2));
        cut[LogOf(graph, 2)] = cut[LogOf(graph, 2)][..^1];
        beheaded[LogOf(graph, 2)] = [.. new byte[32], .. beheaded[LogOf(graph, 2)][32..]];
        foreach (var broken in (MemoryFiles[])[missing, cut, beheaded])
        {
            await using var store = (await NodeStore.OpenAsync(Settings, broken)).Value;
            var error = (await store.OpenAsync(graph.Graph)).Error!;
            Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
            Assert.Contains(LogOf(graph, 2), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_index_that_cannot_be_written_stops_no_commit_and_is_written_when_it_can_be()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var opened = (await store.CreateAsync(graph.Init)).Value;
            files.Before = (act, path) =>
            {
                if (path.EndsWith(".idx", StringComparison.Ordinal))
                    throw new IOException("No space left on device", 28);
            };
            for (var i = 0; i < 60; i++)
                await AppendAsync(opened, graph, 4);
            await ((GraphLog)opened.Store).IndexWriting;
            Assert.DoesNotContain(files.Files, path => path.EndsWith(".idx", StringComparison.Ordinal) && files[path].Length > 0);
            files.Before = (_, _) => { };
            await AppendAsync(opened, graph, 4);
        }
        Assert.NotEmpty(files[IndexOf(graph)]);
        await AssertOpensAsync(files, graph);
    }

    [Fact]
    public async Task An_index_of_ids_that_the_caller_does_not_know_is_not_believed()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1, new OtherIdentity()));
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var opened = (await store.CreateAsync(graph.Init)).Value;
            for (var i = 0; i < 60; i++)
                await AppendAsync(opened, graph, 4);
        }
        var cost = await CostAsync(files, graph, new OtherIdentity());
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Contains("not the init command", (await again.OpenAsync(graph.Graph)).Error!.Message, StringComparison.Ordinal);
        AssertHolds((await again.OpenAsync(graph.Graph, new OtherIdentity())).Value, graph);
        Assert.True(cost > 0);
    }
}
