using System.IO.Pipelines;
using System.Text.Json.Nodes;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;

namespace ActorSync.Node.Tests.Cli;

/// <summary>Links and subscriptions of a running node, by command.</summary>
public sealed class PeerCommandTests : IDisposable
{
    private static readonly string Graph = new('c', 64);

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_peer_is_linked_and_named()
    {
        _cli.Node.Connect = _ => new NodeId(0xbee);
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Equal(new Ran(ExitCodes.Ok, $"{Statuses.Peer}\n", ""), await _cli.OnDataAsync("connect", "127.0.0.1:7401"));
        Assert.Equal(new Ran(ExitCodes.Ok, "", ""), await _cli.OnDataAsync("disconnect", "127.0.0.1:7401"));
        Assert.Equal(["connect tcp://127.0.0.1:7401", "disconnect tcp://127.0.0.1:7401"], _cli.Node.Calls);
    }

    [Fact]
    public async Task A_link_that_cannot_be_made_is_not_kept()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var ran = await _cli.OnDataAsync("connect", "127.0.0.1:7401");

        Assert.Equal(new Ran(ExitCodes.Unreachable, "", "actorsync: nobody listens on tcp://127.0.0.1:7401\n"), ran);
        Assert.Equal(["connect tcp://127.0.0.1:7401", "disconnect tcp://127.0.0.1:7401"], _cli.Node.Calls);
    }

    [Fact]
    public async Task A_graph_is_subscribed_to_at_a_peer_that_is_linked_for_it()
    {
        _cli.Node.Connect = _ => new NodeId(0xbee);
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Equal(new Ran(ExitCodes.Ok, "", ""), await _cli.OnDataAsync("subscribe", "127.0.0.1:7401", Graph));
        Assert.Equal(["connect tcp://127.0.0.1:7401", $"subscribe tcp://127.0.0.1:7401 {Graph[..8]}"], _cli.Node.Calls);
    }

    [Fact]
    public async Task A_linked_peer_goes_by_its_first_digits()
    {
        _cli.Node.Status = graphs => Statuses.Busy(graphs);
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("subscribe", Statuses.Peer[..30], Graph)).Code);
        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("unsubscribe", "127.0.0.1:7401", Graph)).Code);
        Assert.Equal([$"subscribe {Statuses.Peer} {Graph[..8]}", $"unsubscribe {Statuses.Peer} {Graph[..8]}"], _cli.Node.Calls);
    }

    [Fact]
    public async Task A_refused_subscription_leaves_neither_itself_nor_the_link()
    {
        _cli.Node.Connect = _ => new NodeId(0xbee);
        _cli.Node.Subscribe = (_, _) => new SyncError(SyncErrorKind.MaximumSubscriptionsExceeded, "the peer is full");
        await using var node = await RunningNode.StartAsync(_cli);

        var ran = await _cli.OnDataAsync("subscribe", "127.0.0.1:7401", Graph);

        Assert.Equal(new Ran(ExitCodes.Failure, "", "actorsync: the peer is full\n"), ran);
        Assert.Equal(
            ["connect tcp://127.0.0.1:7401", $"subscribe tcp://127.0.0.1:7401 {Graph[..8]}", $"unsubscribe tcp://127.0.0.1:7401 {Graph[..8]}", "disconnect tcp://127.0.0.1:7401"],
            _cli.Node.Calls);
    }

    [Fact]
    public async Task A_graph_is_told_of_by_a_peer_on_terms_that_may_be_given()
    {
        _cli.Node.Connect = _ => new NodeId(0xbee);
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Equal(new Ran(ExitCodes.Ok, "", ""), await _cli.OnDataAsync("hello", "127.0.0.1:7401", Graph, "--change-delay", "250ms", "--schedule-delay", "0s"));
        Assert.Equal(["connect tcp://127.0.0.1:7401", $"hello tcp://127.0.0.1:7401 {Graph[..8]}"], _cli.Node.Calls);
        Assert.Equal(new HelloOptions { ChangeDelay = TimeSpan.FromMilliseconds(250), ScheduleDelay = TimeSpan.Zero }, _cli.Node.LastHelloOptions);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("unhello")]
    [InlineData("subscribe")]
    [InlineData("unsubscribe")]
    public async Task With_json_it_is_told_for_which_peer_and_graph(string command)
    {
        _cli.Node.Status = graphs => Statuses.Busy(graphs);
        await using var node = await RunningNode.StartAsync(_cli);

        var ran = await _cli.OnDataAsync(command, Statuses.Peer[..30], Graph, "--json");
        Assert.Equal((ExitCodes.Ok, ""), (ran.Code, ran.Error));
        var told = JsonNode.Parse(ran.Out)!;
        Assert.Equal(Graph, (string)told["graph"]!);
        Assert.NotEqual("", (string)told["peer"]!);
    }

    [Fact]
    public async Task A_hello_ends_at_a_linked_peer_and_a_duration_that_is_none_is_told()
    {
        _cli.Node.Status = graphs => Statuses.Busy(graphs);
        await using var node = await RunningNode.StartAsync(_cli);

        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("unhello", Statuses.Peer[..30], Graph)).Code);
        var wrong = await _cli.OnDataAsync("hello", Statuses.Peer[..30], Graph, "--duration", "soon");
        Assert.Equal(ExitCodes.Usage, wrong.Code);
        Assert.StartsWith("actorsync: --duration: 'soon' is not a duration", wrong.Error, StringComparison.Ordinal);
        Assert.Equal([$"unhello {Statuses.Peer} {Graph[..8]}"], _cli.Node.Calls);
    }

    [Fact]
    public async Task A_peer_that_is_not_linked_is_not_dialed_to_unsubscribe()
    {
        await using var node = await RunningNode.StartAsync(_cli);

        var ran = await _cli.OnDataAsync("unsubscribe", "127.0.0.1:7401", Graph);

        Assert.Equal(new Ran(ExitCodes.Unreachable, "", "actorsync: no peer 127.0.0.1:7401 is linked: see actorsync status\n"), ran);
        Assert.Empty(_cli.Node.Calls);
    }

    [Fact]
    public async Task Without_a_running_node_there_is_nothing_to_link()
    {
        var ran = await _cli.OnDataAsync("connect", "127.0.0.1:7401");

        Assert.Equal(ExitCodes.Unreachable, ran.Code);
        Assert.Empty(_cli.Made);
    }

    [Fact]
    public async Task A_node_stops_in_good_order_when_its_input_ends()
    {
        var input = new Pipe();
        var (output, error) = (new SignalWriter("control "), new StringWriter());
        var run = Task.Run(() => _cli.Start(["node", "--data", _cli.Data, "--until-stdin-closes"], output, error, input.Reader.AsStream()));
        await Task.WhenAny(output.Seen, run);
        await input.Writer.WriteAsync("what it says is not heard"u8.ToArray());

        await input.Writer.CompleteAsync();

        Assert.Equal(ExitCodes.Ok, await run.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("", error.ToString());
        Assert.EndsWith("stopped\n", output.ToString(), StringComparison.Ordinal);
        Assert.True(_cli.Node.Disposed.Task.IsCompletedSuccessfully);
    }
}
