using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Peers.Providers;

namespace ActorSync.Core.Tests.Membership;

public sealed class MemberPeersTests
{
    private static readonly NodeId Self = new(1);

    private readonly MembershipBoard _board = new(Self);

    [Fact]
    public async Task The_other_members_are_peers_as_they_come_and_go()
    {
        await using var views = new MemberPeers(_board, withPorts: true).WatchAsync().GetAsyncEnumerator();
        Assert.Empty((await NextAsync(views)).Peers);

        Publish(Member(1, "tcp://10.0.0.1:7400"), Member(2, "tls://[fd00::2]:7400", "tcp://10.0.0.2:1"), Member(3));
        Assert.Equal([new PeerEndpoint("fd00::2", 7400, new NodeId(2))], (await NextAsync(views)).Peers);

        // What is no change of peers is not told of.
        Publish(Member(1, "tcp://10.0.0.9:7400"), Member(2, "tls://[fd00::2]:7400"));
        Publish(Member(2, "tls://[fd00::2]:7400"), Member(4, "node-4:7400"));
        Assert.Equal([new PeerEndpoint("fd00::2", 7400, new NodeId(2)), new PeerEndpoint("node-4", 7400, new NodeId(4))], (await NextAsync(views)).Peers);
    }

    [Fact]
    public async Task A_member_that_is_nowhere_to_be_found_is_an_error_and_the_others_stay()
    {
        Publish(Member(2, "tcp://10.0.0.2:7400"));
        await using var views = new MemberPeers(_board, withPorts: false).WatchAsync().GetAsyncEnumerator();
        Assert.Equal([new PeerEndpoint("10.0.0.2", null, new NodeId(2))], (await NextAsync(views)).Peers);
        Publish(Member(2, "tcp://10.0.0.2:7400"), Member(3, "memory://a/b"));
        var broken = await NextAsync(views);
        Assert.Single(broken.Peers);
        Assert.Contains("is not a peer", broken.Error!.Message, StringComparison.Ordinal);
    }

    private static Member Member(uint node, params string[] endpoints) => new(new NodeId(node), 1, endpoints, []);

    private static async Task<PeerView> NextAsync(IAsyncEnumerator<PeerView> views)
    {
        Assert.True(await views.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        return views.Current;
    }

    private void Publish(params Member[] members) => _board.Publish(new MembershipView(Self, members));
}
