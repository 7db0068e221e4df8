using ActorSync.Actors;
using ActorSync.Actors.Tests.Support;
using ActorSync.Transport.Memory;

namespace ActorSync.Cluster.Tests.Remoting;

/// <summary>What a cluster may not be started with.</summary>
public sealed class RefusalTests
{
    private static readonly Version Before = new(1, 5, 52);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void On_loopback_remoting_may_be_in_the_clear(string host) => Assert.Null(NodeCluster.Refusal(host, hasCertificate: false, Before));

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("one.cluster.example")]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    [InlineData(null)]
    public void Off_loopback_it_needs_mutual_tls(string? host)
    {
        Assert.Contains("1.5.53", NodeCluster.Refusal(host, hasCertificate: true, Before), StringComparison.Ordinal);
        Assert.Contains("actorsync.tls.certificate", NodeCluster.Refusal(host, hasCertificate: false, NodeCluster.MutualTls), StringComparison.Ordinal);
        Assert.Null(NodeCluster.Refusal(host, hasCertificate: true, NodeCluster.MutualTls));
    }

    [Fact]
    public async Task A_node_that_may_not_start_so_says_why_and_leaves_nothing_running()
    {
        await using var store = Nodes.MemoryStore(1);
        var refused = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = new MemoryLinkNetwork(),
            EngineConfiguration = "akka.remote.dot-netty.tcp { hostname = \"10.255.255.1\", port = 0 }",
        }.InCluster(new ClusterSettings()));
        Assert.Equal(SyncErrorKind.InvalidRequest, refused.Error!.Kind);
        Assert.Contains("mutual TLS", refused.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_placement_of_a_cluster_is_by_shards() =>
        Assert.Equal(40, new SyncNodeOptions { Store = Nodes.MemoryStore(1), Connector = new MemoryLinkNetwork(), Mesh = new MeshOptions() }.InCluster(new ClusterSettings { Shards = 40 }).Mesh!.Placement.Shards);
}
