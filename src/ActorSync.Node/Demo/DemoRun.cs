using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Node.Control;
using ActorSync.Node.Output;
using ActorSync.Transport.Streams;

namespace ActorSync.Node.Demo;

/// <summary>
/// The first half of a demo, over three nodes that are in no mesh: the first imports the history, the second catches up by poll, the
/// third by subscription, then all commit and push. Whatever is asked of a node goes over its control socket.
/// </summary>
internal sealed class DemoRun(DemoOptions options, DemoHistory history, IReadOnlyList<DemoNode> nodes, DemoMonitor monitor, IDemoDisplay display)
{
    /// <summary>The nodes that it takes.</summary>
    public const int Nodes = 3;

    private const int LevelPolls = 9;
    private const int Renewals = 5;

    /// <summary>A frame without a payload: its header (docs/links.md).</summary>
    private const int KeepAliveBytes = 4;

    private readonly List<DemoPhase> _phases = [];
    private readonly DemoNode _first = nodes[0];
    private readonly DemoNode _second = nodes[1];
    private readonly DemoNode _third = nodes[2];
    private GraphId _graph;

    /// <summary>The commands that were committed and pushed; once it has run.</summary>
    public IReadOnlyList<string> Pushed { get; private set; } = [];

    /// <summary>The graph that the history became; once it has run.</summary>
    public GraphId Graph => _graph;

    public async Task<DemoReport> RunAsync(CancellationToken cancellation)
    {
        var imported = await ImportAsync(cancellation);
        _graph = GraphId.TryParse(imported.Graph, out var graph) ? graph : throw new FormatException($"'{imported.Graph}' is not a graph");
        await PollAsync(cancellation);
        await SubscribeAsync(cancellation);
        var pushes = await PushAsync(cancellation);
        Pushed = pushes.Ids;
        var polling = pushes.Level ? await MeasurePollingAsync(pushes, cancellation) : null;
        var idle = pushes.Level ? await MeasureIdleAsync(cancellation) : null;
        monitor.End();
        var statuses = await StatusesAsync(cancellation);
        return new DemoReport(
            SyncNode.Version, statuses[0].Engine, history.Path, imported.Commits, imported.Graph, pushes.Level,
            [.. statuses.Select((status, i) => Describe(i + 1, status))], _phases, PushLatency.Of(pushes.Milliseconds), polling, idle, null);
    }

    private async Task<ImportReport> ImportAsync(CancellationToken cancellation)
    {
        var step = monitor.Begin("import", "commits");
        var progress = new ProgressTo<ImportProgress>(now => step.Report(now.Commits, now.Total));
        var imported = _first.Check(await _first.Control.ImportGitAsync(new ImportRequest(history.Path, options.All), progress, cancellation));
        End("import", new DemoPhase("import", imported.Commands, 0, step.Elapsed.TotalSeconds, 0), $"{Units.Count(imported.Commits)} commits, ");
        return imported;
    }

    private async Task PollAsync(CancellationToken cancellation)
    {
        _second.Check(await _second.Control.ConnectAsync(new PeerRequest(_first.Endpoint), cancellation));
        var before = WireBytes(await _second.StatusAsync(cancellation));
        var step = monitor.Begin("catch-up by poll", "commands");
        var progress = new ProgressTo<SyncProgress>(now => step.Report(now.Received, now.Received + now.Left));
        var polled = _second.Check(await _second.Control.SyncAsync(new SyncRequest(_first.Endpoint, _graph.ToString()), progress, cancellation));
        var elapsed = step.Elapsed;
        End("catch-up by poll", new DemoPhase("poll", polled.Added, 1, elapsed.TotalSeconds, WireBytes(await _second.StatusAsync(cancellation)) - before));
    }

    private async Task SubscribeAsync(CancellationToken cancellation)
    {
        var target = GraphOf(await _first.StatusAsync(cancellation))!;
        _third.Check(await _third.Control.ConnectAsync(new PeerRequest(_first.Endpoint), cancellation));
        var before = WireBytes(await _third.StatusAsync(cancellation));
        var step = monitor.Begin("catch-up by subscription", "commands");
        await SubscribeAsync(_third, _first.Endpoint, cancellation);
        await GraphFollower.UntilAsync(_third, _graph, options.Timeout, async version =>
        {
            step.Report(version.Commands, target.Commands);
            return version.Digest == target.Digest || version.Commands >= target.Commands && await HasAllAsync(cancellation);
        }, cancellation);
        var elapsed = step.Elapsed;
        End("catch-up by subscription", new DemoPhase("subscription", target.Commands, 1, elapsed.TotalSeconds, WireBytes(await _third.StatusAsync(cancellation)) - before));
    }

