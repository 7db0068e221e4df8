using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Placement;
using ActorSync.States;
using ActorSync.Transport.Memory;
using Akka.Actor;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Nodes in an actor system that is somebody else's.</summary>
public sealed class NodeInActorSystemTests : IAsyncDisposable
{
    private readonly ActorSystem _theirs = ActorSystem.Create("theirs", TestEngine.Configuration + "akka { loglevel = ERROR, stdout-loglevel = ERROR, log-dead-letters = off }");
    private readonly MemoryLinkNetwork _network = new();

    public async ValueTask DisposeAsync() => await _theirs.Terminate();

    [Fact]
    public async Task Two_nodes_sync_in_one_actor_system_and_each_ends_without_the_other()
    {
        var (one, other) = (Start(1), Start(2));
        var graph = await one.FillAsync(5);
        Assert.Null(await other.SubscribeAsync("memory://node-1", graph));
        await Nodes.WaitForLevelAsync(graph, 5, other);
        await one.AddAsync(graph, "one more");
        await Nodes.WaitForLevelAsync(graph, 6, other);

        await one.DisposeAsync();
        await one.Ended;
        Assert.Equal(SyncErrorKind.ShuttingDown, (await one.ReadAsync(graph)).Error!.Kind);
        Assert.Null((await _theirs.ActorSelection($"/user/actorsync-{one.Id}").Ask<ActorIdentity>(new Identify(1), Nodes.Patience)).Subject);
        Assert.False(_theirs.WhenTerminated.IsCompleted);
        await other.AddAsync(graph, "alone");
        Assert.Equal(7, Nodes.Basic((await other.ReadAsync(graph)).Value));
        await other.DisposeAsync();

        await using var again = Start(1);
        await again.FillAsync(1);
    }

    [Fact]
    public async Task Three_members_of_a_mesh_are_in_one_actor_system_and_hear_nothing_of_each_other_but_over_links()
    {
        await using var one = Start(1, new MeshOptions { Placement = new PlacementRule(2, null) });
        await using var second = Start(2, new MeshOptions { Join = ["memory://node-1"], Placement = new PlacementRule(2, null) });
        await using var third = Start(3, new MeshOptions { Join = ["memory://node-1"], Placement = new PlacementRule(2, null) });
        ISyncNode[] all = [one, second, third];
        await Task.WhenAll(all.Select(node => Nodes.WaitForMembersAsync(node, 3)));
        Assert.Equal([one.Id, second.Id, third.Id], all.Select(node => node.Membership!.View.Self));

        var graph = (await one.CreateGraphAsync("a graph"u8.ToArray())).Value;
        foreach (var node in all)
            Assert.Null((await node.AddAsync(graph, "an action"u8.ToArray(), new ActionOptions { Ack = AckMode.Replicated, Within = Nodes.Patience })).Error);
        var holders = Rendezvous.Holders(one.Membership!.View, graph, new PlacementRule(2, null));
        await Nodes.WaitForLevelAsync(graph, 3, [.. all.Where(node => holders.Contains(node.Id))]);
        foreach (var node in all)
            Assert.DoesNotContain((await node.StatusAsync()).Peers, peer => peer.Node == node.Id.ToString());
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_the_store_is_still_the_callers()
    {
        await using var one = Start(1, name: "it");
        await using var store = Nodes.MemoryStore(2);
        var refused = SyncNode.Start(new SyncNodeOptions { Store = store, Connector = _network, Listen = identity => _network.Listen("node-2", identity) }.InActorSystem(_theirs, "it"));
        Assert.Equal(SyncErrorKind.InvalidRequest, refused.Error!.Kind);
        Assert.Contains("/user/actorsync-it", refused.Error.Message, StringComparison.Ordinal);
        Assert.Null((await store.CreateAsync(Command.Init("a graph"u8.ToArray()))).Error);
        // Its endpoint is free again, and another name is not taken.
        await using var other = Start(2, name: "other");
    }

    [Fact]
    public void A_log_and_a_configuration_are_the_actor_systems_own()
    {
        var options = new SyncNodeOptions { Store = Nodes.MemoryStore(1), Connector = _network }.InActorSystem(_theirs);
        foreach (var wrong in new[] { options with { Log = (_, _) => { } }, options with { EngineConfiguration = "akka.loglevel = DEBUG" } })
            Assert.Contains("EngineConfiguration", SyncNode.Start(wrong).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_watches_sees_the_end_when_the_actor_system_is_shut_down_and_the_node_with_it()
    {
        var node = Start(1);
        var graph = await node.FillAsync(1);
        var state = (await node.OpenStateAsync(new StateName("a-state"))).Value;
        await state.SetAsync("a", "1"u8.ToArray());
        await using var commits = node.WatchCommitsAsync(graph).GetAsyncEnumerator();
        Assert.True(await commits.MoveNextAsync());
        await using var changes = state.WatchAsync().GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());

        await _theirs.Terminate();
        await node.Ended;
        while (await commits.MoveNextAsync())
        {
        }
        while (await changes.MoveNextAsync())
        {
        }
        Assert.Equal(SyncErrorKind.ShuttingDown, (await node.ReadAsync(graph)).Error!.Kind);
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Who_watches_sees_the_end_when_the_node_ends_in_an_actor_system_that_goes_on()
    {
        var node = Start(1);
        var state = (await node.OpenStateAsync(new StateName("a-state"))).Value;
        await state.SetAsync("a", "1"u8.ToArray());
        await using var changes = state.WatchAsync().GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        await node.DisposeAsync();
        while (await changes.MoveNextAsync())
        {
        }
    }

    private ISyncNode Start(uint number, MeshOptions? mesh = null, string? name = null) => SyncNode.Start(new SyncNodeOptions
    {
        Store = Nodes.MemoryStore(number),
        Connector = _network,
        Listen = identity => _network.Listen($"node-{number}", identity),
        Mesh = mesh,
    }.InActorSystem(_theirs, name)).Value;
}
