using ActorSync.Graphs;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;

namespace ActorSync.Node.Tests.Cli;

/// <summary>Commands that talk to a running node over its control socket.</summary>
public sealed class RunningNodeTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Graphs_are_begun_filled_and_read_without_opening_the_store()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var graph = (await RunAsync("graph", "create", "hello")).TrimEnd();
        var id = (await RunAsync("graph", "add", graph[..6], "one", "--priority", "2")).TrimEnd();

        Assert.Equal(
            $"ordinal=1 id={id} max-cut=1 priority=\"basic 2\" size=3 payload=\"one\"\nordinal=0 id={graph} max-cut=0 priority=init size=5 payload=\"hello\"\n",
            await RunAsync("graph", "log", graph));
        Assert.StartsWith($"graph={graph} commands=2 ", await RunAsync("graph", "ls"), StringComparison.Ordinal);
        Assert.Contains("problems=0", await RunAsync("graph", "verify"), StringComparison.Ordinal);
        Assert.StartsWith("running=yes node=", await RunAsync("status"), StringComparison.Ordinal);
        Assert.Single(_cli.Made);
    }

    [Fact]
    public async Task A_long_log_is_read_page_by_page()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        var graph = (await RunAsync("graph", "create", "hello")).TrimEnd();
        Assert.True(GraphId.TryParse(graph, out var id));
        for (var i = 0; i < 2100; i++)
            await _cli.Node.AddAsync(id, new byte[] { (byte)i });

        var lines = (await RunAsync("graph", "log", graph, "--limit", "0")).TrimEnd().Split('\n');

        Assert.Equal(Enumerable.Range(0, 2101).Reverse().Select(ordinal => $"ordinal={ordinal}"), lines.Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task A_history_is_imported_by_the_node()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Matches("^[0-9a-f]{64} commits=2 commands=3 added=3 seconds=0.50\n$", await RunAsync("graph", "import-git", _cli.Folder.Path));

        var missing = await _cli.OnDataAsync("graph", "import-git", _cli.Folder.At("nothing"));
        Assert.Equal((ExitCodes.Usage, $"actorsync: {_cli.Folder.At("nothing")} is not a git repository\n"), (missing.Code, missing.Error));
    }

    [Fact]
    public async Task A_poll_of_a_peer_that_is_linked_uses_its_link()
    {
        _cli.Node.Status = Statuses.Busy;
        _cli.Node.Poll = (_, _, _) =>
        {
            _cli.Node.LastPollOptions!.Progress!.Report(new PollProgress(1, 1));
            return Task.FromResult<Result<PollOutcome>>(new PollOutcome(false, 2, 2, false, 1));
        };
        await using var node = await RunningNode.StartAsync(_cli);
        var graph = (await RunAsync("graph", "create", "hello")).TrimEnd();

        Assert.StartsWith("complete=yes was-level=no received=2 added=2 remaining=no ", await RunAsync("sync", "127.0.0.1:7401", graph[..8]), StringComparison.Ordinal);
        Assert.StartsWith("complete=yes was-level=no received=2 added=2 remaining=no ", await RunAsync("sync", Statuses.Peer, graph), StringComparison.Ordinal);

        Assert.Equal([$"poll {Statuses.Peer} {graph[..8]}", $"poll {Statuses.Peer} {graph[..8]}"], _cli.Node.Calls);
    }

    [Fact]
    public async Task A_poll_that_fails_halfway_ends_with_the_code_of_its_error()
    {
        _cli.Node.Connect = _ => new NodeId(7);
        _cli.Node.Poll = (_, _, _) =>
        {
            _cli.Node.LastPollOptions!.Progress!.Report(new PollProgress(1, 1));
            return Task.FromResult<Result<PollOutcome>>(new SyncError(SyncErrorKind.Unreachable, "the link broke"));
        };
        await using var node = await RunningNode.StartAsync(_cli);

        var ran = await _cli.OnDataAsync("sync", "127.0.0.1:7401", new string('b', 64));

        Assert.Equal(new Ran(ExitCodes.Unreachable, "", "actorsync: the link broke\n"), ran);
    }

    [Fact]
    public async Task A_wait_ends_with_0_when_all_is_level_and_4_when_not()
    {
        _cli.Node.Status = Statuses.Busy;
        _cli.Node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(new PollOutcome(true, 0, 0, false, 1));
        await using var node = await RunningNode.StartAsync(_cli);
        var graph = (await RunAsync("graph", "create", "hello")).TrimEnd();

        Assert.Matches("^level pairs=1 seconds=[0-9.]+\n$", await RunAsync("wait", "--converged"));

        _cli.Node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(new SyncError(SyncErrorKind.Unreachable, "the link is down"));
        var late = await _cli.OnDataAsync("wait", "--converged", "--timeout", "50ms");
        Assert.Equal(new Ran(ExitCodes.NotLevel, "", $"actorsync: not level: peer {Statuses.Peer}, graph {graph}: the link is down\n"), late);
        Assert.Equal(ExitCodes.NotLevel, (await _cli.OnDataAsync("wait", "--converged", "--timeout", "50ms", "--json")).Code);
    }

    [Fact]
    public async Task A_watch_prints_a_line_for_each_version_until_it_is_stopped()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        var graph = (await RunAsync("graph", "create", "hello")).TrimEnd();
        using var stop = new CancellationTokenSource();
        var output = new SignalWriter("commands=2 ");
        var first = new SignalWriter("\"commands\":1");
        var watching = Task.Run(() => _cli.Start(["graph", "watch", graph, "--data", _cli.Data], output, TextWriter.Null, "", stop.Token));
        var watchingJson = Task.Run(() => _cli.Start(["graph", "watch", graph, "--json", "--data", _cli.Data], first, TextWriter.Null, "", stop.Token));
        await first.Seen.WaitAsync(TimeSpan.FromSeconds(20));

        await RunAsync("graph", "add", graph, "one");
        await output.Seen.WaitAsync(TimeSpan.FromSeconds(20));
        await stop.CancelAsync();

        Assert.Equal((0, 0), (await watching, await watchingJson));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z commands=[12] heads=1 max-cut=[01] digest=[0-9a-f]{64}$", output.ToString().Split('\n')[0]);
        Assert.Matches("^{\"graph\":\"[0-9a-f]{64}\",\"time\":\"[^\"]+\",\"commands\":1,\"heads\":1,\"maxCut\":0,\"digest\":\"[0-9a-f]{64}\"}$", first.ToString().Split('\n')[0]);
    }

    [Fact]
    public async Task A_bug_in_a_request_is_told_and_the_node_goes_on()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        _cli.Node.Status = _ => throw new TimeoutException("no answer from the router");

        var ran = await _cli.OnDataAsync("status");
        _cli.Node.Status = Statuses.Plain;

        Assert.Equal(new Ran(ExitCodes.Failure, "", "actorsync: the node failed at this request, its log says where: no answer from the router\n"), ran);
        Assert.Contains("error   a request failed: System.TimeoutException", node.Log, StringComparison.Ordinal);
        await RunAsync("status");
    }

    [Fact]
    public async Task The_status_as_json_is_what_monitors_read()
    {
        _cli.Node.Status = _ => Statuses.Busy([new GraphStatus("aa", 5, 2, 3, "dd")]) with
        {
            Store = new StoreStatus(true, 1, 13, true, false),
            States = [Statuses.Shared],
            Peers = [Statuses.PeerNamed(Statuses.Peer, ["aa"]), Statuses.PeerNamed(null, ["aa"]) with { State = "waiting", LastError = "refused", Subscriber = null, Subscription = null, Hello = null }],
        };
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Equal(Golden.Read("status.json"), await RunAsync("status", "--json"));
    }

    private async Task<string> RunAsync(params string[] args)
    {
        var ran = await _cli.OnDataAsync(args);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        return ran.Out;
    }
}
