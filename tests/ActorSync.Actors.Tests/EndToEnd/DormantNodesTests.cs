using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Storage;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Nodes whose graphs go to rest: subscribed to, told of, held by a mesh, found at a start, and in a storm of everything.</summary>
public sealed class DormantNodesTests : IDisposable
{
    private readonly MemoryLinkNetwork _network = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("actorsync-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Subscribed_to_and_told_of_they_rest_and_what_is_committed_next_arrives()
    {
        var (stores, nodes) = Nodes3(TimeSpan.FromMilliseconds(50));
        var graph = await nodes[0].FillAsync(20);
        Assert.Null(await nodes[1].SubscribeAsync("memory://node-1", graph));
        Assert.Null(await nodes[2].HelloAsync("memory://node-1", graph));
        await Nodes.WaitForLevelAsync(graph, 20, nodes);
        foreach (var round in Enumerable.Range(1, 3))
        {
            await Task.WhenAll(nodes.Select(node => node.WaitForStatusAsync(AllRest)));
            Assert.All(stores, store => Assert.Equal(0, store.Open));
            Assert.Equal(1, (await nodes[0].StatusAsync()).OpenSubscriptions);
            await nodes[0].AddAsync(graph, $"round {round}");
            await Nodes.WaitForLevelAsync(graph, 20 + round, nodes);
        }
        await DisposeAsync(nodes);
    }

    [Fact]
    public async Task A_node_that_starts_opens_few_at_a_time_and_none_that_nobody_needs()
    {
        var store = Store(1);
        var graphs = new List<GraphId>();
        foreach (var i in Enumerable.Range(0, 60))
        {
            var opened = (await store.CreateAsync(Command.Init(BitConverter.GetBytes(i)))).Value;
            graphs.Add(opened.Store.Graph);
            await opened.Store.DisposeAsync();
        }
        await using var node = Nodes.Start(_network, 1, With(TimeSpan.FromHours(1)) with { GraphSurveys = 4 }, store);
        var added = await node.AddAsync(graphs[50], "one that is needed");
        var status = await node.WaitForStatusAsync(status => status.Graphs.Count(graph => graph.State == GraphStatus.Dormant) == 59);
        Assert.Equal((60, 1), (status.Graphs.Count, store.Open));
        Assert.Equal(added.MaxCut, status.Graphs.Single(graph => graph.State == GraphStatus.Open).MaxCut);
        // Those of the survey, the one that was needed, and the one that the status asked about.
        Assert.InRange(store.MostOpen, 1, 6);
    }

    [Fact]
    public async Task Found_damaged_a_graph_is_shown_so_and_the_others_rest()
    {
        List<string> graphs = [];
        await using (var node = Nodes.StartTcp(await FilesAsync()))
        {
            for (var i = 0; i < 3; i++)
                graphs.Add((await node.CreateGraphAsync(BitConverter.GetBytes(i))).Value.ToString());
        }
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, "graphs", graphs[1])))
            File.WriteAllBytes(file, [1, 2, 3]);
        await using var again = Nodes.StartTcp(await FilesAsync());
        var status = await again.StatusAsync();
        Assert.Equal(2, status.Graphs.Count(graph => graph.State == GraphStatus.Dormant && graph.Commands == 1));
        var damaged = status.Graphs.Single(graph => graph.Graph == graphs[1]);
        Assert.Equal(GraphStatus.Broken, damaged.State);
        Assert.NotNull(damaged.Error);
    }

    [Fact]
    public async Task Durable_graphs_go_to_rest_and_wake_with_all_that_was_committed()
    {
        await using var node = Nodes.StartTcp(await FilesAsync(), With(TimeSpan.FromMilliseconds(20)));
        var graph = await node.FillAsync(0);
        for (var i = 0; i < 20; i++)
        {
            await node.AddAsync(graph, $"command {i}");
            if (i % 4 == 0)
                await node.WaitForStatusAsync(AllRest);
        }
        var snapshot = (await node.ReadAsync(graph)).Value;
        await node.WaitForStatusAsync(AllRest);
        // A version that somebody holds can be read on, whether or not the graph is open.
        Assert.Equal(20, Nodes.Basic(snapshot));
    }

    [Fact]
    public async Task Holders_of_a_mesh_let_go_and_an_action_at_any_of_them_is_replicated()
    {
        var stores = new[] { Store(1), Store(2), Store(3) };
        ISyncNode[] nodes = [.. stores.Select((store, i) => StartInMesh((uint)i + 1, store))];
        await Task.WhenAll(nodes.Select(node => Nodes.WaitForMembersAsync(node, 3)));
        var graph = await nodes[0].FillAsync(5);
        await Nodes.WaitForLevelAsync(graph, 5, nodes);
        foreach (var (i, node) in nodes.Index())
        {
            await Task.WhenAll(nodes.Select(each => each.WaitForStatusAsync(AllRest)));
            var options = new ActionOptions { Ack = AckMode.Replicated };
            Assert.Null((await node.AddAsync(graph, Encoding.UTF8.GetBytes($"at {i}"), options)).Error);
        }
        await Nodes.WaitForLevelAsync(graph, 8, nodes);
        await DisposeAsync(nodes);
    }

    // Each graph is closed and opened all the time, in the middle of whatever is sent to it.
    [Fact]
    public async Task In_a_storm_nothing_is_lost_and_everything_is_answered()
    {
        var (stores, nodes) = Nodes3(TimeSpan.FromTicks(1));
        var graph = await nodes[0].FillAsync(0);
        foreach (var (to, from) in new[] { (1, 0), (2, 0), (0, 1), (0, 2) })
        {
            Assert.Null((await nodes[to].PollAsync($"memory://node-{from + 1}", graph)).Error);
            Assert.Null(await nodes[to].SubscribeAsync($"memory://node-{from + 1}", graph));
        }
        foreach (var round in Enumerable.Range(1, 4))
        {
            await Task.WhenAll(nodes.SelectMany((node, n) => Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteAsync(node, graph, $"{round} {n} {writer}")))));
            await Nodes.WaitForLevelAsync(graph, 12 * 15 * round, nodes);
            await Task.WhenAll(nodes.Select(node => node.WaitForStatusAsync(AllRest)));
        }
        Assert.All(stores, store => Assert.True(store.Openings >= 4));
        await DisposeAsync(nodes);
        Assert.All(stores, store => Assert.Equal(0, store.Open));
    }

    private static async Task WriteAsync(ISyncNode node, GraphId graph, string name)
    {
        for (var i = 0; i < 15; i++)
        {
            Assert.Null((await node.AddAsync(graph, Encoding.UTF8.GetBytes($"{name} {i}"))).Error);
            if (i % 4 == 0)
                Assert.Null((await node.ReadAsync(graph)).Error);
        }
    }

    private static bool AllRest(NodeStatus status) => status.Graphs.All(graph => graph.State == GraphStatus.Dormant);

    private static SyncSettings With(TimeSpan idle) => new() { GraphIdle = idle };

    private static FaultStore Store(uint node) => new(new PeerIdentity(new NodeId(node), new InstanceId(1)));

    private async Task<INodeStore> FilesAsync() => (await NodeStore.OpenAsync(new StoreSettings { Folder = _folder })).Value;

    private (FaultStore[] Stores, ISyncNode[] Nodes) Nodes3(TimeSpan idle)
    {
        FaultStore[] stores = [Store(1), Store(2), Store(3)];
        return (stores, [.. stores.Select((store, i) => Nodes.Start(_network, (uint)i + 1, With(idle), store))]);
    }

    private ISyncNode StartInMesh(uint number, INodeStore store) => SyncNode.Start(new SyncNodeOptions
    {
        Store = store,
        Connector = _network,
        Listen = identity => _network.Listen($"node-{number}", identity),
        Settings = With(TimeSpan.FromMilliseconds(50)),
        Mesh = new MeshOptions { Join = number == 1 ? [] : ["memory://node-1"], Placement = PlacementRule.All },
    }).Value;

    private static async Task DisposeAsync(IEnumerable<ISyncNode> nodes)
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
    }
}
