using System.Collections.Immutable;
using ActorSync.Peers;
using ActorSync.Peers.Providers;

namespace ActorSync.Core.Tests.Peers.Providers;

public sealed class PeerSetTests
{
    private static readonly NodeId Self = new(7);

    [Fact]
    public void Sets_are_equal_whatever_the_order_and_each_place_stands_once()
    {
        var one = Set("10.0.0.2", "10.0.0.1:80", "10.0.0.1", "10.0.0.2");
        var other = Set("10.0.0.1", "10.0.0.2", "10.0.0.1:80");

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal("10.0.0.1, 10.0.0.1:80, 10.0.0.2", one.ToString());
        Assert.NotEqual(one, Set("10.0.0.1"));
    }

    [Fact]
    public void Of_two_at_one_place_the_one_whose_node_is_known_counts()
    {
        PeerEndpoint[] peers = [new("a", 1), new("a", 1, Self), new("a", 1, new NodeId(9))];

        Assert.Equal([peers[1]], PeerSet.Of(peers).Value);
        Assert.Equal([peers[1]], PeerSet.Of(peers.Reverse()).Value);
    }

    [Fact]
    public void A_set_has_a_limit_that_repetitions_do_not_count_against()
    {
        var peers = Enumerable.Range(1, PeerSet.Maximum + 1).Select(port => new PeerEndpoint("a", port)).ToArray();

        Assert.Equal(SyncErrorKind.LimitExceeded, PeerSet.Of(peers).Error?.Kind);
        Assert.Equal(PeerSet.Maximum, PeerSet.Of(peers[1..].Concat(peers[1..])).Value.Count);
    }

    [Fact]
    public void A_peer_is_reached_at_its_own_port_else_the_target_else_that_of_the_node()
    {
        Assert.Equal("a:1, b:3", new PeerPorts(2, 3).Of(Set("a:1", "b")).ToString());
        Assert.Equal("a:1, b:2", new PeerPorts(2).Of(Set("a:1", "b", "b:2")).ToString());
    }

    [Fact]
    public async Task This_node_is_never_among_its_peers_by_place_or_by_name()
    {
        var own = new OwnPlaces(ImmutableHashSet.Create("10.0.0.1", "fd00::1"), 7400, Self);
        var provider = new Scripted(
            new PeerView(PeerSet.Of([new("10.0.0.1"), new("fd00::1"), new("10.0.0.1", 7401), new("10.0.0.2"), new("elsewhere", 1, Self)]).Value));

        var views = await AllAsync(new TargetedPeers(provider, new PeerPorts(7400), () => own));

        Assert.Equal("10.0.0.1:7401, 10.0.0.2:7400", Assert.Single(views).Peers.ToString());
    }

    [Fact]
    public async Task What_changes_only_for_this_node_is_no_change()
    {
        var own = new OwnPlaces(ImmutableHashSet.Create("10.0.0.1"), 7400);
        var provider = new Scripted(new PeerView(Set("10.0.0.2")), new PeerView(Set("10.0.0.1", "10.0.0.2")), new PeerView(Set("10.0.0.2", "10.0.0.3")));

        var views = await AllAsync(new TargetedPeers(provider, new PeerPorts(7400), () => own));

        Assert.Equal(["10.0.0.2:7400", "10.0.0.2:7400, 10.0.0.3:7400"], views.Select(view => view.Peers.ToString()));
    }

    [Fact]
    public void An_error_keeps_the_last_peers_and_nothing_is_said_twice()
    {
        var views = new PeerViews();
        var error = new SyncError(SyncErrorKind.Unreachable, "no answer");

        Assert.Equal(new PeerView(PeerSet.Empty, error), views.Failed(error));
        Assert.Equal(new PeerView(Set("a")), views.Found(Set("a")));
        Assert.Null(views.Found(Set("a")));
        Assert.Equal(new PeerView(Set("a"), error), views.Failed(error));
        Assert.Null(views.Failed(new SyncError(SyncErrorKind.Unreachable, "no answer")));
        Assert.Equal(new PeerView(Set("a")), views.Found(Set("a")));
        Assert.Equal(new PeerView(PeerSet.Empty), views.Found(PeerSet.Empty));
    }

    [Fact]
    public async Task A_fixed_list_is_said_once_and_its_watch_goes_on_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await using var watch = StaticPeers.Parse(["10.0.0.1", "[::1]:7400"]).Value.WatchAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("10.0.0.1, [::1]:7400", watch.Current.Peers.ToString());
        var next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public void A_fixed_list_names_what_is_no_peer()
    {
        Assert.Contains("'b:x' is not a peer", StaticPeers.Parse(["a", "b:x"]).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_are_never_nothing()
    {
        var wait = new RetryWait(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), new Random(1));
        foreach (var ceiling in (int[])[1, 2, 4, 8, 10, 10])
            Assert.InRange(wait.Next(), TimeSpan.FromSeconds(ceiling / 2.0), TimeSpan.FromSeconds(ceiling));
        wait.Reset();
        Assert.InRange(wait.Next(), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
    }

    private static PeerSet Set(params string[] peers) => PeerSet.Of(peers.Select(peer => PeerEndpoint.Parse(peer).Value)).Value;

    private static async Task<List<PeerView>> AllAsync(TargetedPeers provider)
    {
        var views = new List<PeerView>();
        await foreach (var view in provider.WatchAsync())
            views.Add(view);
        return views;
    }

    /// <summary>A provider that says what it is told to, and ends.</summary>
    private sealed class Scripted(params PeerView[] views) : IPeerProvider
    {
        public string Name => "scripted";

        public IAsyncEnumerable<PeerView> WatchAsync(CancellationToken cancellation = default) => views.ToAsyncEnumerable();
    }
}
