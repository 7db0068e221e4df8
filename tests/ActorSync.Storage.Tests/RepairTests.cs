using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Storage.Tests;

public sealed class RepairTests
{
    private static readonly StoreSettings Settings = new() { Folder = "/data", WriterThreads = 1, SegmentBytes = StoreSettings.MinSegmentBytes, CheckpointCommands = 8 };

    private static string LogOf(RandomGraph graph, int segment) => $"/data/graphs/{graph.Graph}/{segment:x8}.log";

    private static async Task<(MemoryFiles Files, RandomGraph Graph, NodeStore Was)> StoredAsync()
    {
        var (files, graph) = (new MemoryFiles(), new RandomGraph(3));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        var opened = (await store.CreateAsync(graph.Init)).Value;
        for (var i = 0; i < 60; i++)
            await AppendAsync(opened, graph.Batch(4));
        return (files, graph, store);
    }

    private static async Task AppendAsync(OpenedGraph opened, IReadOnlyList<Command> batch)
    {
        var first = opened.Index.Count;
        foreach (var command in batch)
            Assert.Null(opened.Index.Add(command).Error);
        Assert.Null(await opened.Store.AppendAsync(first, batch));
    }

    [Fact]
    public async Task A_damaged_graph_is_set_aside_keeps_what_can_be_read_and_takes_the_rest_from_a_peer()
    {
        var (files, graph, was) = await StoredAsync();
        var bytes = files[LogOf(graph, 2)];
        bytes[1000] ^= 1;
        files[LogOf(graph, 2)] = bytes;

        var report = Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs);

