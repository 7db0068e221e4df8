using ActorSync.Graphs;

namespace ActorSync.Storage.Tests;

public sealed class VerifyTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1, SegmentBytes = 100_000 };

    private static string PathOf(GraphId graph, int segment) => $"/data/graphs/{graph}/{segment:x8}.log";

    private static async Task<(MemoryFiles Files, RandomGraph Graph)> Stored(int batches)
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        for (var i = 0; i < batches; i++)
            Assert.Null(await log.AppendAsync(graph.Commands.Count, graph.Batch(100, 100)));
        return (files, graph);
    }

    private sealed class Progress : IProgress<VerifyProgress>
    {
        public List<VerifyProgress> Reports { get; } = [];

        public void Report(VerifyProgress value) => Reports.Add(value);
    }

    [Fact]
    public async Task A_sound_graph_is_walked_to_its_end()
    {
        var (files, graph) = await Stored(batches: 200);
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var progress = new Progress();
        var report = (await store.VerifyAsync(graph.Graph, progress: progress)).Value;
        var total = files.Files.Where(path => path.Contains("graphs", StringComparison.Ordinal)).Sum(path => files[path].Length);
        Assert.Equal(new VerifyReport(graph.Graph, 201, graph.Commands.Count, total, 0, null, null, 0, false, graph.Commands.Count), report);
        Assert.Equal(new VerifyProgress(total, total), progress.Reports[^1]);
        Assert.True(progress.Reports.Count > 1);
        Assert.All(progress.Reports.Zip(progress.Reports.Skip(1)), pair => Assert.True(pair.First.DoneBytes < pair.Second.DoneBytes));
    }

    [Fact]
    public async Task The_first_damage_is_given_with_its_file_and_byte()
    {
        var (files, graph) = await Stored(batches: 40);
        var path = PathOf(graph.Graph, 2);
        var bytes = files[path];
        bytes[32 + 100] ^= 1;
        files[path] = bytes;
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var report = (await store.VerifyAsync(graph.Graph)).Value;
        Assert.False(report.IsSound);
        Assert.Equal(SyncErrorKind.StoreDamaged, report.Damage!.Kind);
        Assert.Equal((path, 32), (report.DamagedFile, report.DamagedOffset));
        Assert.InRange(report.Commands, 100, graph.Commands.Count - 100);
        Assert.Equal(bytes, files[path]);
    }

    [Fact]
    public async Task A_torn_tail_is_counted_and_left()
    {
        var (files, graph) = await Stored(batches: 3);
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var path = PathOf(graph.Graph, 1);
        var bytes = files[path];
        files[path] = [.. bytes, 1, 2, 3];
        var report = (await store.VerifyAsync(graph.Graph)).Value;
        Assert.True(report.IsSound);
        Assert.Equal(3, report.TornBytes);
        Assert.Equal(bytes.Length + 3, files[path].Length);
    }

    [Fact]
    public async Task An_open_graph_is_verified_as_far_as_it_is_committed()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(1));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var log = (await store.CreateAsync(graph.Init)).Value.Store;
        Assert.Null(await log.AppendAsync(1, graph.Batch(100, 100)));
        var (reached, release) = (new TaskCompletionSource(), new ManualResetEventSlim());
        files.Before = (act, _) =>
        {
            if (act == FileAct.Flush && reached.TrySetResult())
                release.Wait();
        };
        var append = log.AppendAsync(101, graph.Batch(100, 100));
        await reached.Task;
        var report = (await store.VerifyAsync(graph.Graph)).Value;
        release.Set();
        Assert.Null(await append);
        Assert.True(report.IsSound);
        Assert.Equal((101, 0), (report.Commands, report.TornBytes));
    }

    [Fact]
    public async Task A_record_with_a_true_checksum_and_a_wrong_command_is_damage()
    {
        using var fixture = new LogFixture();
        var graph = new RandomGraph(1);
        var stranger = new RandomGraph(2);
        stranger.Batch(1);
        await using (var log = fixture.Create())
        {
            Assert.Null(await log.AppendAsync(CommandBatch.RecordType, CommandBatch.Encode([graph.Init])!));
            Assert.Null(await log.AppendAsync(CommandBatch.RecordType, CommandBatch.Encode([stranger.Commands[1]])!));
        }
        var report = new GraphVerifier(fixture.Options, graph.Graph, null, null).Run(null, default);
        Assert.Contains("which is not here", report.Damage!.Message, StringComparison.Ordinal);
        Assert.Equal(1, report.Commands);
        Assert.Equal(32 + RecordFormat.HeadSize + 2 + graph.Init.Bytes.Length, report.DamagedOffset);
    }

    [Fact]
    public async Task An_unknown_graph_cannot_be_verified()
    {
        await using var store = (await NodeStore.OpenAsync(Settings, new MemoryFiles())).Value;
        Assert.Equal(SyncErrorKind.UnknownGraph, (await store.VerifyAsync(new RandomGraph(1).Graph)).Error!.Kind);
    }
}
