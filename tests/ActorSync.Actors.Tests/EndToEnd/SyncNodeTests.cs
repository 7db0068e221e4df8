using System.Diagnostics;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Transport.Memory;
using ActorSync.Transport.Tcp;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class SyncNodeTests
{
    [Fact]
    public async Task A_node_that_serves_and_subscribes_shuts_down_without_waiting_and_says_so_to_its_peers()
    {
        var first = Nodes.StartTcp(Nodes.MemoryStore(1));
        await using var second = Nodes.StartTcp(Nodes.MemoryStore(2), new SyncSettings { DeadAfter = TimeSpan.FromSeconds(1) });
        var graph = await first.FillAsync(5);
        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        await second.WaitForAsync(graph, snapshot => snapshot.Count == 6);
        Assert.Null(await first.SubscribeAsync(second.Id.ToString(), graph));
        using var watching = new CancellationTokenSource(Nodes.Patience);
        var watcher = Task.Run(async () => { await foreach (var _ in first.WatchAsync(graph, watching.Token)) { } });

        var clock = Stopwatch.StartNew();
        await first.DisposeAsync();
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 4);
        await watcher.WaitAsync(Nodes.Patience);
        await second.WaitForStatusAsync(status => status is { OpenSubscriptions: 0, Peers: [{ State: not "connected", Subscription: null }] });

        Assert.Equal(SyncErrorKind.ShuttingDown, (await first.ReadAsync(graph)).Error?.Kind);
        Assert.Equal(SyncErrorKind.ShuttingDown, (await first.ConnectAsync("127.0.0.1:1")).Error?.Kind);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_poll_under_way_is_answered_when_the_node_shuts_down_and_when_the_peer_is_hung_up()
    {
        var network = new MemoryLinkNetwork();
        var node = Nodes.Start(network, 1);
        await using var silent = (ILinkListener)network.Listen("silent", new LinkIdentity(new PeerIdentity(new NodeId(9), new InstanceId(1)), 1 << 20)).Value;
        var graph = await node.FillAsync(1);
        var polling = node.PollAsync("memory://silent", graph);
        await using var link = await silent.AcceptAsync();
        _ = (await link!.ReceiveAsync()).Value;
        Assert.Null(await node.DisconnectAsync("memory://silent"));
        Assert.NotNull((await polling.WaitAsync(Nodes.Patience)).Error);

        polling = node.PollAsync("memory://silent", graph);
        await using var second = await silent.AcceptAsync();
        _ = (await second!.ReceiveAsync()).Value;
        await node.DisposeAsync();
        Assert.NotNull((await polling.WaitAsync(Nodes.Patience)).Error);
    }

    [Fact]
    public async Task Actions_of_one_caller_keep_their_order_whether_the_graph_is_open_or_about_to_be()
    {
        const int Actions = 200;
        await using var node = Nodes.Start(new MemoryLinkNetwork(), 1);
        var payload = "a graph"u8.ToArray();
        var graph = new GraphId(Command.Init(payload).Id);
        // The first go through the router, behind the making of the graph, and the last to its actor.
        var making = node.CreateGraphAsync(payload);
        var acting = new List<Task<Result<Address>>>();
        for (var i = 0; i < Actions; i++)
        {
            acting.Add(node.AddAsync(graph, BitConverter.GetBytes(i)));
            if (i == Actions / 2)
                await acting[0];
        }
        Assert.Null((await making).Error);
        var done = await Task.WhenAll(acting);
        Assert.Equal(Enumerable.Range(1, Actions), done.Select(result => result.Value.MaxCut));
    }

    [Fact]
    public async Task A_poll_that_is_cancelled_ends()
    {
        var network = new MemoryLinkNetwork();
        await using var node = Nodes.Start(network, 1);
        await using var silent = (ILinkListener)network.Listen("silent", new LinkIdentity(new PeerIdentity(new NodeId(9), new InstanceId(1)), 1 << 20)).Value;
        var graph = await node.FillAsync(1);
        using var cancellation = new CancellationTokenSource();
        var polling = node.PollAsync("memory://silent", graph, null, cancellation.Token);
        await using var link = await silent.AcceptAsync();
        _ = (await link!.ReceiveAsync()).Value;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
    }

    [Fact]
    public async Task A_port_in_use_leaves_nothing_behind()
    {
        await using var holder = Nodes.StartTcp(Nodes.MemoryStore(1));
        var store = Nodes.MemoryStore(2);
        var refused = SyncNode.Start(new SyncNodeOptions { Store = store, Connector = new TcpLinkConnector(), Listen = Nodes.ListenTcp(holder.ListenName!["tcp://".Length..]) });
        Assert.Contains("in use", refused.Error?.Message);
        await using var node = Nodes.StartTcp(store);
        await node.FillAsync(1);
    }

    [Theory]
    [InlineData("akka.loglevel = ${nowhere.to.be.found}")]
    [InlineData("akka.actor.provider = nonsense")]
    public async Task An_engine_that_does_not_start_leaves_nothing_behind(string configuration)
    {
        var network = new MemoryLinkNetwork();
        var store = Nodes.MemoryStore(1);
        var refused = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = network,
            Listen = identity => network.Listen("node-1", identity),
            EngineConfiguration = configuration,
        });
        Assert.Equal(SyncErrorKind.InvalidRequest, refused.Error?.Kind);
        await using var node = Nodes.Start(network, 1, store: store);
        await node.FillAsync(1);
    }

    [Fact]
    public async Task A_configuration_that_the_embedded_engine_lacks_is_refused()
    {
        if (EngineInfo.IsAkka)
            return;
        var refused = SyncNode.Start(new SyncNodeOptions
        {
            Store = Nodes.MemoryStore(1),
            Connector = new MemoryLinkNetwork(),
            EngineConfiguration = "akka.remote.dot-netty.tcp.port = 1",
        });
        Assert.Contains("akka.remote", refused.Error?.Message);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Who_is_not_there_is_a_value_and_no_exception()
    {
        var network = new MemoryLinkNetwork();
        await using var node = Nodes.Start(network, 1);
        var graph = await node.FillAsync(1);
        Assert.Equal(SyncErrorKind.Unreachable, (await node.ConnectAsync("memory://nobody")).Error?.Kind);
        Assert.Equal(SyncErrorKind.Unreachable, (await node.PollAsync("memory://nobody", graph)).Error?.Kind);
        Assert.Equal(SyncErrorKind.Unreachable, (await node.SubscribeAsync("abcdef", graph))?.Kind);
        Assert.Equal(SyncErrorKind.Unreachable, (await node.DisconnectAsync("abcdef"))?.Kind);
        Assert.Null(await node.DisconnectAsync("memory://nobody"));
        var unknown = new TestGraph("not here").Id;
        Assert.Equal(SyncErrorKind.UnknownGraph, (await node.ReadAsync(unknown)).Error?.Kind);
        Assert.Equal(SyncErrorKind.UnknownGraph, (await node.AddAsync(unknown, new byte[1])).Error?.Kind);
    }
}
