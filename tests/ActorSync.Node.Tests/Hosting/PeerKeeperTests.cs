using ActorSync.Graphs;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Tests.Hosting;

public sealed class PeerKeeperTests : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly FakeNode _node = new();
    private readonly ManualTime _time = new();
    private readonly StringWriter _log = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_is_tried_again_and_later_each_time()
    {
        Start(new PeerSettings { Endpoint = new TcpEndpoint("127.0.0.1", 7401) });

        foreach (var wait in (int[])[250, 500, 1000])
            await PassAsync(TimeSpan.FromMilliseconds(wait));
        _node.Connect = _ => new NodeId(7);
        await PassAsync(TimeSpan.FromSeconds(2));
        await _time.TimerOf(Look);

        Assert.Equal(Enumerable.Repeat("connect tcp://127.0.0.1:7401", 5), _node.Calls);
        // What goes on is a warning once.
        Assert.Equal(1, _log.ToString().Split("warning").Length - 1);
        Assert.Contains("is node 00000000000000000000000000000007", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_hello_the_peer_tells_of_each_graph_once()
    {
        _node.Connect = _ => new NodeId(7);
        var graph = await CreateAsync("a");
        Start(new PeerSettings { Endpoint = new TcpEndpoint("127.0.0.1", 7401), Mode = PeerMode.Hello });
        await _time.TimerOf(Look);
        await PassAsync(Look);
        await _time.TimerOf(Look);

        Assert.Equal(["connect tcp://127.0.0.1:7401", $"hello tcp://127.0.0.1:7401 {graph}"], _node.Calls);
    }

    [Fact]
    public async Task All_graphs_are_subscribed_to_once_also_those_that_come_later()
    {
        _node.Connect = _ => new NodeId(7);
        var first = await CreateAsync("a");
        Start(new PeerSettings { Endpoint = new TcpEndpoint("127.0.0.1", 7401) });
        await _time.TimerOf(Look);

        var second = await CreateAsync("b");
        await PassAsync(Look);
        await PassAsync(Look);
        await _time.TimerOf(Look);

        Assert.Equal(["connect tcp://127.0.0.1:7401", $"subscribe tcp://127.0.0.1:7401 {first}", $"subscribe tcp://127.0.0.1:7401 {second}"], _node.Calls);
    }

    [Fact]
    public async Task A_graph_that_is_named_need_not_be_here_and_is_asked_for_until_it_is_had()
    {
        _node.Connect = _ => new NodeId(7);
        var answers = new Queue<SyncError?>([new SyncError(SyncErrorKind.UnknownGraph, "not yet"), null]);
        _node.Subscribe = (_, _) => answers.Dequeue();
        Start(new PeerSettings { Endpoint = new TcpEndpoint("127.0.0.1", 7401), Graphs = [new string('d', 64)] });

        await PassAsync(Look);
        await PassAsync(Look);
        await _time.TimerOf(Look);

        Assert.Equal(2, _node.Calls.Count(call => call == "subscribe tcp://127.0.0.1:7401 dddddddd"));
    }

    [Fact]
    public async Task A_peer_that_is_polled_is_polled_at_its_interval()
    {
        var interval = TimeSpan.FromSeconds(5);
        _node.Connect = _ => new NodeId(7);
        _node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(new PollOutcome(true, 0, 0, false, 1));
        Start(new PeerSettings { Endpoint = new TcpEndpoint("127.0.0.1", 7401), Mode = PeerMode.Poll, Interval = interval, Graphs = [new string('d', 64)] });

        await PassAsync(interval);
        await PassAsync(interval);
        await _time.TimerOf(interval);

        Assert.Equal(3, _node.Calls.Count(call => call == "poll tcp://127.0.0.1:7401 dddddddd"));
    }

    private void Start(PeerSettings peer) => _run = new PeerKeeper(_node, peer, _time, new NodeLog(_log, _time, NodeLogLevel.Info)).RunAsync(_stop.Token);

    private async Task PassAsync(TimeSpan wait)
    {
        await _time.TimerOf(wait);
        _time.Advance(wait);
    }

    private async Task<string> CreateAsync(string name) => (await _node.CreateGraphAsync(System.Text.Encoding.UTF8.GetBytes(name))).Value.ToShortString();
}
