using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Output;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Control;

public sealed class ConvergenceTests : IAsyncDisposable
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(100);
    private static readonly PollOutcome Level = new(true, 0, 0, false, 1);
    private static readonly PollOutcome Behind = new(false, 3, 3, false, 1);

    private readonly FakeNode _node = new() { Status = Statuses.Busy };
    private readonly ManualTime _time = new();
    private readonly List<WaitProgress> _progress = [];

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task It_polls_until_every_pair_is_level()
    {
        await _node.CreateGraphAsync("a"u8.ToArray());
        await _node.CreateGraphAsync("b"u8.ToArray());
        var outcomes = new Queue<PollOutcome>([Behind, Level, Level, Level]);
        _node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(outcomes.Dequeue());

        var waiting = WaitAsync();
        await _time.TimerOf(Round);
        _time.Advance(Round);
        var report = await waiting;

        Assert.True(report.Level);
        Assert.Equal(0.1, report.Seconds, 3);
        Assert.Equal(2, report.Pairs.Count);
        Assert.Equal([new WaitProgress(1, 2), new WaitProgress(2, 2)], _progress);
    }

    [Fact]
    public async Task The_time_is_over_with_a_line_per_pair_that_is_not_level()
    {
        var graph = (await _node.CreateGraphAsync("a"u8.ToArray())).Value;
        _node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(Behind);

        var report = await TimeOutAsync();

        Assert.False(report.Level);
        Assert.Equal([new PairReport(Statuses.Peer, graph.ToString(), false, "3 commands came with the last poll")], report.Pairs);
    }

    [Fact]
    public async Task A_poll_without_an_answer_does_not_outlast_the_time()
    {
        await _node.CreateGraphAsync("a"u8.ToArray());
        _node.Poll = async (_, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return Level;
        };

        var waiting = WaitAsync();
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([new PairReport("any", null, false, "not every peer answered in time")], (await waiting).Pairs);
    }

    [Fact]
    public async Task A_graph_that_the_peer_does_not_know_and_that_is_not_subscribed_to_is_not_in_common()
    {
        var shared = (await _node.CreateGraphAsync("a"u8.ToArray())).Value;
        await _node.CreateGraphAsync("private"u8.ToArray());
        _node.Status = graphs => Statuses.Plain(graphs) with { Peers = [Statuses.PeerNamed(Statuses.Peer, [shared.ToString()])] };
        _node.Poll = (_, graph, _) => Task.FromResult(graph == shared ? (Result<PollOutcome>)Level : new SyncError(SyncErrorKind.UnknownGraph, "not here"));

        var report = await WaitAsync();

        Assert.Equal((true, shared.ToString()), (report.Level, Assert.Single(report.Pairs).Graph));
    }

    [Fact]
    public async Task A_graph_that_is_subscribed_to_and_not_here_yet_is_waited_for()
    {
        var wanted = new string('e', 64);
        _node.Status = graphs => Statuses.Plain(graphs) with { Peers = [Statuses.PeerNamed(Statuses.Peer, [wanted])] };
        _node.Poll = (_, _, _) => Task.FromResult<Result<PollOutcome>>(new SyncError(SyncErrorKind.UnknownGraph, "the peer does not hold it"));

        Assert.Equal([new PairReport(Statuses.Peer, wanted, false, "the peer does not hold it")], (await TimeOutAsync()).Pairs);
    }

    [Fact]
    public async Task Without_graphs_in_common_nothing_is_level()
    {
        Assert.Equal([new PairReport(Statuses.Peer, null, false, "no graph in common yet")], (await TimeOutAsync()).Pairs);
    }

    [Fact]
    public async Task A_node_without_any_peer_says_so_at_once()
    {
        _node.Status = Statuses.Plain;

        var report = await WaitAsync();

        Assert.Equal((false, 0), (report.Level, report.Seconds));
        Assert.Equal([new PairReport("any", null, false, "the node has no peer: see actorsync connect")], report.Pairs);
    }

    private Task<WaitReport> WaitAsync() =>
        new Convergence(_node, _time, new ProgressTo<WaitProgress>(_progress.Add)).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);

    private async Task<WaitReport> TimeOutAsync()
    {
        var waiting = WaitAsync();
        await _time.TimerOf(Round);
        _time.Advance(TimeSpan.FromSeconds(29.9));
        while (!waiting.IsCompleted)
        {
            _time.Advance(Round);
            await Task.Yield();
        }
        return await waiting;
    }
}
