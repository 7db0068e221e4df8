using ActorSync.Graphs;
using ActorSync.Node.Configuration;
using ActorSync.Peers;

namespace ActorSync.Node.Hosting;

/// <summary>
/// Keeps one configured peer's graphs in step: makes the link, then subscribes to each graph, is told of each, or polls
/// each at an interval. What fails is tried again, later each time. Graphs that come to this node later are found by looking.
/// </summary>
public sealed class PeerKeeper(ISyncNode node, PeerSettings peer, TimeProvider time, NodeLog log)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookForGraphs = TimeSpan.FromSeconds(1);

    private readonly string _endpoint = peer.Endpoint.ToString();
    private readonly HashSet<string> _told = [];

    /// <summary>The node that was met at the endpoint, once one was.</summary>
    public NodeId? Met { get; private set; }

    /// <summary>Runs until it is cancelled, or the peer is given up.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!await ConnectAsync(stop))
            return;
        var subscribed = new HashSet<GraphId>();
        while (true)
        {
            foreach (var graph in await GraphsAsync(stop))
            {
                if (peer.Mode == PeerMode.Poll)
                    await PollAsync(graph, stop);
                else if (!subscribed.Contains(graph) && await SubscribeAsync(graph, stop))
                    subscribed.Add(graph);
            }
            await Task.Delay(peer.Mode == PeerMode.Poll ? peer.Interval : LookForGraphs, time, stop);
        }
    }

    private async Task<bool> ConnectAsync(CancellationToken stop)
    {
        var wait = FirstRetry;
        while (true)
        {
            var result = await node.ConnectAsync(_endpoint, stop);
            if (result.TryGet(out var met, out var error))
            {
                Met = met;
                log.Info($"peer {_endpoint} is node {met}");
                return true;
            }
            Tell("link", error);
            // What nobody asked for by name, and cannot be: this node itself, above all.
            if (peer.IsProvided && error.Kind == SyncErrorKind.InvalidRequest)
            {
                await node.DisconnectAsync(_endpoint, stop);
                return false;
            }
            await Task.Delay(wait, time, stop);
            wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LastRetry.Ticks));
        }
    }

    private async Task<IReadOnlyList<GraphId>> GraphsAsync(CancellationToken stop)
    {
        var names = peer.Graphs.Where(name => name != "*");
        if (peer.Graphs.Contains("*"))
            names = names.Union((await node.StatusAsync(stop)).Graphs.Where(graph => graph.Error is null || graph.Commands > 0).Select(graph => graph.Graph));
        return [.. names.Select(name => GraphId.TryParse(name, out var graph) ? graph : default)];
    }

    private async Task PollAsync(GraphId graph, CancellationToken stop)
    {
        if ((await node.PollAsync(_endpoint, graph, null, stop)).TryGet(out var outcome, out var error))
            log.Debug($"polled {_endpoint} for graph {graph.ToShortString()}: {(outcome.Level ? "level" : $"{outcome.Added} new commands")}");
        else
            Tell($"graph {graph.ToShortString()}", error);
    }

    private async Task<bool> SubscribeAsync(GraphId graph, CancellationToken stop)
    {
        var isHello = peer.Mode == PeerMode.Hello;
        if (await (isHello ? node.HelloAsync(_endpoint, graph, null, stop) : node.SubscribeAsync(_endpoint, graph, stop)) is { } error)
        {
            Tell($"graph {graph.ToShortString()}", error);
            return false;
        }
        log.Info($"{(isHello ? "told of" : "subscribed to")} graph {graph.ToShortString()} {(isHello ? "by" : "at")} {_endpoint}");
        return true;
    }

    // The first time as a warning: what goes on for hours must not fill the log.
    private void Tell(string what, SyncError error)
    {
        var sentence = $"peer {_endpoint}, {what}: {error.Message}";
        if (_told.Add($"{what} {error.Kind}"))
            log.Warning(sentence);
        else
            log.Debug(sentence);
    }
}
