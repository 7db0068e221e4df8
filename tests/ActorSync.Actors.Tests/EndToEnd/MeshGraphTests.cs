using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Graphs in a mesh: who holds them, where actions go, and what is left when a holder is gone.</summary>
public sealed class MeshGraphTests
{
    private static readonly ActionOptions Replicated = new() { Ack = AckMode.Replicated };

    private readonly MemoryLinkNetwork _network = new();

    [Fact]
    public async Task With_all_every_member_holds_every_graph_also_those_that_were_there_before_it()
    {
        await using var first = Start(1, PlacementRule.All);
        var graph = await first.FillAsync(5);
        await using var second = Start(2, PlacementRule.All);
        await using var third = Start(3, PlacementRule.All);
        await Nodes.WaitForLevelAsync(graph, 5, first, second, third);

        // Whoever acts, the others are pushed to along the tree.
        Assert.Null((await third.AddAsync(graph, "from the third"u8.ToArray(), Replicated)).Error);
        Assert.Null((await second.AddAsync(graph, "from the second"u8.ToArray(), Replicated)).Error);
        await Nodes.WaitForLevelAsync(graph, 7, first, second, third);
    }

    [Fact]
    public async Task With_a_factor_a_graph_is_at_its_holders_alone_and_any_member_acts_on_it()
    {
        var nodes = new List<ISyncNode> { Start(1, Factor(2)), Start(2, Factor(2)), Start(3, Factor(2)), Start(4, Factor(2)) };
        await Task.WhenAll(nodes.Select(node => Nodes.WaitForMembersAsync(node, 4)));
        var graph = await nodes[0].FillAsync(3);
        var holders = Rendezvous.Holders(nodes[0].Membership!.View, graph, Factor(2));
        var others = nodes.Where(node => !holders.Contains(node.Id)).ToArray();
        foreach (var node in nodes)
            Assert.Null((await RetriedAsync(node, graph, $"by {node.Id}")).Error);

        // The two that are not named let go of it, whoever made it.
        await Task.WhenAll(others.Select(node => node.WaitForStatusAsync(status => status.Graphs.Count == 0)));
        foreach (var node in others)
            Assert.Null((await RetriedAsync(node, graph, $"again by {node.Id}")).Error);
        var held = nodes.Where(node => holders.Contains(node.Id)).ToArray();
        await Nodes.WaitForLevelAsync(graph, 9, held);
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task When_a_holder_vanishes_another_takes_over_and_nothing_that_was_replicated_is_lost()
    {
        var nodes = new List<ISyncNode> { Start(1, Factor(2)), Start(2, Factor(2)), Start(3, Factor(2)) };
        await Task.WhenAll(nodes.Select(node => Nodes.WaitForMembersAsync(node, 3)));
        var graph = (await nodes[0].CreateGraphAsync("a graph"u8.ToArray())).Value;
        for (var i = 0; i < 20; i++)
            Assert.Null((await RetriedAsync(nodes[i % 3], graph, $"command {i}")).Error);

        var holders = Rendezvous.Holders(nodes[0].Membership!.View, graph, Factor(2));
        var victim = nodes.Single(node => node.Id == holders[0]);
        var left = nodes.Where(node => node != victim).ToArray();
        // Its links are cut, and none is made any more.
        await victim.DisposeAsync();
        await Task.WhenAll(left.Select(node => Nodes.WaitForMembersAsync(node, 2)));
        Assert.Null((await RetriedAsync(left[0], graph, "after it")).Error);
        await Nodes.WaitForLevelAsync(graph, 21, left);
        foreach (var node in left)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_that_too_few_stores_can_have_says_that_it_is_durable_here()
    {
        await using var alone = Start(1, Factor(2));
        await Nodes.WaitForMembersAsync(alone, 1);
        var graph = await alone.FillAsync(1);
        var result = await alone.AddAsync(graph, "for two"u8.ToArray(), Replicated);
        Assert.Equal(SyncErrorKind.NotReplicated, result.Error!.Kind);
        Assert.Equal(2, Nodes.Basic((await alone.ReadAsync(graph)).Value));
        Assert.True(GraphId.TryParse(new string('a', 64), out var unknown));
        Assert.Equal(SyncErrorKind.NotHolder, (await alone.AddAsync(unknown, "x"u8.ToArray(), Replicated)).Error!.Kind);
    }

    [Fact]
    public async Task An_action_that_the_store_is_too_slow_for_may_have_been_carried_out_and_says_so()
    {
        var store = new FaultStore(new PeerIdentity(new NodeId(1), new InstanceId(1)));
        await using var slow = Start(1, Factor(1), store, new SyncSettings { GraphTimeout = TimeSpan.FromSeconds(2) });
        await Nodes.WaitForMembersAsync(slow, 1);
        var graph = await slow.FillAsync(0);
        await slow.WaitForStatusAsync(status => status.Mesh!.Graphs.SingleOrDefault()?.State == "serving");
        store.HoldsAppends = true;
        // Busy would have it tried at the next holder.
        Assert.Equal(SyncErrorKind.Unreachable, (await slow.AddAsync(graph, "slow"u8.ToArray(), Replicated)).Error!.Kind);
        await (await store.Appends.ReadAsync()).CommitAsync();
        await Nodes.WaitForLevelAsync(graph, 1, slow);
    }

    private static PlacementRule Factor(int factor) => new(factor, null);

    // While holders come and go an action may find none; that it was not carried out is what the error says.
    private static async Task<Result<Address>> RetriedAsync(ISyncNode node, GraphId graph, string text)
    {
        using var patience = new CancellationTokenSource(Nodes.Patience);
        while (true)
        {
            var result = await node.AddAsync(graph, Encoding.UTF8.GetBytes(text), Replicated);
            if (result.Error is not { Kind: SyncErrorKind.NotHolder or SyncErrorKind.UnknownGraph or SyncErrorKind.Busy or SyncErrorKind.ShuttingDown })
                return result;
            await Task.Delay(20, patience.Token);
        }
    }

    private ISyncNode Start(uint number, PlacementRule placement, INodeStore? store = null, SyncSettings? settings = null) => SyncNode.Start(new SyncNodeOptions
    {
        Store = store ?? Nodes.MemoryStore(number),
        Settings = settings ?? new SyncSettings(),
        Connector = _network,
        EngineConfiguration = TestEngine.Configuration,
        Listen = identity => _network.Listen($"node-{number}", identity),
        Mesh = new MeshOptions
        {
            Join = number == 1 ? [] : ["memory://node-1"],
            Placement = placement,
            Holding = HoldingSettings.Default with { Grace = TimeSpan.FromMilliseconds(100), AskEvery = TimeSpan.FromMilliseconds(100), ReplicateWithin = TimeSpan.FromSeconds(30) },
        },
    }).Value;
}
