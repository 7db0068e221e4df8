namespace ActorSync.Storage.Tests.Crashes;

/// <summary>
/// The power fails at every act of a workload, in every way that un-flushed writes and names can be lost, and the store is
/// opened again.
/// </summary>
public sealed class CrashPointTests
{
    private const int LeastPoints = 2000;
    private const int ThoroughEvery = 4;

    private static readonly StoreSettings Settings = new()
    {
        Folder = "/data",
        WriterThreads = 1,
        SegmentBytes = StoreSettings.MinSegmentBytes,
        CheckpointCommands = 16,
    };

    [Fact]
    public async Task At_every_point_what_was_acknowledged_is_there_and_nothing_that_was_not_begun()
    {
        var files = new RecordingFiles();
        var story = new Story(files, Settings);
        await LiveAsync(story, appends: 800);
        Assert.InRange(files.Journal.Count, LeastPoints, 2 * LeastPoints);
        foreach (var act in Enum.GetValues<FileAct>())
            Assert.Contains(files.Journal, entry => entry.Act == act);
        await CrashEverywhereAsync(new Disk(), files.Journal, story, Settings, point => point);
    }

    [Theory]
    [InlineData(FsyncMode.Interval, 200, 40, StoreSettings.MinSegmentBytes)]
    [InlineData(FsyncMode.Never, 200, 40, StoreSettings.MinSegmentBytes)]
    [InlineData(FsyncMode.Never, 60, 16_000, 1 << 20)]
    public async Task Without_a_flush_for_each_commit_what_is_lost_is_lost_from_the_end_and_said(FsyncMode fsync, int appends, int payloadBytes, int segmentBytes)
    {
        var files = new RecordingFiles();
        var settings = Settings with { Fsync = fsync, SegmentBytes = segmentBytes };
        var story = new Story(files, settings) { PayloadBytes = payloadBytes };
        await LiveAsync(story, appends);
        await CrashEverywhereAsync(new Disk(), files.Journal, story, settings, point => point);
    }

    [Fact]
    public async Task A_crash_while_a_crash_is_recovered_from_loses_nothing_more()
    {
        var files = new RecordingFiles();
        var story = new Story(files, Settings);
        await LiveAsync(story, appends: 40);
        var disk = new Disk();
        for (var point = 0; point < files.Journal.Count; point++)
        {
            disk.Play(files.Journal[point]);
            if (point % 7 != 0)
                continue;
            var crashed = disk.Crash((Loss)(point / 7 % 5), point);
            var again = new RecordingFiles(crashed.Copy());
            await using (var store = (await NodeStore.OpenAsync(Settings, again, new ManualTime())).Value)
            {
                foreach (var graph in store.Graphs)
                    Assert.Null((await store.OpenAsync(graph)).Error);
            }
            await CrashEverywhereAsync(new Disk(crashed), again.Journal, story, Settings, _ => point + 1);
        }
    }

    // Two runs: graphs made, grown by single batches and by groups, over many files; closed, opened, removed.
    private static async Task LiveAsync(Story story, int appends)
    {
        var random = new Random(7);
        await story.OpenAsync();
        var (one, other) = (await story.CreateAsync(), await story.CreateAsync());
        for (var i = 0; i < appends; i++)
        {
            if (i == appends / 2)
            {
                await story.CloseAsync();
                await story.OpenAsync();
                await story.AppendAsync(other, 120);
            }
            if (i == appends * 3 / 4)
            {
                await story.RemoveAsync(other);
                other = await story.CreateAsync();
                await story.CloseAsync(one);
                await story.OpenAsync(one);
            }
            var graph = random.Next(3) == 0 ? other : one;
            if (i % 10 == 5)
                await story.AppendGroupAsync(graph, 5);
            else
                await story.AppendAsync(graph, random.Next(1, 3));
            if (i % 8 == 3)
                await story.LearnAsync(graph);
            if (i % 8 == 7)
                story.Wait();
        }
        await story.CloseAsync();
    }

    private static Task CrashEverywhereAsync(Disk disk, IReadOnlyList<DiskAct> journal, Story story, StoreSettings settings, Func<int, int> pointOf) =>
        CrashEverywhere.RunAsync(disk, journal, point => [Loss.All, Loss.Nothing, Loss.Tail + point % 3], (files, cut) =>
            new Aftermath(story, settings, pointOf(cut), isThorough: cut % ThoroughEvery == 0).CheckAsync(files));
}
