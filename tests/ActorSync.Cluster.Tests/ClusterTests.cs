using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Placement;

namespace ActorSync.Cluster.Tests;

/// <summary>Nodes in a cluster: who holds graphs, where actions go, and what moves when hosts come and go.</summary>
public sealed class ClusterTests : IAsyncDisposable
{
    private readonly ClusterOfNodes _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Any_node_acts_on_any_graph_and_its_holders_alone_keep_it()
    {
        await _cluster.StartAllAsync(3);
        var graph = (await _cluster.MakeGraphsAsync(1))[0];
        foreach (var node in _cluster.Nodes)
        {
            for (var i = 0; i < 5; i++)
                await ClusterOfNodes.ActAsync(node, graph, $"{i} by {node.Id}");
        }
        var holders = _cluster.HoldersOf(graph);
        await Nodes.WaitForLevelAsync(graph, 16, holders);
        var other = _cluster.Nodes.Except(holders).Single();
        await other.WaitForStatusAsync(status => status.Graphs.Count == 0);
    }

    [Fact]
    public async Task Shards_and_graphs_move_to_a_host_that_comes_and_from_one_that_leaves()
    {
        await _cluster.StartAllAsync(2);
        var graphs = await _cluster.MakeGraphsAsync(12);
        var third = await _cluster.StartAsync(3);
        await AllAreInPlaceAsync(graphs);
        Assert.Contains(graphs, graph => _cluster.HoldersOf(graph).Contains(third));
        await _cluster.LeaveAsync(_cluster.Nodes[1]);
        await AllAreInPlaceAsync(graphs);
        foreach (var graph in graphs)
        {
            await ClusterOfNodes.ActAsync(_cluster.Nodes[0], graph, "after all moves");
            await Nodes.WaitForLevelAsync(graph, 2, _cluster.HoldersOf(graph));
        }
    }

    [Fact]
    public async Task A_proxy_holds_nothing_and_its_peers_from_outside_get_everything()
    {
        await _cluster.StartAllAsync(2);
        var graph = (await _cluster.MakeGraphsAsync(1))[0];
        var proxy = await _cluster.StartAsync(3, "proxy");
        await using var outside = Nodes.Start(_cluster.Network, 77);
        Assert.Null(await outside.SubscribeAsync("memory://node-3", graph));
        for (var i = 0; i < 20; i++)
            await ClusterOfNodes.ActAsync(i % 2 == 0 ? proxy : _cluster.Nodes[0], graph, $"action {i}");
        await Nodes.WaitForLevelAsync(graph, 21, outside);
        Assert.Equal(2, _cluster.HoldersOf(graph).Length);
        Assert.DoesNotContain(proxy, _cluster.HoldersOf(graph));
        var shards = (await proxy.WaitForStatusAsync(status => status.Mesh!.Members.Sum(member => member.Shards) > 0)).Mesh!.Members;
        Assert.Equal(0, shards.Single(member => member.IsSelf).Shards);
    }

    [Fact]
    public async Task A_peer_from_outside_misses_nothing_while_the_holders_change()
    {
        await _cluster.StartAllAsync(3);
        var graphs = await _cluster.MakeGraphsAsync(3);
        await using var outside = Nodes.Start(_cluster.Network, 77);
        foreach (var graph in graphs)
            Assert.Null(await outside.SubscribeAsync("memory://node-1", graph));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        var writers = new Writers(_cluster, graphs);
        var writing = writers.WriteAsync(4, int.MaxValue, enough.Token);
        await writers.WaitForAsync(100, patience.Token);
        await _cluster.CrashAsync(_cluster.Nodes[2]);
        await writers.WaitForAsync(writers.Acknowledged + 100, patience.Token);
        await _cluster.StartAsync(4);
        await writers.WaitForAsync(writers.Acknowledged + 100, patience.Token);
        await enough.CancelAsync();
        await writing.ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var graph in graphs)
            await outside.WaitForAsync(graph, version => !writers.MissingFrom(version).Any());
    }

    // Every shard that has a graph is owned by the first holder, every holder serves, and nobody else keeps the graph.
    private async Task AllAreInPlaceAsync(List<GraphId> graphs)
    {
        foreach (var graph in graphs)
        {
            var holders = _cluster.HoldersOf(graph);
            foreach (var node in _cluster.Nodes)
            {
                var holds = holders.Contains(node);
                await node.WaitForStatusAsync(status => status.Graphs.Any(here => here.Graph == graph.ToString() && here.Holding?.State == "serving") == holds
                    && (holds || status.Graphs.All(here => here.Graph != graph.ToString())));
            }
        }
        var owned = graphs.Select(graph => Rendezvous.ShardOf(graph, _cluster.Shards)).Distinct().GroupBy(
            shard => Rendezvous.HoldersOfShard(_cluster.Nodes[0].Membership!.View, shard, _cluster.Placement)[0]).ToDictionary(same => same.Key.ToString(), same => same.Count());
        await _cluster.Nodes[0].WaitForStatusAsync(status => status.Mesh!.Members.All(member => member.Shards == owned.GetValueOrDefault(member.Node)));
    }
}
