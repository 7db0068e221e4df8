using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Placement;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>A holder that was away, and comes back with graphs that others hold by now.</summary>
public sealed class MeshReturnTests
{
    private static readonly PlacementRule Two = new(2, null);

    private readonly MemoryLinkNetwork _network = new();

    [Fact]
    public async Task What_it_has_dropped_is_not_pushed_to_it_any_more()
    {
        var store = Nodes.MemoryStore(4);
        var (graphs, members) = await ReturnAsync(store);
        var back = members[^1];
        var dropped = graphs.Where(graph => !Rendezvous.Holders(back.Membership!.View, graph, Two).Contains(back.Id)).ToArray();
        Assert.NotEmpty(dropped);
        await WriteAsync(members[0], graphs);
        await back.WaitForStatusAsync(status => status.Graphs.All(here => !dropped.Any(graph => here.Graph == graph.ToString())));

        await WriteAsync(members[0], graphs);
        var names = dropped.Select(graph => graph.ToString()).ToHashSet();
        await back.WaitForStatusAsync(status => status.Peers.All(peer => peer.Subscription is null || !peer.Subscription.Graphs.Any(names.Contains)));
        var pushed = await PushedAsync(back);
        await WriteAsync(members[0], dropped);
        await WriteAsync(members[0], dropped);
        Assert.Equal(pushed, await PushedAsync(back));
        foreach (var member in members)
            await member.DisposeAsync();
    }

    private static async Task<long> PushedAsync(ISyncNode node) => (await node.StatusAsync()).Peers.Sum(peer => peer.PushesIn);

    // All are made where they stay until the others have joined.
    private async Task<(GraphId[] Graphs, ISyncNode[] Members)> ReturnAsync(INodeStore store)
    {
        var others = new[] { Start(1), Start(2), Start(3) };
        await Task.WhenAll(others.Select(node => Nodes.WaitForMembersAsync(node, 3)));
        var old = Start(4, store);
        await Task.WhenAll(others.Append(old).Select(node => Nodes.WaitForMembersAsync(node, 4)));
        var graphs = new List<GraphId>();
        for (var i = 0; i < 12; i++)
            graphs.Add((await old.CreateGraphAsync(Encoding.UTF8.GetBytes($"graph {i}"))).Value);
        await WriteAsync(old, graphs);
        await old.DisposeAsync();
        await WriteAsync(others[0], graphs);
        var back = Start(4, store);
        await Task.WhenAll(others.Append(back).Select(node => Nodes.WaitForMembersAsync(node, 4)));
        return ([.. graphs], [.. others, back]);
    }

    private static async Task WriteAsync(ISyncNode node, IEnumerable<GraphId> graphs)
    {
        using var patience = new CancellationTokenSource(Nodes.Patience);
        foreach (var graph in graphs)
        {
            while ((await node.AddAsync(graph, "more"u8.ToArray(), new ActionOptions { Ack = AckMode.Replicated }, patience.Token)).Error is not null)
                await Task.Delay(20, patience.Token);
        }
    }

    private ISyncNode Start(uint number, INodeStore? store = null) => SyncNode.Start(new SyncNodeOptions
    {
        Store = store ?? Nodes.MemoryStore(number),
        Connector = _network,
        EngineConfiguration = TestEngine.Configuration,
        Listen = identity => _network.Listen($"node-{number}", identity),
        Mesh = new MeshOptions
        {
            Join = number == 1 ? [] : ["memory://node-1"],
            Placement = Two,
            Holding = HoldingSettings.Default with { Grace = TimeSpan.FromMilliseconds(100), AskEvery = TimeSpan.FromMilliseconds(100), ReplicateWithin = TimeSpan.FromSeconds(30) },
        },
    }).Value;
}
