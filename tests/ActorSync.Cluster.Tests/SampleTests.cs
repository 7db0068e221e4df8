using ActorSync.Actors;
using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs.Stores;
using ActorSync.Placement;
using ActorSync.Transport.Tcp;
using Akka.Actor;

namespace ActorSync.Cluster.Tests;

/// <summary>What docs/cluster.md shows: it is compiled, and does what it says there.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task A_node_is_put_into_your_actor_system()
    {
        await using var store = Nodes.MemoryStore(1);
        var system = ActorSystem.Create("mine", "akka { loglevel = ERROR, stdout-loglevel = ERROR }");
        var node = InYourSystem(store, system);
        Assert.NotNull(node.ListenName);
        await node.DisposeAsync();
        Assert.False(system.WhenTerminated.IsCompleted);
        await system.Terminate();
    }

    [Fact]
    public async Task A_node_is_put_into_your_cluster()
    {
        await using var store = Nodes.MemoryStore(1);
        var port = LoopbackPorts.Free(1)[0];
        var yours =
            $$"""
            akka {
              loglevel = ERROR, stdout-loglevel = ERROR
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
              cluster.seed-nodes = ["akka.tcp://mine@127.0.0.1:{{port}}"]
            }
            """;
        var (system, node) = InYourCluster(store, $"127.0.0.1:{LoopbackPorts.Free(1)[0]}", yours);
        await Nodes.WaitForMembersAsync(node, 1);
        await node.DisposeAsync();
        await system.Terminate();
    }

    [Fact]
    public void The_page_shows_this()
    {
        var shown = Repository.PathOf("docs/cluster.md");
        var here = File.ReadAllLines(Repository.PathOf("tests/ActorSync.Cluster.Tests/SampleTests.cs")).Select(line => line.Trim()).ToHashSet();
        var page = File.ReadAllText(shown);
        var blocks = page[page.IndexOf("## In your own actor system", StringComparison.Ordinal)..].Split("```csharp\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]);
        var lines = blocks.SelectMany(block => block.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        Assert.NotEmpty(lines);
        Assert.DoesNotContain(lines, line => !here.Contains(line));
    }

    private static ISyncNode InYourSystem(INodeStore store, ActorSystem system)
    {
        var options = new SyncNodeOptions { Store = store, Connector = new TcpLinkConnector(), Listen = TcpLinkListener.At("127.0.0.1:0") };
        var node = SyncNode.Start(options.InActorSystem(system)).Value;
        return node;
    }

    private static (ActorSystem System, ISyncNode Node) InYourCluster(INodeStore store, string endpoint, string yourConfiguration)
    {
        var options = new SyncNodeOptions
        {
            Store = store,
            Connector = new TcpLinkConnector(),
            Listen = TcpLinkListener.At(endpoint),
            Mesh = new MeshOptions { Endpoints = [endpoint], Placement = new PlacementRule(3, null) },
        }.InCluster(new ClusterSettings());
        var system = ActorSystem.Create("mine", options.ClusterSetup(yourConfiguration).Value);
        var node = SyncNode.Start(options.InActorSystem(system)).Value;
        return (system, node);
    }
}
