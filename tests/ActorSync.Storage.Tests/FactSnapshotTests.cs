using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Storage.Tests;

/// <summary>Facts of a graph that is opened again: those of its snapshot where that fits, and the same where it does not.</summary>
public sealed class FactSnapshotTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1 };
    private static readonly GraphClientOptions Options = new() { Limits = new GraphLimits { Heads = int.MaxValue } };
    private static readonly GraphClientOptions NoSnapshots = Options with { SnapshotEvery = null };

    [Fact]
    public async Task Facts_of_a_snapshot_are_not_evaluated_again_and_what_came_later_is()
    {
        var run = Run(1000);
        var files = await Stored(new SumPolicy(), Options, run[..800]);
        Assert.Contains(files.Files, path => path.EndsWith("/facts", StringComparison.Ordinal));
        Assert.Equal(0, await Evaluations(files, run[..800]));

        await Append(files, new SumPolicy(), NoSnapshots, run[800..]);
        Assert.Equal(200, await Evaluations(files, run));
    }

    [Fact]
    public async Task A_snapshot_is_written_beside_the_commits_after_so_many()
    {
        var run = Run(1000);
        var files = new MemoryFiles();
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var client = (await GraphClient.CreateAsync(store, run[0], new SumPolicy(), Options with { SnapshotEvery = 100 })).Value;
        var renamed = new TaskCompletionSource();
        files.Before = (act, path) => _ = act == FileAct.Rename && path.EndsWith("/facts.new", StringComparison.Ordinal) && renamed.TrySetResult();
        for (var next = 1; next < 100; next++)
            await Receive(client, [run[next]]);
        await renamed.Task;
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Equal_those_of_the_graph_wherever_commands_come_before_and_after_the_snapshot()
    {
        var (rebuilt, kept) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var graph = new RandomGraph(seed);
            graph.Batch(random.Next(20, 300));
            var at = random.Next(1, graph.Commands.Count);
            var files = await Stored(new SumPolicy(), Options, graph.Commands[..at]);
            var expected = await Expected(graph.Commands);

            var policy = new SumPolicy();
            var batches = graph.Commands[at..].Chunk(random.Next(1, 30)).ToList();
            foreach (var batch in batches)
                await Append(files, policy, seed % 2 == 0 ? NoSnapshots : Options, batch);
            _ = policy.Evaluations > graph.Commands.Count ? rebuilt++ : kept++;
            await AssertFacts(expected, files, graph.Graph);
        }
        Assert.True(rebuilt > 5 && kept > 5, $"{rebuilt} were rebuilt, {kept} kept");
    }

    [Fact]
    public async Task Every_flip_and_every_cut_of_the_file_is_found_and_the_facts_are_rebuilt()
    {
        var graph = new RandomGraph(5);
        graph.Batch(12, payloadBytes: 4);
        var stored = await Stored(new SumPolicy(), Options, graph.Commands);
        var path = stored.Files.Single(file => file.EndsWith("/facts", StringComparison.Ordinal));
        var (bytes, expected) = (stored[path], await Expected(graph.Commands));
        await AssertFacts(expected, stored, graph.Graph);
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var damaged in (byte[][])[bytes[..at], [.. bytes[..at], (byte)(bytes[at] ^ 1 << at % 8), .. bytes[(at + 1)..]], [.. bytes[..at], .. bytes[(at + 1)..]]])
            {
                var files = stored.Copy();
                files[path] = damaged;
                var policy = new SumPolicy();
                await AssertFacts(expected, files, graph.Graph, policy);
                Assert.True(policy.Evaluations > 0, $"believed although byte {at} is damaged");
            }
        }
    }

    [Fact]
    public async Task Another_version_of_the_policy_or_of_its_limits_rebuilds_them()
    {
        var run = Run(50);
        var files = await Stored(new SumPolicy(), Options, run);
        foreach (var policy in new[] { new SumPolicy { Version = "sums 2" }, new SumPolicy { Limits = new FactLimits { KeyBytes = 5 } }, new SumPolicy { Version = null } })
        {
            await AssertFacts(await Expected(run), files.Copy(), new GraphId(run[0].Id), policy);
            Assert.Equal(50, policy.Evaluations);
        }
    }

    [Fact]
    public async Task Another_incarnation_of_the_store_rebuilds_them()
    {
        var run = Run(50);
        var files = await Stored(new SumPolicy(), Options, run);
        var node = NodeFile.Read(files, "/data").Value!;
        (node with { Instance = new InstanceId(node.Instance.Value + 1) }).Write(files, "/data");
        Assert.Equal(50, await Evaluations(files, run));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(49)]
    public async Task A_snapshot_that_is_newer_than_the_log_is_not_used(int kept)
    {
        var run = Run(50);
        var late = await Stored(new SumPolicy(), Options, run);
        var early = await Stored(new SumPolicy(), NoSnapshots, run[..kept]);
        PutSnapshot(late, early);
        Assert.Equal(kept, await Evaluations(early, run[..kept]));
    }

    [Fact]
    public async Task A_snapshot_of_as_many_other_commands_is_not_used()
    {
        var run = Run(50);
        var other = Command.Create(Prior.Single(run[20].Address), Priority.Basic(0), [9]);
        var theirs = await Stored(new SumPolicy(), Options, [.. run[..30], other]);
        var ours = await Stored(new SumPolicy(), NoSnapshots, run[..31]);
        PutSnapshot(theirs, ours);
        Assert.Equal(31, await Evaluations(ours, run[..31]));
    }

    [Fact]
    public async Task A_snapshot_that_does_not_fit_on_the_disk_takes_no_room_from_the_rest()
    {
        const int room = 150;
        var run = Run(400);
        var files = await Stored(new SumPolicy(), NoSnapshots, run[..300]);
        files.Before = (act, path) =>
        {
            if (act == FileAct.Create && path.EndsWith("/facts.new", StringComparison.Ordinal))
                files.Capacity = Used() + room;
        };
        await Append(files, new SumPolicy(), Options, run[300..]);
        Assert.Equal(Used(), files.Files.Where(path => !path.Contains("/facts", StringComparison.Ordinal)).Sum(path => (long)files[path].Length));
        Assert.Equal(RunState.Closed, NodeFile.Read(files, "/data").Value!.State);

        // So it is with what a killed process has left of one.
        var left = $"/data/graphs/{new GraphId(run[0].Id)}/facts.new";
        files[left] = new byte[2 * room];
        files.Capacity = Used();
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.DoesNotContain(left, files.Files);
        Assert.Equal(run.Length, (await store.OpenAsync(new GraphId(run[0].Id))).Value.Index.Count);

        long Used() => files.Files.Sum(path => (long)files[path].Length);
    }

    [Fact]
    public async Task What_fails_while_a_snapshot_is_written_harms_neither_the_graph_nor_the_one_before()
    {
        var run = Run(60);
        foreach (var fault in new[] { FileAct.Create, FileAct.Write, FileAct.Flush, FileAct.Rename, FileAct.FlushFolder })
        {
            var files = await Stored(new SumPolicy(), Options, run[..30]);
            files.Before = (act, path) =>
            {
                if (act == fault && (path.EndsWith("/facts.new", StringComparison.Ordinal) || fault == FileAct.FlushFolder && path.Contains("graphs/", StringComparison.Ordinal)))
                    throw new IOException("planned");
            };
            await Append(files, new SumPolicy(), Options, run[30..]);
            files.Before = (_, _) => { };
            Assert.DoesNotContain(files.Files, path => path.EndsWith(".new", StringComparison.Ordinal));
            Assert.InRange(await Evaluations(files.Copy(), run), fault == FileAct.FlushFolder ? 0 : 30, 30);
            Assert.Equal(fault == FileAct.FlushFolder ? 0 : 30, await Evaluations(files.Copy(flushedOnly: true), run));
        }
    }

    [Theory]
    [InlineData(FsyncMode.Always)]
    [InlineData(FsyncMode.Never)]
    public async Task A_snapshot_takes_the_place_of_the_one_before_when_its_commands_are_on_the_disk(FsyncMode fsync)
    {
        var run = Run(60);
        var files = await Stored(new SumPolicy(), Options, run[..30]);
        await using var store = (await NodeStore.OpenAsync(Settings with { Fsync = fsync }, files)).Value;
        var (opened, replaced) = ((await store.OpenAsync(new GraphId(run[0].Id))).Value, 0);
        var log = files.Files.Single(path => path.Contains("/graphs/", StringComparison.Ordinal) && path.EndsWith(".log", StringComparison.Ordinal));
        files.Before = (act, path) =>
        {
            if (act != FileAct.Rename || !path.EndsWith("/facts.new", StringComparison.Ordinal))
                return;
            replaced++;
            var flushed = files.Copy(flushedOnly: true)[log];
            Assert.True(flushed.AsSpan().IndexOf(run[^1].Bytes.Span) >= 0, "its last command is not on the disk");
        };
        var snapshot = await SnapshotOfAsync(files, run);
        var append = AppendAsync(opened, run[30..]);
        Assert.Null(await opened.Store.Facts.WriteAsync(snapshot));
        Assert.Null(await append);
        Assert.Equal(1, replaced);
    }

    [Fact]
    public async Task A_snapshot_of_commands_that_are_not_committed_leaves_the_one_before()
    {
        var run = Run(60);
        var files = await Stored(new SumPolicy(), Options, run[..30]);
        var snapshot = await SnapshotOfAsync(files, run);
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var opened = (await store.OpenAsync(new GraphId(run[0].Id))).Value;
            files.Before = (act, path) =>
            {
                if (act == FileAct.Write && path.EndsWith(".log", StringComparison.Ordinal))
                    throw LogFixture.Broken();
            };
            var append = AppendAsync(opened, run[30..]);
            var error = await opened.Store.Facts.WriteAsync(snapshot);
            Assert.NotNull(await append);
            Assert.Equal(SyncErrorKind.StoreFailed, error?.Kind);
            files.Before = (_, _) => { };
        }
        Assert.Equal(0, await Evaluations(files, run[..30]));
    }

    [Fact]
    public async Task Facts_that_take_more_than_a_snapshot_may_are_rebuilt()
    {
        var run = Run(50);
        var files = new MemoryFiles();
        await using (var store = (await NodeStore.OpenAsync(Settings with { MaxSnapshotBytes = 100 }, files)).Value)
        {
            await using var client = (await GraphClient.CreateAsync(store, run[0], new SumPolicy(), Options)).Value;
            await Receive(client, run[1..]);
        }
        Assert.DoesNotContain(files.Files, path => path.Contains("/facts", StringComparison.Ordinal));
        Assert.Equal(50, await Evaluations(files, run));
    }

    private static Task<SyncError?> AppendAsync(OpenedGraph opened, IReadOnlyList<Command> commands)
    {
        var first = opened.Index.Count;
        foreach (var command in commands)
            Assert.Null(opened.Index.Add(command).Error);
        return opened.Store.AppendAsync(first, commands);
    }

    // The facts of these commands, as a writer takes them while its commits are under way.
    private static async Task<FactSnapshot> SnapshotOfAsync(MemoryFiles stored, Command[] commands)
    {
        var node = NodeFile.Read(stored, "/data").Value!;
        var store = new MemoryNodeStore(new PeerIdentity(node.Node, node.Instance));
        await using (var client = (await GraphClient.CreateAsync(store, commands[0], new SumPolicy(), Options)).Value)
            await Receive(client, commands.Skip(1));
        return (await store.OpenAsync(new GraphId(commands[0].Id))).Value.Store.Facts.Read()!;
    }

    private static void PutSnapshot(MemoryFiles from, MemoryFiles to)
    {
        var path = from.Files.Single(file => file.EndsWith("/facts", StringComparison.Ordinal));
        to[path] = from[path];
        // Both are of one incarnation, as after a crash that lost the end of the log.
        var node = NodeFile.Read(from, "/data").Value!;
        node.Write(to, "/data");
    }

    private static Command[] Run(int count)
    {
        var run = new List<Command> { Command.Init("run"u8) };
        while (run.Count < count)
            run.Add(Command.Create(Prior.Single(run[^1].Address), Priority.Basic(0), [1, (byte)run.Count, (byte)(run.Count >> 8)]));
        return [.. run];
    }

    // A store with a graph of these commands, received in one transaction.
    private static async Task<MemoryFiles> Stored(IGraphPolicy policy, GraphClientOptions options, IReadOnlyList<Command> commands)
    {
        var files = new MemoryFiles();
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        await using var client = (await GraphClient.CreateAsync(store, commands[0], policy, options)).Value;
        await Receive(client, commands.Skip(1));
        return files;
    }

    private static async Task Append(MemoryFiles files, IGraphPolicy policy, GraphClientOptions options, IReadOnlyList<Command> commands)
    {
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        await using var client = (await GraphClient.OpenAsync(store, store.Graphs.Single(), policy, options)).Value;
        await Receive(client, commands);
    }

    private static async Task Receive(GraphClient client, IEnumerable<Command> commands)
    {
        var transaction = client.Begin();
        foreach (var command in commands)
            transaction.Add(command);
        _ = (await transaction.CommitAsync()).Value;
    }

    // How many commands opening the graph evaluates; its facts are checked.
    private static async Task<int> Evaluations(MemoryFiles files, Command[] commands)
    {
        var policy = new SumPolicy();
        await AssertFacts(await Expected(commands), files, new GraphId(commands[0].Id), policy);
        return policy.Evaluations;
    }

    private static async Task<Facts> Expected(IReadOnlyList<Command> commands)
    {
        var store = new MemoryNodeStore(new PeerIdentity(new NodeId(1), new InstanceId(1)));
        await using var client = (await GraphClient.CreateAsync(store, commands[0], new SumPolicy(), NoSnapshots)).Value;
        await Receive(client, commands.Skip(1));
        return client.Facts;
    }

    private static async Task AssertFacts(Facts expected, MemoryFiles files, GraphId graph, IGraphPolicy? policy = null)
    {
        await using var store = (await NodeStore.OpenAsync(Settings, files.Copy())).Value;
        await using var client = (await GraphClient.OpenAsync(store, graph, policy ?? new SumPolicy(), NoSnapshots)).Value;
        Assert.True(expected.IsSameAs(client.Facts), "other facts");
    }
}
