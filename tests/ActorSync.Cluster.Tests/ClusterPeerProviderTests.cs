using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;
using ActorSync.Peers;
using ActorSync.Peers.Providers;

namespace ActorSync.Cluster.Tests;

/// <summary>The members of a cluster as peers, for what is not the node's own links.</summary>
public sealed class ClusterPeerProviderTests : IAsyncDisposable
{
    private readonly ClusterOfNodes _cluster = new() { Pause = TimeSpan.FromSeconds(20) };

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task The_other_members_of_a_role_are_peers_as_they_come_and_go()
    {
        await _cluster.StartAllAsync(2);
        var (first, second) = (_cluster.Nodes[0], _cluster.Nodes[1]);
        var provider = new ClusterPeerProvider(_cluster.SystemOf(first), "sync");
        Assert.Equal("cluster", provider.Name);
        using var patience = new CancellationTokenSource(Nodes.Patience);
        await using var views = provider.WatchAsync(patience.Token).GetAsyncEnumerator();
        var (one, other) = (new PeerEndpoint("127.0.0.2", null, second.Id), new PeerEndpoint("127.0.0.3", null, new NodeId(3)));
        Assert.Equal([one], await NextWithAsync(views, 1));

        await _cluster.StartAsync(4, "proxy");
        await _cluster.StartAsync(3);
        Assert.Equal([one, other], await NextWithAsync(views, 2));
        await _cluster.LeaveAsync(second);
        Assert.Equal([other], await NextWithAsync(views, 1));
    }

    [Fact]
    public async Task With_the_actor_system_the_watching_ends()
    {
        var node = await _cluster.StartAsync(1);
        var views = new ClusterPeerProvider(_cluster.SystemOf(node)).WatchAsync().GetAsyncEnumerator();
        Assert.True(await views.MoveNextAsync());
        Assert.Empty(views.Current.Peers);
        await _cluster.LeaveAsync(node);
        Assert.False(await views.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
    }

    private static async Task<PeerSet> NextWithAsync(IAsyncEnumerator<PeerView> views, int peers)
    {
        do
            Assert.True(await views.MoveNextAsync());
        while (views.Current.Peers.Count != peers);
        return views.Current.Peers;
    }
}
