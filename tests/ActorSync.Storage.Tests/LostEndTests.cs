namespace ActorSync.Storage.Tests;

/// <summary>A log that was closed ends with a mark: without it, what was behind is lost, however whole the rest looks.</summary>
public sealed class LostEndTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1, SegmentBytes = 100_000, CheckpointCommands = 64 };

    private static string LogOf(RandomGraph graph) => $"/data/graphs/{graph.Graph}/00000001.log";

    // A graph of a few blocks in one file, as a kill leaves it, or a clean end; and where its records end.
    private static async Task<(MemoryFiles Killed, MemoryFiles Closed, RandomGraph Graph, List<int> Ends)> StoredAsync(int batches)
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(4));
        var store = (await NodeStore.OpenAsync(Settings with { SegmentBytes = 1 << 20 }, files)).Value;
        var opened = (await store.CreateAsync(graph.Init)).Value;
        for (var i = 0; i < batches; i++)
        {
            var (first, batch) = (graph.Commands.Count, graph.Batch(20, 200));
            batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
            Assert.Null(await opened.Store.AppendAsync(first, batch));
        }
        await ((GraphLog)opened.Store).IndexWriting;
        var killed = files.Copy();
        await store.DisposeAsync();
        var bytes = files[LogOf(graph)];
        var ends = new List<int>();
        for (var at = RecordFormat.SegmentHeaderSize; at < bytes.Length; ends.Add(at))
            at += RecordFormat.HeadSize + BitConverter.ToInt32(bytes, at);
        return (killed, files, graph, ends);
    }

    private static async Task<RepairReport> VerifyAsync(MemoryFiles files) => Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.Graphs);

    private static MemoryFiles Cut(MemoryFiles files, RandomGraph graph, int length)
    {
        var cut = files.Copy();
        cut[LogOf(graph)] = cut[LogOf(graph)][..length];
        return cut;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task After_a_clean_end_a_log_that_ends_too_early_is_damaged_where_it_ends(int more)
    {
        var (_, closed, graph, ends) = await StoredAsync(batches: 3);
        // Behind each record but the mark, at its end or somewhat into the next.
        foreach (var end in ends.SkipLast(1))
        {
            var files = Cut(closed, graph, end + more);
            var found = (await VerifyAsync(files)).Found;
            Assert.False(found.IsSound);
            Assert.True(found.HasLostEnd);
            Assert.Equal((LogOf(graph), end, more), (found.DamagedFile, found.DamagedOffset, found.TornBytes));
            Assert.Contains("the last run closed the store", found.Damage!.Message, StringComparison.Ordinal);
        }
        Assert.True((await VerifyAsync(closed)).IsSound);
    }

    [Fact]
    public async Task After_a_crash_a_log_without_its_mark_is_sound_and_what_is_torn_was_never_whole()
    {
        var (killed, _, graph, ends) = await StoredAsync(batches: 3);
        foreach (var end in ends.SkipLast(1))
        {
            foreach (var more in (int[])[0, 5])
            {
                var found = (await VerifyAsync(Cut(killed, graph, Math.Min(end + more, killed[LogOf(graph)].Length)))).Found;
                Assert.True(found is { IsSound: true, HasLostEnd: false });
            }
        }
    }

    [Fact]
    public async Task The_index_tells_how_many_commands_are_missing_at_least()
    {
        var (_, closed, graph, ends) = await StoredAsync(batches: 60);
        var report = await VerifyAsync(Cut(closed, graph, ends[5]));
        Assert.Equal(101, report.Kept);
        Assert.InRange(report.Missing, 300, graph.Commands.Count - 101);

        var repaired = Assert.Single((await StoreRepair.RepairAsync(Settings, files: Cut(closed, graph, ends[5]))).Value.Graphs);
        Assert.Equal((101L, report.Missing), (repaired.Kept, repaired.Missing));
    }

    [Fact]
    public async Task A_repair_keeps_what_is_there_as_another_incarnation_and_leaves_it_sound()
    {
        var (_, files, graph, ends) = await StoredAsync(batches: 3);
        var was = NodeFile.Read(files, "/data").Value!;
        files = Cut(files, graph, ends[1]);
        var report = Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs);
        Assert.Equal((21, $"/data/graphs/{graph.Graph}.damaged"), (report.Kept, report.SetAside));
        Assert.True((await VerifyAsync(files)) is { Found.IsSound: true, IsWell: false });
        Assert.NotEqual(was.Instance, NodeFile.Read(files, "/data").Value!.Instance);
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(new StoreRecovery(false, false, 0, 0, false, false, LostEnds: 1), store.Recovery);
    }

    [Fact]
    public async Task Opening_tells_an_end_that_is_lost_from_one_that_was_never_whole()
    {
        var (killed, closed, graph, ends) = await StoredAsync(batches: 3);
        await using var lost = (await NodeStore.OpenAsync(Settings, Cut(closed, graph, ends[1] + 5))).Value;
        Assert.True(lost.Recovery is { WasUnclean: false, LostEnds: 1, LostTails: 1, TornBytes: 5, IsNewInstance: true });
        await using var torn = (await NodeStore.OpenAsync(Settings, Cut(killed, graph, ends[1] + 5))).Value;
        Assert.True(torn.Recovery is { WasUnclean: true, LostEnds: 0, LostTails: 1, TornBytes: 5, IsNewInstance: true });
    }
}
