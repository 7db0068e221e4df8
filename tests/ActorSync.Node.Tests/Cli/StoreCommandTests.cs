using System.Text.Json;
using ActorSync.Graphs;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;

namespace ActorSync.Node.Tests.Cli;

/// <summary>Commands that open the store themselves, since no node runs.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_graph_is_begun_filled_and_listed()
    {
        var graph = await CreateAsync("hello");
        var added = await _cli.OnDataAsync("graph", "add", graph, "one", "--priority", "7");
        var short4 = await _cli.OnDataAsync("graph", "add", graph[..4], "two");
        var listed = await _cli.OnDataAsync("graph", "ls");

        Assert.Equal((0, 0, 0), (added.Code, short4.Code, listed.Code));
        Assert.Matches("^[0-9a-f]{64}\n$", added.Out);
        Assert.Matches($"^graph={graph} commands=3 heads=1 max-cut=2 digest=[0-9a-f]{{64}} state=(open|dormant) error=none\n$", listed.Out);
        Assert.True(_cli.Node.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task A_node_made_for_a_command_neither_listens_nor_keeps_links()
    {
        File.WriteAllText(_cli.Folder.At("node.conf"), "actorsync.peers = [{ endpoint = \"127.0.0.1:7401\" }]");

        await _cli.OnDataAsync("graph", "create", "x", "--config", _cli.Folder.At("node.conf"));

        var settings = Assert.Single(_cli.Made);
        Assert.Equal((null, _cli.Data), (settings.Listen, settings.DataFolder));
        Assert.Empty(settings.Peers);
    }

    [Fact]
    public async Task The_same_payload_gives_the_same_graph_and_none_a_new_one()
    {
        Assert.Equal(await CreateAsync("x"), await CreateAsync("x"));
        Assert.NotEqual((await _cli.OnDataAsync("graph", "create")).Out, (await _cli.OnDataAsync("graph", "create")).Out);
    }

    [Fact]
    public async Task A_payload_comes_from_a_file_or_the_standard_input()
    {
        var file = _cli.Folder.At("payload");
        await File.WriteAllBytesAsync(file, [0, 1, 254, 255]);
        var graph = await CreateAsync("x");

        await _cli.OnDataAsync("graph", "add", graph, "--file", file);
        await _cli.RunAsync(["graph", "add", graph, "-", "--data", _cli.Data], "two\nlines");
        await _cli.RunAsync("graph", "add", "--data", _cli.Data, graph, "--", "-dash");
        var log = await _cli.OnDataAsync("graph", "log", graph);

        Assert.Equal(0, log.Code);
        var payloads = log.Out.TrimEnd().Split('\n').Select(line => line[(line.IndexOf("payload=", StringComparison.Ordinal) + 8)..]);
        Assert.Equal(["\"-dash\"", "\"two\\nlines\"", "0x0001feff", "\"x\""], payloads);
    }

    [Fact]
    public async Task A_long_payload_is_cut_in_lines_and_whole_in_json()
    {
        var graph = await CreateAsync("x");
        await _cli.OnDataAsync("graph", "add", graph, new string('y', 300));

        Assert.Contains($"payload=\"{new string('y', 256)}\"…(+44 characters)\n", (await _cli.OnDataAsync("graph", "log", graph)).Out, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(Enumerable.Repeat((byte)'y', 300).ToArray()), (await _cli.OnDataAsync("graph", "log", graph, "--json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payload_that_is_too_long_is_refused()
    {
        var graph = await CreateAsync("x");

        var ran = await _cli.RunAsync(["graph", "add", graph, "-", "--data", _cli.Data], new string('x', GraphLimits.Default.CommandPayloadBytes + 1));

        Assert.Equal(ExitCodes.Failure, ran.Code);
        Assert.Contains("the standard input is longer than 786432 bytes", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_stops_at_its_limit_and_says_so()
    {
        var graph = await CreateAsync("x");
        foreach (var payload in "abc")
            await _cli.OnDataAsync("graph", "add", graph, payload.ToString());

        var some = await _cli.OnDataAsync("graph", "log", graph, "--limit", "2");
        var all = await _cli.OnDataAsync("graph", "log", graph, "--limit", "0");

        Assert.Equal((2, "2 earlier commands: --limit 0 shows all\n"), (some.Out.Count(c => c == '\n'), some.Error));
        Assert.Equal((4, ""), (all.Out.Count(c => c == '\n'), all.Error));
    }

    [Fact]
    public async Task A_log_as_json_carries_the_bytes()
    {
        var graph = await CreateAsync("x");
        await _cli.OnDataAsync("graph", "add", graph, "hällo+");

        using var log = JsonDocument.Parse((await _cli.OnDataAsync("graph", "log", graph, "--json")).Out);

        var newest = log.RootElement.GetProperty("entries")[0];
        Assert.Equal("hällo+"u8.ToArray(), newest.GetProperty("payload").GetBytesFromBase64());
        Assert.Equal((1, "basic 0", 7), (newest.GetProperty("maxCut").GetInt32(), newest.GetProperty("priority").GetString(), newest.GetProperty("size").GetInt32()));
        Assert.Equal(graph, newest.GetProperty("priors")[0].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, log.RootElement.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task A_sound_graph_is_verified_with_0_and_a_damaged_one_with_1()
    {
        var graph = await CreateAsync("x");
        await _cli.OnDataAsync("graph", "add", graph, "a");

        var sound = await _cli.OnDataAsync("graph", "verify");
        Assert.True(GraphId.TryParse(graph, out var id));
        _cli.Node.Damage(id, 1);
        var damaged = await _cli.OnDataAsync("graph", "verify", graph, "--json");

        Assert.Equal((0, ""), (sound.Code, sound.Error));
        Assert.Matches($"^graph={graph} commands=2 bytes=[0-9]+ heads=1 digest=[0-9a-f]{{64}} problems=0\n$", sound.Out);
        Assert.Equal(ExitCodes.Failure, damaged.Code);
        Assert.Contains("command 1: the index names it", damaged.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_a_repository_becomes_a_graph()
    {
        var ran = await _cli.OnDataAsync("graph", "import-git", _cli.Folder.Path);
        var missing = await _cli.OnDataAsync("graph", "import-git", _cli.Folder.At("nothing"));

        Assert.Equal(0, ran.Code);
        Assert.Matches("^[0-9a-f]{64} commits=2 commands=3 added=3 seconds=0.50\n$", ran.Out);
        Assert.Equal(ExitCodes.Usage, missing.Code);
    }

    [Fact]
    public async Task A_poll_makes_a_link_and_closes_it()
    {
        var graph = new string('b', 64);
        _cli.Node.Connect = _ => new NodeId(7);
        _cli.Node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(new PollOutcome(false, 12, 10, true, 2));

        var ran = await _cli.OnDataAsync("sync", "127.0.0.1:7401", graph, "--max-bytes", "1000");

        Assert.Equal(0, ran.Code);
        Assert.Matches("^complete=no was-level=no received=12 added=10 remaining=yes round-trips=2 seconds=[0-9.]+ commands/s=[0-9]+\n$", ran.Out);
        Assert.Equal(["connect tcp://127.0.0.1:7401", "poll tcp://127.0.0.1:7401 bbbbbbbb", "disconnect tcp://127.0.0.1:7401"], _cli.Node.Calls);
        Assert.Equal(1000, _cli.Node.LastPollOptions!.MaxBytes);
    }

    [Fact]
    public async Task A_poll_that_fails_ends_with_the_code_of_its_error()
    {
        var graph = new string('b', 64);
        var nobody = await _cli.OnDataAsync("sync", "127.0.0.1:7401", graph);
        _cli.Node.Connect = _ => new NodeId(7);
        _cli.Node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(new SyncError(SyncErrorKind.UnknownGraph, "the peer does not hold the graph"));
        var unknown = await _cli.OnDataAsync("sync", "127.0.0.1:7401", graph);

        Assert.Equal(new Ran(ExitCodes.Unreachable, "", "actorsync: nobody listens on tcp://127.0.0.1:7401\n"), nobody);
        Assert.Equal(new Ran(ExitCodes.Failure, "", "actorsync: the peer does not hold the graph\n"), unknown);
    }

    [Fact]
    public async Task The_status_of_a_store_says_that_no_node_runs()
    {
        var graph = await CreateAsync("x");

        var plain = await _cli.OnDataAsync("status");
        using var json = JsonDocument.Parse((await _cli.OnDataAsync("status", "--json")).Out);

        Assert.StartsWith("running=no node=", plain.Out, StringComparison.Ordinal);
        Assert.Contains($"graph={graph} ", plain.Out, StringComparison.Ordinal);
        Assert.False(json.RootElement.GetProperty("running").GetBoolean());
    }

    [Theory]
    [InlineData("graph ls")]
    [InlineData("graph add abcd x")]
    [InlineData("status")]
    [InlineData("graph verify")]
    public async Task Without_a_store_a_command_that_reads_makes_none(string line)
    {
        var ran = await _cli.OnDataAsync(line.Split(' '));

        Assert.Equal(ExitCodes.Unreachable, ran.Code);
        Assert.Contains("there is no store either", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_cli.Data));

        Directory.CreateDirectory(_cli.Data);
        Assert.Equal(ran, await _cli.OnDataAsync(line.Split(' ')));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cli.Data));
    }

    [Theory]
    [InlineData("wait --converged")]
    [InlineData("graph watch abcd")]
    public async Task What_is_about_a_running_node_ends_with_3_without_one(string line)
    {
        await CreateAsync("x");

        var ran = await _cli.OnDataAsync(line.Split(' '));

        Assert.Equal(ExitCodes.Unreachable, ran.Code);
        Assert.Contains("no node answers on the control socket", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_control_socket_that_is_named_means_that_node_and_no_store()
    {
        await CreateAsync("x");

        Assert.Equal(ExitCodes.Unreachable, (await _cli.OnDataAsync("graph", "ls", "--control", _cli.Folder.At("no.sock"))).Code);
    }

    [Theory]
    [InlineData("abc", 2, "is not a graph")]
    [InlineData("xyzt", 2, "is not a graph")]
    [InlineData("ffffffff", 1, "no graph here begins with ffffffff")]
    public async Task A_graph_that_is_named_wrongly_is_told_so(string name, int code, string expected)
    {
        await CreateAsync("x");

        var ran = await _cli.OnDataAsync("graph", "add", name, "payload");

        Assert.Equal(code, ran.Code);
        Assert.Contains(expected, ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "abcd")]
    [InlineData(true, "abcd")]
    [InlineData(true, "nonsense")]
    [InlineData(true, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public async Task A_poll_that_fails_leaves_no_store_behind(bool folderIsThere, string graph)
    {
        if (folderIsThere)
            Directory.CreateDirectory(_cli.Data);

        var ran = await _cli.OnDataAsync("sync", "127.0.0.1:7401", graph);

        Assert.NotEqual(ExitCodes.Ok, ran.Code);
        Assert.Equal(folderIsThere, Directory.Exists(_cli.Data));
        if (folderIsThere)
            Assert.Empty(Directory.EnumerateFileSystemEntries(_cli.Data));
    }

    [Fact]
    public async Task A_store_that_another_command_holds_is_waited_for()
    {
        await CreateAsync("x");
        var (factory, tries) = (_cli.Factory, 0);
        _cli.Factory = (settings, stop) => ++tries < 3
            ? Task.FromResult<Result<ISyncNode>>(new SyncError(SyncErrorKind.StoreLocked, "the store is held by process 12"))
            : factory(settings, stop);

        Assert.Equal((ExitCodes.Ok, 3), ((await _cli.OnDataAsync("graph", "ls")).Code, tries));
    }

    [Fact]
    public async Task A_store_that_another_process_holds_ends_with_1_and_one_line()
    {
        _cli.Factory = (_, _) => Task.FromResult<Result<ISyncNode>>(new SyncError(SyncErrorKind.StoreLocked, "the store is held by process 12"));

        Assert.Equal(new Ran(ExitCodes.Failure, "", "actorsync: the store is held by process 12\n"), await _cli.OnDataAsync("graph", "create", "x"));
    }

    private async Task<string> CreateAsync(string payload)
    {
        var ran = await _cli.OnDataAsync("graph", "create", payload);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        return ran.Out.TrimEnd();
    }
}