    // A history with more open ends than a graph may have heads is merged on the way, by each node as it got there: the
    // third may have merges of its own, and is caught up when a poll brings it nothing.
    private async Task<bool> HasAllAsync(CancellationToken cancellation)
    {
        var request = new SyncRequest(_first.Id, _graph.ToString());
        return _third.Check(await _third.Control.SyncAsync(request, new ProgressTo<SyncProgress>(_ => { }), cancellation)).Added == 0;
    }

    private async Task<Pushes> PushAsync(CancellationToken cancellation)
    {
        // The third has dialed the first and subscribes there already; over links that are there a peer goes by its id.
        await SubscribeAsync(_first, _second.Id, cancellation);
        await SubscribeAsync(_first, _third.Id, cancellation);
        await SubscribeAsync(_second, _first.Id, cancellation);
        await SubscribeAsync(_third, _second.Endpoint, cancellation);
        await SubscribeAsync(_second, _third.Id, cancellation);
        var before = await StatusesAsync(cancellation);
        var step = monitor.Begin("new commands on all three", "commands");
        var pushes = await new PushPhase(nodes, _graph, options).RunAsync(step.Report, cancellation);
        var after = await StatusesAsync(cancellation);
        var sent = after.Sum(Sent) - before.Sum(Sent);
        End("pushes", new DemoPhase("pushes", pushes.Commands, nodes.Count - 1, pushes.Seconds, sent));
        return pushes;
    }

    // The median: a keep-alive, or an acknowledgement that came late, is no part of a poll.
    private async Task<PollingCost> MeasurePollingAsync(Pushes pushes, CancellationToken cancellation)
    {
        var bytes = new List<long>();
        for (var i = 0; i < LevelPolls; i++)
        {
            var before = WireBytes(await _second.StatusAsync(cancellation));
            _second.Check(await _second.Control.SyncAsync(new SyncRequest(_first.Id, _graph.ToString()), new ProgressTo<SyncProgress>(_ => { }), cancellation));
            bytes.Add(WireBytes(await _second.StatusAsync(cancellation)) - before);
        }
        bytes.Sort();
        return new PollingCost(bytes[LevelPolls / 2], nodes.Count * (nodes.Count - 1), pushes.Seconds, pushes.CommandBytes, nodes.Count - 1);
    }

    // A renewal is a Subscribe and its answer; what ends the subscription before it is counted with them.
    private async Task<IdleCost> MeasureIdleAsync(CancellationToken cancellation)
    {
        var bytes = new List<long>();
        var subscription = new PeerGraph(_first.Id, _graph.ToString());
        for (var i = 0; i < Renewals; i++)
        {
            var before = WireBytes(await _second.StatusAsync(cancellation));
            _second.Check(await _second.Control.UnsubscribeAsync(subscription, cancellation));
            _second.Check(await _second.Control.SubscribeAsync(subscription, cancellation));
            bytes.Add(WireBytes(await _second.StatusAsync(cancellation)) - before);
        }
        bytes.Sort();
        var (pairs, link) = (nodes.Count * (nodes.Count - 1), new StreamLinkSettings());
        return new IdleCost(
            bytes[Renewals / 2], pairs, SubscriptionSettings.Default.RemainOpen.TotalSeconds / 2, pairs / 2, link.KeepAliveInterval.TotalSeconds, KeepAliveBytes);
    }

    private async Task SubscribeAsync(DemoNode node, string peer, CancellationToken cancellation) =>
        node.Check(await node.Control.SubscribeAsync(new PeerGraph(peer, _graph.ToString()), cancellation));

    private Task<NodeStatus[]> StatusesAsync(CancellationToken cancellation) => Task.WhenAll(nodes.Select(node => node.StatusAsync(cancellation)));

    private void End(string title, DemoPhase phase, string also = "")
    {
        monitor.End();
        _phases.Add(phase);
        display.Say($"{title}: {also}{Units.Count(phase.Commands)} commands in {Units.Seconds(phase.Seconds)}");
    }

    private GraphStatus? GraphOf(NodeStatus status) => status.Graphs.FirstOrDefault(graph => graph.Graph == _graph.ToString());

    private DemoNodeReport Describe(int number, NodeStatus status) => GraphOf(status) is { } graph
        ? new DemoNodeReport(number, status.Node, graph.Commands, graph.Heads, graph.Digest)
        : new DemoNodeReport(number, status.Node, 0, 0, "");

    private static long WireBytes(NodeStatus status) => status.Peers.Sum(peer => peer.BytesIn + peer.BytesOut);

    private static long Sent(NodeStatus status) => status.Peers.Sum(peer => peer.BytesOut);
}
