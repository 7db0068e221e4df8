using ActorSync.Graphs;
using ActorSync.Graphs.Stores;

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>
/// The disk is full for a while, beginning at every act of a workload: what fails says so, reading goes on, what is tried
/// again works when there is room, and nothing is there twice or lost.
/// </summary>
public sealed class FullDiskTests
{
    private const int Appends = 60;
    private const int FullFor = 5;

    private static readonly StoreSettings Settings = new()
    {
        Folder = "/data",
        WriterThreads = 1,
        SegmentBytes = StoreSettings.MinSegmentBytes,
        CheckpointCommands = 8,
    };

    [Fact]
    public async Task At_every_point_a_full_disk_is_said_to_be_full_and_forgotten_when_there_is_room()
    {
        var (acts, failures) = (0, 0);
        for (var from = 0; from <= acts; from++)
        {
            var (files, act) = (new MemoryFiles(), 0);
            files.Before = (what, path) =>
            {
                var number = Interlocked.Increment(ref act);
                if (what is FileAct.Write or FileAct.Create && number > from && number <= from + FullFor)
                    throw new IOException("No space left on device", 28);
            };
            failures += await LiveAsync(files);
            acts = act - FullFor;
        }
        Assert.InRange(acts, 150, 1000);
        Assert.InRange(failures, acts, acts * FullFor);
    }

    // How often something failed.
    private static async Task<int> LiveAsync(MemoryFiles files)
    {
        var (graph, failures) = (new RandomGraph(4), 0);
        await using (var store = await UntilAsync(() => NodeStore.OpenAsync(Settings, files)))
        {
            var opened = await UntilAsync(() => store.CreateAsync(graph.Init));
            for (var i = 0; i < Appends; i++)
                await AppendAsync(opened, graph.Batch(3));
        }
        files.Before = (_, _) => { };
        Assert.DoesNotContain(files.Files, path => path.EndsWith(".new", StringComparison.Ordinal));
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        var found = (await again.OpenAsync(graph.Graph)).Value;
        Assert.Equal(graph.Commands.Count, found.Index.Count);
        Assert.Equal(graph.Heads.Digest, found.Index.Heads().Digest);
        Assert.True((await again.VerifyAsync(graph.Graph)).Value.IsSound);
        return failures;

        async Task<T> UntilAsync<T>(Func<Task<Result<T>>> attempt)
        {
            while (true)
            {
                if ((await attempt()).TryGet(out var result, out var error))
                    return result;
                SaysFull(error);
            }
        }

        async Task AppendAsync(OpenedGraph opened, List<Command> batch)
        {
            var (first, heads) = (opened.Index.Count, opened.Index.Heads());
            while (true)
            {
                foreach (var command in batch)
                    Assert.Null(opened.Index.Add(command).Error);
                var error = await opened.Store.AppendAsync(first, batch);
                await ((GraphLog)opened.Store).IndexWriting;
                if (error is null)
                    return;
                SaysFull(error);
                opened.Index.Cut(first, heads);
                Assert.True(opened.Store.Read(first - 1).Span.SequenceEqual(graph.Commands[first - 1].Bytes.Span));
            }
        }

        void SaysFull(SyncError error)
        {
            failures++;
            Assert.Equal(SyncErrorKind.StoreFailed, error.Kind);
            Assert.Contains("the disk is full; make room, then try again", error.Message, StringComparison.Ordinal);
        }
    }
}
