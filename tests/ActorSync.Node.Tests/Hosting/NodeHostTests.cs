using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Hosting;

public sealed class NodeHostTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task The_first_line_says_which_engine_runs()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.EndsWith($"info    actorsync {SyncNode.Version} on the engine {SyncNode.Engine}", node.Log.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains($"node {_cli.Node.Id}, data {_cli.Data}, listening on tcp://127.0.0.1:7400, control {node.Socket}", node.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_in_good_order_ends_with_0_and_leaves_no_socket()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var code = await node.StopAsync();

        Assert.Equal((0, ""), (code, node.Error));
        Assert.True(_cli.Node.Disposed.Task.IsCompleted);
        Assert.False(File.Exists(node.Socket));
        Assert.EndsWith("info    stopped\n", node.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_the_streams_that_are_open()
    {
        await using var node = await RunningNode.StartAsync(_cli);
        var graph = (await _cli.OnDataAsync("graph", "create", "x")).Out.TrimEnd();
        var output = new SignalWriter("commands=1");
        var error = new StringWriter();
        var watching = Task.Run(() => _cli.Start(["graph", "watch", graph, "--data", _cli.Data], output, error));
        await output.Seen.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(0, await node.StopAsync());

        Assert.Equal(1, await watching.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("actorsync: the node stopped\n", error.ToString());
    }

    [Theory]
    [InlineData(SyncErrorKind.StoreLocked, 1)]
    [InlineData(SyncErrorKind.Unreachable, 1)]
    [InlineData(SyncErrorKind.InvalidRequest, 2)]
    public async Task A_node_that_cannot_start_says_why_in_one_line(SyncErrorKind kind, int code)
    {
        _cli.Factory = (_, _) => Task.FromResult<Result<ISyncNode>>(new SyncError(kind, "it stands in the way"));

        var ran = await _cli.OnDataAsync("node");

        Assert.Equal((code, "actorsync: it stands in the way\n"), (ran.Code, ran.Error));
        Assert.False(Directory.Exists(_cli.Data));
    }

    [Fact]
    public async Task The_options_go_before_the_configuration()
    {
        File.WriteAllText(_cli.Folder.At("node.conf"), "actorsync { data = elsewhere, listen = \"127.0.0.1:1\", peers = [{ endpoint = \"127.0.0.1:7401\", mode = poll }] }");

        await using var node = await RunningNode.StartAsync(
            _cli, "--config", _cli.Folder.At("node.conf"), "--listen", "localhost:0", "--peer", "127.0.0.1:7402", "--peer", "127.0.0.1:7403");

        var settings = Assert.Single(_cli.Made);
        Assert.Equal((_cli.Data, "tcp://localhost:0"), (settings.DataFolder, settings.Listen!.ToString()));
        Assert.Equal(["tcp://127.0.0.1:7401", "tcp://127.0.0.1:7402", "tcp://127.0.0.1:7403"], settings.Peers.Select(peer => peer.Endpoint.ToString()));
    }

    [Fact]
    public void The_first_signal_asks_and_the_second_ends()
    {
        var ended = 0;
        using var signals = new StopSignals(() => ended++);

        signals.Hear();
        Assert.Equal((true, 0), (signals.First.IsCancellationRequested, ended));
        signals.Hear();
        Assert.Equal(1, ended);
    }
}