        Assert.Equal((LogOf(graph, 2), $"/data/graphs/{graph.Graph}.damaged"), (report.Found.DamagedFile, report.SetAside));
        Assert.InRange(report.Kept, 20, graph.Commands.Count - 4);
        Assert.Equal(bytes, files[$"{report.SetAside}/00000002.log"]);
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(was.Node, store.Node);
        Assert.NotEqual(was.Instance, store.Instance);
        var opened = (await store.OpenAsync(graph.Graph)).Value;
        Assert.Equal(report.Kept, opened.Index.Count);
        var has = Enumerable.Range(0, opened.Index.Count).Select(ordinal => Command.Parse(opened.Store.Read(ordinal)).Value.Id).ToHashSet();
        await AppendAsync(opened, [.. graph.Commands.Where(command => !has.Contains(command.Id))]);
        Assert.Equal(graph.Heads.Digest, opened.Index.Heads().Digest);
        Assert.True((await store.VerifyAsync(graph.Graph)).Value.IsSound);
    }

    // A log of commands each after the other; the record of the given one is damaged.
    private static async Task<(MemoryFiles Files, List<Command> Commands)> ChainAsync(int count, int damaged, int perRecord = 1)
    {
        var (files, commands) = (new MemoryFiles(), new List<Command> { Command.Init("chain"u8) });
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
        {
            var opened = (await store.CreateAsync(commands[0])).Value;
            while (commands.Count < count)
            {
                var batch = new List<Command>();
                for (; batch.Count < perRecord; commands.Add(batch[^1]))
                    batch.Add(Command.Create(Prior.Single(commands[^1].Address), Priority.Basic(0), BitConverter.GetBytes(commands.Count)));
                await AppendAsync(opened, batch);
            }
        }
        var path = files.Files.First(file => file.EndsWith(".log", StringComparison.Ordinal) && file.StartsWith("/data/graphs", StringComparison.Ordinal));
        var bytes = files[path];
        var at = RecordFormat.SegmentHeaderSize;
        for (var record = 0; record < damaged; record++)
            at += RecordFormat.HeadSize + BitConverter.ToInt32(bytes, at);
        if (damaged < count)
            bytes[at + RecordFormat.HeadSize + 3] ^= 1;
        files[path] = bytes;
        return (files, commands);
    }

    private static async Task<RepairReport> RepairAsync(MemoryFiles files) => Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs);

    [Fact]
    public async Task Intact_commands_behind_the_damage_wait_for_their_priors_and_return_when_a_peer_has_sent_them()
    {
        var (files, commands) = await ChainAsync(20, 5);
        var graph = new GraphId(commands[0].Id);

        var first = await RepairAsync(files);
        Assert.Equal((5L, 14L, 0L), (first.Kept, first.Waiting, first.Returned));
        Assert.InRange(first.Missing, 14, 15);
        Assert.Equal([$"/data/graphs/{graph}.damaged"], first.Aside);
        var again = await RepairAsync(files);
        Assert.Equal((5L, 14L, 0L, null), (again.Kept, again.Waiting, again.Returned, again.SetAside));
        var node = NodeFile.Read(files, "/data").Value!;
        Assert.Equal(14, Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.Graphs).Waiting);

        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
            await AppendAsync((await store.OpenAsync(graph)).Value, [commands[5]]);
        Assert.Equal(14, Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.Graphs).Waiting);
        var returned = Assert.Single((await StoreRepair.ReturnAsync(Settings, new HashSet<GraphId> { graph }, files: files)).Value.Graphs);
        Assert.Equal((20L, 0L, 14L, 0L), (returned.Kept, returned.Waiting, returned.Returned, returned.Missing));
        Assert.Equal(node, NodeFile.Read(files, "/data").Value! with { Sequence = node.Sequence });

        await using var whole = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.False(whole.Recovery.IsNewInstance);
        Assert.Equal(commands[^1].Address, Assert.Single((await whole.OpenAsync(graph)).Value.Index.Heads()));
        Assert.True((await whole.VerifyAsync(graph)).Value.IsSound);
    }

    [Fact]
    public async Task A_return_that_is_cut_short_anywhere_is_finished_by_the_next()
    {
        var (stored, commands) = await ChainAsync(20, 5);
        var graph = new GraphId(commands[0].Id);
        await RepairAsync(stored);
        await using (var store = (await NodeStore.OpenAsync(Settings, stored)).Value)
            await AppendAsync((await store.OpenAsync(graph)).Value, [commands[5]]);
        var acts = 0;
        var counting = stored.Copy();
        counting.Before = (_, _) => acts++;
        Assert.Equal(14, (await RepairAsync(counting)).Returned);
        for (var cut = 0; cut < acts; cut++)
        {
            var (files, act) = (stored.Copy(), 0);
            files.Before = (_, _) =>
            {
                if (act++ >= cut)
                    throw LogFixture.Broken();
            };
            Assert.Equal(SyncErrorKind.StoreFailed, (await StoreRepair.RepairAsync(Settings, files: files)).Error!.Kind);
            var again = files.Copy();
            var report = await RepairAsync(again);
            Assert.Equal((20L, 0L, null), (report.Kept, report.Waiting, report.SetAside));
            await using var store = (await NodeStore.OpenAsync(Settings, again)).Value;
            Assert.Equal(20, (await store.OpenAsync(graph)).Value.Index.Count);
        }
        Assert.True(acts > 10);
    }

    [Fact]
    public async Task What_two_repairs_set_aside_comes_together_in_whatever_order_it_is_read()
    {
        var (files, commands) = await ChainAsync(20, 5);
        var graph = new GraphId(commands[0].Id);
        var folder = $"/data/graphs/{graph}";
        var whole = files[$"{folder}/00000001.log"];
        Assert.Equal(14, (await RepairAsync(files)).Waiting);
        // Another one in which the record before and the one behind are damaged: each has what the other lacks.
        files.CreateFolder($"{folder}.damaged-10");
        var at = RecordFormat.SegmentHeaderSize;
        for (var record = 0; record < 10; record++)
            at += RecordFormat.HeadSize + BitConverter.ToInt32(whole, at);
        var five = RecordFormat.SegmentHeaderSize;
        for (var record = 0; record < 5; record++)
            five += RecordFormat.HeadSize + BitConverter.ToInt32(whole, five);
        whole[five + RecordFormat.HeadSize + 3] ^= 1;
        whole[at + RecordFormat.HeadSize + 3] ^= 1;
        files[$"{folder}.damaged-10/00000001.log"] = whole;

        var report = await RepairAsync(files);
        Assert.Equal((20L, 15L, 0L), (report.Kept, report.Returned, report.Waiting));
        Assert.Equal([$"{folder}.damaged", $"{folder}.damaged-10"], report.Aside);
    }

    [Fact]
    public void The_newest_of_what_was_set_aside_is_told_by_its_number()
    {
        var files = new MemoryFiles();
        foreach (var name in (string[])["a.damaged", "a.damaged-2", "a.damaged-3", "a.damaged-10", "a.damaged-x", "b.damaged-9", "b.damaged-10", "b"])
            files.CreateFolder($"/data/graphs/{name}");
        var folders = new ReplicaFolders(files, "/data", "graphs", LogKind.Graph, StoreCatalog.Read(files, "/data", mayLack: true));
        Assert.Equal("/data/graphs/a.damaged-10", Assert.Single(folders.SetAsideOnly()).Value);
        Assert.Equal(["/data/graphs/b.damaged-9", "/data/graphs/b.damaged-10"], folders.SetAsideOf("b"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_bit_in_the_header_of_the_only_file_costs_nothing(bool isRecordBad)
    {
        var (stored, commands) = await ChainAsync(20, isRecordBad ? 3 : 20);
        var path = $"/data/graphs/{new GraphId(commands[0].Id)}/00000001.log";
        for (var bit = 0; bit < RecordFormat.SegmentHeaderSize * 8; bit++)
        {
            var files = stored.Copy();
            var bytes = files[path];
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            files[path] = bytes;
            var report = await RepairAsync(files);
            Assert.Equal(isRecordBad ? (3L, 16L) : (20L, 0L), (report.Kept, report.Waiting));
        }
    }

    [Fact]
    public async Task A_header_that_is_gone_is_known_by_that_of_the_index_beside_it()
    {
        var (files, graph, _) = await StoredAsync();
        foreach (var path in files.Files.Where(path => path.StartsWith($"/data/graphs/{graph.Graph}/", StringComparison.Ordinal) && path.EndsWith(".log", StringComparison.Ordinal)).ToList())
            files[path] = [.. new byte[RecordFormat.SegmentHeaderSize], .. files[path][RecordFormat.SegmentHeaderSize..]];
        Assert.Equal(graph.Commands.Count, (await RepairAsync(files)).Kept);
    }

    [Fact]
    public async Task Behind_a_bad_header_every_record_is_kept()
    {
        var (files, graph, _) = await StoredAsync();
        var bytes = files[LogOf(graph, 2)];
        bytes[4] ^= 1;
        files[LogOf(graph, 2)] = bytes;
        Assert.Equal(graph.Commands.Count, Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs).Kept);
    }

    [Fact]
    public async Task What_is_sound_is_left_as_it_is()
    {
        var (files, graph, was) = await StoredAsync();
        var before = files.Files.ToDictionary(path => path, path => Convert.ToHexString(files[path]));
        var report = Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs);
        Assert.True(report is { Found.IsSound: true, SetAside: null });
        Assert.Equal(graph.Commands.Count, report.Kept);
        Assert.Equal(before, files.Files.ToDictionary(path => path, path => Convert.ToHexString(files[path])));
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(was.Instance, store.Instance);
    }

    [Fact]
    public async Task Verifying_names_the_damage_and_changes_nothing()
    {
        var (files, graph, _) = await StoredAsync();
        files.DeleteFile(LogOf(graph, 2));
        var before = files.Files.ToList();
        var report = Assert.Single((await StoreRepair.VerifyAsync(Settings, files: files)).Value.Graphs);
        Assert.Equal((LogOf(graph, 2), 0L), (report.Found.DamagedFile, report.Found.DamagedOffset));
        Assert.Equal(before, files.Files);
    }

    [Fact]
    public async Task Of_a_graph_without_its_first_command_nothing_can_be_kept_and_nothing_is_thrown_away()
    {
        var (files, graph, _) = await StoredAsync();
        files.DeleteFile(LogOf(graph, 1));
        Assert.Equal(0, Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs).Kept);
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Empty(store.Graphs);
        Assert.Contains($"/data/graphs/{graph.Graph}.damaged/00000002.log", files.Files);
        Assert.Null((await store.CreateAsync(graph.Init)).Error);
    }

    [Fact]
    public async Task A_graph_of_which_nothing_can_be_kept_gives_the_node_one_new_instance_and_no_more()
    {
        var (files, graph, was) = await StoredAsync();
        files.DeleteFile(LogOf(graph, 1));
        var instances = new List<InstanceId> { was.Instance };
        for (var run = 0; run < 3; run++)
        {
            Assert.Equal(0, Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs).Kept);
            instances.Add(NodeFile.Read(files, "/data").Value!.Instance);
        }
        Assert.NotEqual(instances[0], instances[1]);
        Assert.Equal([instances[1], instances[1]], instances[2..]);
    }

    [Fact]
    public async Task What_was_set_aside_of_a_graph_that_was_then_removed_stays_and_brings_it_back_no_more()
    {
        var (files, graph, _) = await StoredAsync();
        var bytes = files[LogOf(graph, 2)];
        bytes[1000] ^= 1;
        files[LogOf(graph, 2)] = bytes;
        Assert.NotNull(Assert.Single((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs).SetAside);
        await using (var store = (await NodeStore.OpenAsync(Settings, files)).Value)
            Assert.Null(await store.RemoveAsync(graph.Graph));

        Assert.Empty((await StoreRepair.RepairAsync(Settings, files: files)).Value.Graphs);
        Assert.Equal(bytes, files[$"/data/graphs/{graph.Graph}.removed/00000002.log"]);
        await using var again = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Empty(again.Graphs);
    }

    [Fact]
    public async Task A_repair_that_is_cut_short_anywhere_is_finished_by_the_next()
    {
        var (stored, graph, _) = await StoredAsync();
        var bytes = stored[LogOf(graph, 2)];
        bytes[1000] ^= 1;
        stored[LogOf(graph, 2)] = bytes;
        var acts = 0;
        var counting = stored.Copy();
        counting.Before = (_, _) => acts++;
        var kept = Assert.Single((await StoreRepair.RepairAsync(Settings, files: counting)).Value.Graphs).Kept;
        for (var cut = 0; cut < acts; cut++)
        {
            var (files, act) = (stored.Copy(), 0);
            files.Before = (_, _) =>
            {
                if (act++ >= cut)
                    throw LogFixture.Broken();
            };
            Assert.Equal(SyncErrorKind.StoreFailed, (await StoreRepair.RepairAsync(Settings, files: files)).Error!.Kind);
            var again = files.Copy();
            Assert.Equal(kept, Assert.Single((await StoreRepair.RepairAsync(Settings, files: again)).Value.Graphs).Kept);
            await using var store = (await NodeStore.OpenAsync(Settings, again)).Value;
            Assert.Equal(kept, (await store.OpenAsync(graph.Graph)).Value.Index.Count);
        }
        Assert.True(acts > 10);
    }

    [Fact]
    public async Task A_store_that_is_held_or_not_there_is_not_looked_at()
    {
        var (files, _, _) = await StoredAsync();
        await using var store = (await NodeStore.OpenAsync(Settings, files)).Value;
        Assert.Equal(SyncErrorKind.StoreLocked, (await StoreRepair.RepairAsync(Settings, files: files)).Error!.Kind);
        Assert.Equal(SyncErrorKind.Unreachable, (await StoreRepair.VerifyAsync(Settings, files: new MemoryFiles())).Error!.Kind);
    }
}
