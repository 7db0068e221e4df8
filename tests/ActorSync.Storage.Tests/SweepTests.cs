using ActorSync.Graphs;
using ActorSync.Peers;

namespace ActorSync.Storage.Tests;

/// <summary>
/// Every byte of every file of a small store is flipped, and every file is cut at every byte and taken away: what is wrong
/// is found and its file named, or nothing is wrong. Nothing else than what was written is ever given out.
/// </summary>
public sealed class SweepTests
{
    private static readonly StoreSettings Settings = new()
    {
        Folder = "/data",
        WriterThreads = 1,
        SegmentBytes = StoreSettings.MinSegmentBytes,
        CheckpointCommands = 8,
    };

    private static readonly PeerIdentity Peer = new(new NodeId(5), new InstanceId(6));

    // Three files of log, an index of two of them, heads of a peer, who the node is; as a clean end leaves them, or a kill.
    private static async Task<(MemoryFiles Closed, MemoryFiles Killed, RandomGraph Graph)> StoredAsync()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(12));
        var store = (await NodeStore.OpenAsync(Settings, files, new ManualTime())).Value;
        var opened = (await store.CreateAsync(graph.Init)).Value;
        while (!files.Files.Any(path => path.EndsWith("00000003.log", StringComparison.Ordinal)))
        {
            var first = graph.Commands.Count;
            var batch = graph.Batch(6, 150);
            batch.ForEach(command => Assert.Null(opened.Index.Add(command).Error));
            Assert.Null(await opened.Store.AppendAsync(first, batch));
        }
        await ((GraphLog)opened.Store).IndexWriting;
        store.PeerKnowledge.RememberAckedHeads(Peer, graph.Graph, [graph.Commands[^1].Address]);
        await ((PeerKnowledgeLog)store.PeerKnowledge).WriteAsync();
        var killed = files.Copy();
        await store.DisposeAsync();
        return (files.Copy(), killed, graph);
    }

    [Theory]
    [InlineData("node", false)]
    [InlineData("peers/00000001.log", false)]
    [InlineData("peers/00000001.log", true)]
    [InlineData("00000001.log", false)]
    [InlineData("00000002.log", true)]
    [InlineData("00000003.log", false)]
    [InlineData("00000003.log", true)]
    [InlineData("00000001.idx", false)]
    [InlineData("00000001.idx", true)]
    public async Task Whatever_becomes_of_a_file_nothing_wrong_is_given_out(string name, bool afterKill)
    {
        var (closed, killed, graph) = await StoredAsync();
        var files = afterKill ? killed : closed;
        var path = files.Files.Single(file => name.Contains('/', StringComparison.Ordinal) || name == "node"
            ? file.EndsWith("/" + name, StringComparison.Ordinal)
            : file == $"/data/graphs/{graph.Graph}/{name}");
        var bytes = files[path];
        Assert.NotEmpty(bytes);
        // What no log can tell: a killed process leaves no mark, and a file that is cut between two records looks complete.
        var isOpenEnd = afterKill && name == "00000003.log";
        var ends = isOpenEnd ? EndsOf(bytes) : [];
        var found = 0;
        await Parallel.ForAsync(0, bytes.Length, async (at, _) =>
        {
            var flipped = bytes.ToArray();
            flipped[at] ^= (byte)(1 << at % 8);
            if (await IsFoundAsync(With(flipped), path, graph, mayLose: false))
                Interlocked.Increment(ref found);
            if (await IsFoundAsync(With(bytes[..at]), path, graph, ends.Contains(at)))
                Interlocked.Increment(ref found);
        });
        var gone = files.Copy();
        gone.DeleteFile(path);
        // An index is put aside in silence; a newest file that is not there, with no mark anywhere, was never made.
        Assert.Equal(!isOpenEnd && !name.EndsWith(".idx", StringComparison.Ordinal), await IsFoundAsync(gone, path, graph, isOpenEnd));
        if (path.Contains("peers", StringComparison.Ordinal))
            Assert.InRange(found, 2 * (bytes.Length - RecordFormat.HeadSize), 2 * bytes.Length);
        else if (name == "node")
            // Each slot to its last byte, and whether both are there; what is between them says nothing.
            Assert.Equal(2 * NodeFile.SlotSize + NodeFile.SlotStride + NodeFile.SlotSize, found);
        else
            // An index is put aside in silence; all else is checked to its last byte.
            Assert.Equal(name.EndsWith(".idx", StringComparison.Ordinal) ? 0 : 2 * bytes.Length - ends.Count, found);

        MemoryFiles With(byte[] changed)
        {
            var store = files.Copy();
            store[path] = changed;
            return store;
        }
    }

    private static HashSet<int> EndsOf(byte[] bytes)
    {
        var ends = Enumerable.Range(0, RecordFormat.SegmentHeaderSize + 1).ToHashSet();
        for (var at = RecordFormat.SegmentHeaderSize; at < bytes.Length; ends.Add(at))
            at += RecordFormat.HeadSize + BitConverter.ToInt32(bytes, at);
        ends.Remove(bytes.Length);
        return ends;
    }

    // Whether something was found to be wrong, or lost; fails when that is not so and something is.
    private static async Task<bool> IsFoundAsync(MemoryFiles files, string path, RandomGraph graph, bool mayLose)
    {
        var opened = await NodeStore.OpenAsync(Settings, files, new ManualTime());
        if (opened.Error is { } refused)
            return Names(refused, "/data");
        await using var store = opened.Value;
        var isFound = store.Recovery.LostPeerKnowledge || store.Recovery.TornBytes > 0 || store.Recovery.LostTails > 0;
        var heads = store.PeerKnowledge.AckedHeads(Peer, graph.Graph);
        if (heads.Count == 0)
            // Heads are written without a flush: those that are lost from the end are none that anybody counts on.
            isFound |= path.Contains("peers", StringComparison.Ordinal);
        else
            Assert.Equal(graph.Commands[^1].Address, Assert.Single(heads));
        isFound |= path.Contains("peers", StringComparison.Ordinal) && store.Recovery.WasUnclean;
        isFound |= path == "/data/node" && store.Recovery.IsNewInstance;
        return await IsFoundAsync(store, path, graph, mayLose) || isFound;
    }

    private static async Task<bool> IsFoundAsync(NodeStore store, string path, RandomGraph graph, bool mayLose)
    {
        var opened = await store.OpenAsync(graph.Graph);
        if (opened.Error is { } damage)
            return Names(damage, path);
        var (count, unread) = (opened.Value.Index.Count, 0);
        Assert.True(mayLose || count == graph.Commands.Count || store.Recovery is { IsNewInstance: true, LostTails: 1 });
        var snapshot = new GraphSnapshot(graph.Graph, opened.Value.Index, count, opened.Value.Index.Heads(), opened.Value.Store);
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            Assert.Equal(graph.Commands[ordinal].Address, snapshot.AddressOf(ordinal));
            try
            {
                Assert.True(opened.Value.Store.Read(ordinal).Span.SequenceEqual(graph.Commands[ordinal].Bytes.Span));
            }
            catch (SyncException unreadable)
            {
                unread++;
                Assert.True(Names(unreadable.Error, path));
            }
        }
        var verified = (await store.VerifyAsync(graph.Graph)).Value;
        Assert.Equal(unread > 0, !verified.IsSound);
        Assert.True(verified.IsSound || verified.DamagedFile == path);
        return !mayLose && (unread > 0 || count < graph.Commands.Count);
    }

    private static bool Names(SyncError error, string path)
    {
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.True(error.Message.Contains(path, StringComparison.Ordinal), $"{path} is not named: {error.Message}");
        return true;
    }
}
