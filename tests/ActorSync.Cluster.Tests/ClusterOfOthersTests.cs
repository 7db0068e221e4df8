using ActorSync.Actors;
using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;
using Akka.Actor;
using Akka.Actor.Setup;

namespace ActorSync.Cluster.Tests;

/// <summary>Nodes in actor systems that are somebody else's, and in their cluster.</summary>
public sealed class ClusterOfOthersTests : IAsyncDisposable
{
    private readonly ClusterOfNodes _cluster = new() { Pause = TimeSpan.FromSeconds(20) };

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Nodes_in_actor_systems_of_others_share_graphs_with_one_in_its_own_and_go_with_their_host()
    {
        await _cluster.StartAsync(1);
        ActorSystem? theirs = null;
        var second = await _cluster.StartInAsync(2, setup => theirs = ActorSystem.Create("actorsync", setup));
        await _cluster.StartInAsync(3, setup => ActorSystem.Create("actorsync", setup));
        var echo = theirs!.ActorOf(Props.Create(() => new Echo()), "router");
        await Task.WhenAll(_cluster.Nodes.Select(node => Nodes.WaitForMembersAsync(node, 3)));

        var graphs = await _cluster.MakeGraphsAsync(4);
        foreach (var graph in graphs)
        {
            foreach (var node in _cluster.Nodes)
                await ClusterOfNodes.ActAsync(node, graph, $"of {node.Id}");
            await Nodes.WaitForLevelAsync(graph, 4, _cluster.HoldersOf(graph));
        }
        Assert.Equal("here", await echo.Ask<string>("here", Nodes.Patience));

        await _cluster.LeaveAsync(second);
        await second.Ended;
        foreach (var graph in graphs)
        {
            await ClusterOfNodes.ActAsync(_cluster.Nodes[0], graph, "without the second");
            await Nodes.WaitForLevelAsync(graph, 5, _cluster.HoldersOf(graph));
        }
        await theirs.Terminate();
    }

    [Fact]
    public async Task An_actor_system_that_was_not_set_up_for_the_node_is_refused_with_what_is_missing()
    {
        var options = _cluster.OptionsOf(1, null);
        var plain = ActorSystem.Create("plain", "akka { loglevel = ERROR, stdout-loglevel = ERROR }");
        Assert.Contains("akka.actor.provider = cluster", SyncNode.Start(options.InActorSystem(plain)).Error!.Message, StringComparison.Ordinal);
        await plain.Terminate();

        var another = ActorSystem.Create("another", SetupOf(_cluster.OptionsOf(2, null)));
        var refused = SyncNode.Start(options.InActorSystem(another)).Error!;
        Assert.Equal(SyncErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains("akka.cluster.roles", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"node-{options.Store.Node}", refused.Message, StringComparison.Ordinal);
        await another.Terminate();
    }

    [Fact]
    public void A_setup_needs_a_cluster_and_an_endpoint_and_loopback_or_mutual_tls()
    {
        var options = _cluster.OptionsOf(1, null);
        Assert.Contains("InCluster", (options with { Cluster = null }).ClusterSetup("").Error!.Message, StringComparison.Ordinal);
        Assert.Contains("Endpoints", (options with { Mesh = options.Mesh! with { Endpoints = [] } }).ClusterSetup("").Error!.Message, StringComparison.Ordinal);
        Assert.Contains("mutual TLS", options.ClusterSetup("akka.remote.dot-netty.tcp.hostname = \"10.0.0.1\"").Error!.Message, StringComparison.Ordinal);
        Assert.Null(options.ClusterSetup("akka.remote.dot-netty.tcp.hostname = \"127.0.0.1\"").Error);
    }

    private static ActorSystemSetup SetupOf(SyncNodeOptions options) =>
        options.ClusterSetup("akka { loglevel = ERROR, stdout-loglevel = ERROR, remote.dot-netty.tcp { hostname = \"127.0.0.1\", port = 0 } }").Value;

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<string>(text => Sender.Tell(text));
    }
}
