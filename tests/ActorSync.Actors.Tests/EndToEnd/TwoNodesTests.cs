using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class TwoNodesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_poll_brings_what_the_peer_holds()
    {
        await using var first = Start();
        await using var second = Start();
        var graph = await FillAsync(first, 1000);

        var outcome = (await second.PollAsync(first.ListenName!, graph)).Value;

        Assert.Equal(1001, outcome.Added);
        Assert.False(outcome.Remaining);
        await AssertLevelAsync(graph, first, second);
        Assert.True((await second.PollAsync(first.ListenName!, graph)).Value.Level);
    }

    [Fact]
    public async Task A_subscriber_is_caught_up_and_then_pushed_to()
    {
        await using var first = Start();
        await using var second = Start();
        var graph = await FillAsync(first, 1000);

        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        await WaitForAsync(second, graph, snapshot => snapshot.Count == 1001);
        var added = (await first.AddAsync(graph, "one more"u8.ToArray())).Value;
        await WaitForAsync(second, graph, snapshot => snapshot.Contains(added));

        await AssertLevelAsync(graph, first, second);
    }

    [Fact]
    public async Task Both_write_and_both_subscribe_and_end_level()
    {
        await using var first = Start();
        await using var second = Start();
        var graph = await FillAsync(first, 10);
        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        await WaitForAsync(second, graph, snapshot => snapshot.Count == 11);
        Assert.Null(await first.SubscribeAsync(second.Id.ToString(), graph));

        for (var i = 0; i < 50; i++)
        {
            await Task.WhenAll(
                first.AddAsync(graph, Encoding.UTF8.GetBytes($"first {i}")),
                second.AddAsync(graph, Encoding.UTF8.GetBytes($"second {i}")));
        }

        await WaitForAsync(first, graph, snapshot => Ordinary(snapshot) == 110);
        await WaitForAsync(second, graph, snapshot => Ordinary(snapshot) == 110);
    }

    [Fact]
    public async Task What_was_learned_from_a_peer_is_not_pushed_back_to_it()
    {
        await using var first = Start();
        await using var second = Start();
        var graph = await FillAsync(first, 10);
        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        await WaitForAsync(second, graph, snapshot => snapshot.Count == 11);
        Assert.Null(await first.SubscribeAsync(second.Id.ToString(), graph));
        for (var i = 0; i < 20; i++)
        {
            var added = (await first.AddAsync(graph, Encoding.UTF8.GetBytes($"one more {i}"))).Value;
            await WaitForAsync(second, graph, snapshot => snapshot.Contains(added));
        }
        // What the other writes itself comes after all that: had anything been pushed back, it was before.
        var own = (await second.AddAsync(graph, "its own"u8.ToArray())).Value;
        await WaitForAsync(first, graph, snapshot => snapshot.Contains(own));

        Assert.Equal(1, (await first.StatusAsync()).Peers[0].PushesIn);
        Assert.InRange((await second.StatusAsync()).Peers[0].PushesIn, 1, 21);
    }

    private static int Ordinary(GraphSnapshot snapshot) => snapshot.ReadAll().Count(command => command.Priority.Kind == PriorityKind.Basic);

    private static ISyncNode Start() => SyncNode.Start(new SyncNodeOptions
    {
        Store = new MemoryNodeStore(new PeerIdentity(new NodeId(UInt128.CreateChecked(Random.Shared.NextInt64())), new InstanceId(1))),
        Connector = new TcpLinkConnector(),
        EngineConfiguration = TestEngine.Configuration,
        Listen = TcpLinkListener.At("127.0.0.1:0"),
    }).Value;

    private static async Task<GraphId> FillAsync(ISyncNode node, int commands)
    {
        var graph = (await node.CreateGraphAsync("a graph"u8.ToArray())).Value;
        for (var i = 0; i < commands; i++)
            _ = (await node.AddAsync(graph, Encoding.UTF8.GetBytes($"command {i}"))).Value;
        return graph;
    }

    private static async Task WaitForAsync(ISyncNode node, GraphId graph, Func<GraphSnapshot, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var snapshot in node.WatchAsync(graph, patience.Token))
        {
            if (holds(snapshot))
                return;
        }
    }

    private static async Task AssertLevelAsync(GraphId graph, ISyncNode first, ISyncNode second) =>
        Assert.Equal((await first.ReadAsync(graph)).Value.Heads.Digest, (await second.ReadAsync(graph)).Value.Heads.Digest);
}
