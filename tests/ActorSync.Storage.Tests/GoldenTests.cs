using System.Globalization;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Storage.Tests;

/// <summary>
/// Files of format version 1, in pairs: the bytes (.hex) and what they say (.txt). A difference is a new format: give it a
/// new version and keep reading this one. UPDATE_GOLDEN=1 writes them anew.
/// </summary>
public sealed partial class GoldenTests
{
    private static readonly string Golden = Repository.PathOf("tests/ActorSync.Storage.Tests/golden");

    [Fact]
    public async Task Graph_log_v1()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Salt = 0x0123456789abcdef };
        var commands = Commands();
        await using (var log = fixture.Create())
        {
            foreach (var batch in (Command[][])[[commands[0]], [commands[1], commands[2]], [commands[3], commands[4]]])
                Assert.Null(await log.AppendAsync(CommandBatch.RecordType, CommandBatch.Encode(batch)!));
        }
        var bytes = fixture.Files["/log/00000001.log"];
        Check("graph-log-v1", bytes, Describe(bytes, LogKind.Graph));

        using var golden = new LogFixture();
        golden.Files["/log/00000001.log"] = Read("graph-log-v1");
        var (graphLog, index) = GraphLog.Open(golden.Options, new GraphId(commands[0].Id), new BlockCache(0), null, NoFacts(golden.Files, commands[0])).Value;
        await using (graphLog)
        {
            Assert.Equal(commands.Count, index.Count);
            Assert.Equal(commands.Select(command => command.Id), Enumerable.Range(0, 5).Select(ordinal => Command.Parse(graphLog.Read(ordinal)).Value.Id));
        }
    }

    // What is written no more is read still.
    [Fact]
    public async Task Graph_index_v1()
    {
        using var fixture = await IndexedAsync();
        Check("graph-index-v1", Read("graph-index-v1"), Describe(Read("graph-index-v1"), LogKind.Index));
        await AssertIndexIsBelievedAsync(fixture, "graph-index-v1");
    }

    [Fact]
    public async Task Graph_index_v2()
    {
        using var fixture = await IndexedAsync();
        var bytes = fixture.Files["/log/00000001.idx"];
        Check("graph-index-v2", bytes, Describe(bytes, LogKind.Index));
        await AssertIndexIsBelievedAsync(fixture, "graph-index-v2");
    }

    // The merge and what follows it are in a second file, and the index covers the first.
    private static async Task<LogFixture> IndexedAsync()
    {
        var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Salt = 0x0123456789abcdef, SegmentBytes = 200 };
        var commands = Commands();
        await using (var log = fixture.Create())
        {
            foreach (var batch in (Command[][])[[commands[0]], [commands[1], commands[2]], [commands[3], commands[4]]])
                Assert.Null(await log.AppendAsync(CommandBatch.RecordType, CommandBatch.Encode(batch)!));
        }
        await using (GraphLog.Open(fixture.Options, new GraphId(commands[0].Id), new BlockCache(0), null, NoFacts(fixture.Files, commands[0]), checkpointCommands: 1).Value.Log)
            Assert.Equal(2, fixture.Files.Files.Count(path => path.EndsWith(".log", StringComparison.Ordinal)));
        return fixture;
    }

    private static async Task AssertIndexIsBelievedAsync(LogFixture fixture, string golden)
    {
        var commands = Commands();
        fixture.Files["/log/00000001.idx"] = Read(golden);
        fixture.Files.Before = (act, path) => Assert.False(act == FileAct.Delete, $"{path} is not believed");
        var (graphLog, index) = GraphLog.Open(fixture.Options, new GraphId(commands[0].Id), new BlockCache(0), null, NoFacts(fixture.Files, commands[0]), checkpointCommands: 1).Value;
        await using (graphLog)
        {
            Assert.Equal(commands[4].Address, Assert.Single(index.Heads()));
            Assert.Equal(commands.Select(command => command.Priority), Enumerable.Range(0, 5).Select(index.PriorityAt));
            Assert.True(index.IsAncestor(commands[1].Id, commands[4].Id));
            Assert.False(index.IsAncestor(commands[1].Id, commands[2].Id));
        }
    }

    [Fact]
    public async Task Peer_knowledge_v1()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Salt = 0x0123456789abcdef, Kind = LogKind.PeerKnowledge, IsReplaceable = true };
        var commands = Commands();
        var (peer, graph) = (new PeerIdentity(new NodeId(0x11223344), new InstanceId(0x55667788)), new GraphId(commands[0].Id));
        var heads = new[] { commands[1].Address, commands[2].Address };
        await using (var log = fixture.Create())
            Assert.Null(await log.AppendAsync(RememberedHeads.RecordType, RememberedHeads.Encode([new RememberedHeads(peer, graph, heads)])));
        var bytes = fixture.Files["/log/00000001.log"];
        Check("peer-knowledge-v1", bytes, Describe(bytes, LogKind.PeerKnowledge));

        fixture.Files["/log/00000001.log"] = Read("peer-knowledge-v1");
        await using var knowledge = PeerKnowledgeLog.Open(fixture.Options, new StoreSettings { Folder = "/" }).Value;
        Assert.Equal(heads, knowledge.AckedHeads(peer, graph));
    }

    [Fact]
    public async Task State_v1()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Salt = 0x0123456789abcdef, Kind = LogKind.State, IsReplaceable = true };
        var stamp = new StateStamp(1_760_000_000_000, 3, new NodeId(0x11223344));
        StateEntry[] entries = [StateEntry.Live("limit", "{\"mbit\":20}"u8.ToArray(), stamp), StateEntry.Tombstone("old", stamp, StateEntry.MostMilliseconds)];
        await using (var log = fixture.Create())
        {
            Assert.Null(await log.AppendAsync(StateRecords.SnapshotType, StateRecords.Snapshot(entries[..1], stamp)));
            Assert.Null(await log.AppendAsync(StateRecords.AppendType, StateRecords.Append(entries)));
        }
        var bytes = fixture.Files["/log/00000001.log"];
        Check("state-v1", bytes, Describe(bytes, LogKind.State));

        fixture.Files["/log/00000001.log"] = Read("state-v1");
        var opened = StateLog.Open(fixture.Options, new StateName("golden"), StateSettings.Default).Value;
        await using var store = opened.Store;
        Assert.Equal(entries.Select(entry => entry.ToString()), opened.Entries.Select(entry => entry.ToString()).Order());
        Assert.Equal(stamp, opened.Clock);
    }

    [Fact]
    public void Facts_v1()
    {
        // What a read, two writes and a query leave; the policy's name is that of no policy.
        var history = new FactHistory();
        var rewrite = new FactRewrite(history, 0, 0, 3);
        foreach (var evaluated in (Evaluated[])[Touching(), Touching(("a", TouchKind.Write, null, "1"), ("b", TouchKind.Read, null, null)), Touching(("a", TouchKind.Write, "1", "2"), ("", TouchKind.Query, null, null))])
            rewrite.Add(evaluated.Touches);
        rewrite.EndNew();
        rewrite.Finish();
        var commands = Commands();
        var graph = new GraphId(commands[0].Id);
        var instance = new InstanceId(0x0123456789abcdef);
        var snapshot = new FactSnapshot(graph, "golden 1; limits 64 1024", 3, commands[2].Id, history.Facts, history.Recent(2, 1000));
        using var written = new MemoryStream();
        FactFormat.Write(snapshot, instance, FactFormat.SizeOf(snapshot), bytes => written.Write(bytes.Span));
        Check("facts-v1", written.ToArray(), Describe(snapshot));

        Assert.Equal(Describe(snapshot), Describe(FactFormat.Read(Read("facts-v1"), graph, instance)!));
    }

    private static Evaluated Touching(params (string Key, TouchKind Kind, string? Before, string? After)[] touches) =>
        new([.. touches.Select(touch => TouchOf(touch.Key, touch.Kind, touch.Before, touch.After))], [], null);

    private static FactTouch TouchOf(string key, TouchKind kind, string? before, string? after)
    {
        var place = FactPlace.Of("map", Encoding.UTF8.GetBytes(key));
        return new FactTouch(place, FactMark.Of(place, kind), BytesOf(before), BytesOf(after));
    }

    private static byte[]? BytesOf(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static string Describe(FactSnapshot snapshot)
    {
        var (text, line, recent) = (new StringBuilder(), CultureInfo.InvariantCulture, snapshot.Recent);
        text.Append(line, $"snapshot of the graph {snapshot.Graph}, heads {snapshot.HeadsDigest}\n");
        text.Append(line, $"policy \"{snapshot.Policy}\", {snapshot.Commands} commands, {snapshot.FactCount} facts\n");
        foreach (var fact in snapshot.Facts.From([]))
            text.Append(line, $"    {Convert.ToHexStringLower(fact.Place)} = {Convert.ToHexStringLower(fact.Value.Span)}\n");
        for (var place = 0; place < recent.Places; place++)
        {
            text.Append(line, $"place {snapshot.Commands - recent.Places + place}\n");
            for (var i = recent.StartOf(place); i < recent.StartOf(place + 1); i++)
                text.Append(line, $"    {FactMark.KindOf(recent.Marks[i])} {Convert.ToHexStringLower(recent.Undo[i].Place)}, before {(recent.Undo[i].Before is { IsNone: false } before ? Convert.ToHexStringLower(before.Span) : "nothing")}\n");
        }
        return text.ToString();
    }

    // An init command, two branches, their merge, and one that finalizes.
    private static List<Command> Commands()
    {
        var init = Command.Init("golden"u8);
        var left = Command.Create(Prior.Single(init.Address), Priority.Basic(0), "left"u8);
        var right = Command.Create(Prior.Single(init.Address), Priority.Basic(300), "right"u8);
        var merge = Command.Merge(left.Address, right.Address);
        return [init, left, right, merge, Command.Create(Prior.Single(merge.Address), Priority.Finalize, [])];
    }

    private static string Describe(byte[] bytes, LogKind kind)
    {
        Assert.Null(RecordFormat.ReadSegmentHeader(bytes, kind, 1, out var header));
        var salt = header.Salt;
        var text = new StringBuilder();
        var line = CultureInfo.InvariantCulture;
        text.Append(line, $"segment 1 of a log of kind {kind}, salt {salt:x16}\n");
        for (var at = RecordFormat.SegmentHeaderSize; at < bytes.Length;)
        {
            var record = bytes.AsSpan(at);
            Assert.True(RecordFormat.TryReadHead(record, RecordFormat.Seed(salt, 1), (uint)at, out var head) && RecordFormat.IsBodyIntact(record, head));
            text.Append(line, $"at {at}: record of type {head.Type}, {head.Length} bytes, durable {head.Durable}\n");
            if (kind == LogKind.Graph && head.Type == CommandBatch.RecordType)
                DescribeBatch(text, bytes.AsMemory(at + RecordFormat.HeadSize, head.Length));
            if (kind == LogKind.Index && head.Type == IndexRecord.RecordType)
                DescribeIndex(text, record.Slice(RecordFormat.HeadSize, head.Length));
            if (kind == LogKind.Index && head.Type == PackedIndexRecord.RecordType)
                DescribePackedIndex(text, record.Slice(RecordFormat.HeadSize, head.Length));
            if (kind == LogKind.PeerKnowledge && head.Type == RememberedHeads.RecordType)
                DescribeHeads(text, record.Slice(RecordFormat.HeadSize, head.Length));
            if (kind == LogKind.State && head.Type != RecordFormat.ClosedType)
                DescribeEntries(text, head.Type, record.Slice(RecordFormat.HeadSize, head.Length));
            at += RecordFormat.HeadSize + head.Length;
        }
        return text.ToString();
    }

    private static void DescribeEntries(StringBuilder text, byte type, ReadOnlySpan<byte> body)
    {
        var (clock, entries) = (default(StateStamp), new StringBuilder());
        Assert.Null(StateRecords.Read(type, body, ref clock, entry => entries.Append(CultureInfo.InvariantCulture, $"    {entry}\n")));
        if (type == StateRecords.SnapshotType)
            text.Append(CultureInfo.InvariantCulture, $"    clock {clock.Milliseconds}.{clock.Counter}\n");
        text.Append(entries);
    }

    private static void DescribeBatch(StringBuilder text, ReadOnlyMemory<byte> body)
    {
        Assert.True(CommandBatch.TryCount(body.Span, out var count, out var at));
        for (var i = 0; i < count; i++)
        {
            Assert.True(CommandBatch.TryNext(body, ref at, out var bytes));
            var command = Command.Parse(bytes).Value;
            text.Append(CultureInfo.InvariantCulture, $"    {command.Id} max cut {command.Address.MaxCut}, {command.Priority}, payload \"{Encoding.UTF8.GetString(command.Payload.Span)}\"\n");
        }
    }

    private static void DescribeIndex(StringBuilder text, ReadOnlySpan<byte> body)
    {
        var (commands, blocks, runs) = (Take(ref body, 2)[1], Take(ref body, 1)[0], Take(ref body, 1)[0]);
        for (var i = 0; i < blocks; i++)
        {
            var block = Take(ref body, 4);
            text.Append(CultureInfo.InvariantCulture, $"    block in segment {block[0]} at {block[1]}, {block[2]} bytes, {block[3]} commands\n");
        }
        for (var i = 0; i < runs; i++)
        {
            var run = Take(ref body, 5);
            text.Append(CultureInfo.InvariantCulture, $"    run of {run[0]} commands, {(PriorityKind)run[1]} {run[2]}, priors {run[3]} and {run[4]}\n");
        }
        for (var i = 0; i < commands; i++)
            text.Append(CultureInfo.InvariantCulture, $"    {new CommandId(body[(i * CommandId.Size)..])} at {BitConverter.ToInt32(body[(commands * CommandId.Size + i * sizeof(int))..])}\n");
    }

    private static void DescribePackedIndex(StringBuilder text, ReadOnlySpan<byte> body)
    {
        var head = Take(ref body, 7);
        text.Append(CultureInfo.InvariantCulture, $"    from ordinal {head[0]}: {head[1]} commands\n");
        foreach (var (count, numbers, says) in (ReadOnlySpan<(int, int, string)>)[
            (head[2], 4, "block in segment {0} at {1}, {2} bytes, {3} commands"),
            (head[3], 6, "segment from {0}, max cut {1}, left {2}, depth {3}, skip {4}, mark {5}"),
            (head[4], 6, "joint {0}, right {1}, dominator {2}, chain {3}, strand {4}, labels at {5}"),
            (head[5], 3, "{0} commands of priority {1} {2}"),
            (head[1], 1, "offset {0}")])
        {
            for (var i = 0; i < count; i++)
                text.Append("    ").AppendFormat(CultureInfo.InvariantCulture, says, Take(ref body, numbers).Cast<object>().ToArray()).Append('\n');
        }
        for (var i = 0; i < head[1]; i++, body = body[CommandId.Size..])
            text.Append(CultureInfo.InvariantCulture, $"    {new CommandId(body)}\n");
        text.Append(CultureInfo.InvariantCulture, $"    labels {Convert.ToHexStringLower(body)}\n");
        Assert.Equal(head[6], body.Length);
    }

    private static int[] Take(ref ReadOnlySpan<byte> body, int numbers)
    {
        var taken = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(body[..(numbers * sizeof(int))]).ToArray();
        body = body[(numbers * sizeof(int))..];
        return taken;
    }

    private static void DescribeHeads(StringBuilder text, ReadOnlySpan<byte> body)
    {
        for (var at = 0; at < body.Length;)
        {
            var entry = RememberedHeads.Read(body, ref at)!;
            text.Append(CultureInfo.InvariantCulture, $"    node {entry.Peer.Node} instance {entry.Peer.Instance} graph {entry.Graph}\n");
            foreach (var head in entry.Heads)
                text.Append(CultureInfo.InvariantCulture, $"        {head.Id} max cut {head.MaxCut}\n");
        }
    }

    private static byte[] Read(string name) => Convert.FromHexString(File.ReadAllText(Path.Combine(Golden, name + ".hex")).ReplaceLineEndings(""));

    private static void Check(string name, byte[] bytes, string text)
    {
        var lines = string.Concat(bytes.Chunk(32).Select(line => Convert.ToHexStringLower(line) + "\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Golden, name + ".hex"), lines);
            File.WriteAllText(Path.Combine(Golden, name + ".txt"), text);
        }
        Assert.Equal(File.ReadAllText(Path.Combine(Golden, name + ".hex")).ReplaceLineEndings("\n"), lines);
        Assert.Equal(File.ReadAllText(Path.Combine(Golden, name + ".txt")).ReplaceLineEndings("\n"), text);
    }

    private static FactFile NoFacts(IFileSystem files, Command init) => new(files, "/log", new GraphId(init.Id), new InstanceId(1), 0);
}
