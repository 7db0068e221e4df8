using System.Threading.Channels;
using ActorSync.Actors.Tests.Support;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Nodes that are given one endpoint, and are a mesh.</summary>
public sealed class MeshTests
{
    private readonly MemoryLinkNetwork _network = new();

    [Fact]
    public async Task Three_nodes_that_know_one_seed_are_members_of_each_other()
    {
        await using var seed = Start(1);
        await using var second = Start(2, "memory://node-1");
        await using var third = Start(3, "memory://node-1");
        var views = await Task.WhenAll(new[] { seed, second, third }.Select(node => WaitForAsync(node, view => IsWhole(view, 3))));
        Assert.Single(views.Select(view => view.Digest).Distinct());
        Assert.Equal(["memory://node-3"], views[1].Find(third.Id)!.Endpoints);
        // The second and the third were told of each other by the seed alone, and have a link.
        Assert.Contains((await second.StatusAsync()).Peers, peer => peer.Node == third.Id.ToString() && peer.State == "connected");
    }

    [Fact]
    public async Task Who_leaves_is_gone_for_all_and_who_is_removed_alive_comes_back()
    {
        await using var seed = Start(1);
        await using var second = Start(2, "memory://node-1");
        var third = Start(3, "memory://node-1");
        var fourth = Start(4, "memory://node-1");
        await Task.WhenAll(new[] { seed, second, third, fourth }.Select(node => WaitForAsync(node, view => IsWhole(view, 4))));
        await third.DisposeAsync();
        // It was told to one at least before it ended, and that one tells the others.
        await Task.WhenAll(new[] { seed, second, fourth }.Select(node => WaitForAsync(node, view => view.Find(third.Id) is null)));

        var incarnation = seed.Membership!.View.Find(fourth.Id)!.Incarnation;
        Assert.Null(await seed.RemoveMemberAsync(fourth.Id));
        // It is alive, so it comes back.
        await WaitForAsync(seed, view => view.Find(fourth.Id) is { } back && back.Incarnation > incarnation);
        await fourth.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_is_in_no_mesh_has_no_members_and_says_so_to_who_asks()
    {
        await using var alone = Nodes.Start(_network, 9);
        Assert.Null(alone.Membership);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await alone.RemoveMemberAsync(new NodeId(1)))!.Kind);
        await using var member = Start(1);
        await WaitForAsync(member, view => view.Members.Count == 1);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await member.RemoveMemberAsync(new NodeId(2)))!.Kind);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await member.RemoveMemberAsync(member.Id))!.Kind);
    }

    [Fact]
    public async Task The_link_to_a_member_is_the_meshs()
    {
        await using var seed = Start(1);
        await using var second = Start(2, "memory://node-1");
        await WaitForAsync(second, view => IsWhole(view, 2));
        await second.ConnectAsync("memory://node-1");
        Assert.Equal(SyncErrorKind.NotAllowed, (await second.DisconnectAsync("memory://node-1"))!.Kind);
    }

    [Fact]
    public async Task A_node_that_meets_nobody_says_in_the_log_what_it_tries_again_and_again()
    {
        var lines = Channel.CreateUnbounded<string>();
        await using var alone = SyncNode.Start(new SyncNodeOptions
        {
            Store = Nodes.MemoryStore(1),
            Connector = _network,
            EngineConfiguration = TestEngine.Configuration,
            Listen = identity => _network.Listen("node-1", identity),
            Log = (level, line) => _ = level == EngineLogLevel.Warning && lines.Writer.TryWrite(line),
            Mesh = new MeshOptions
            {
                Join = ["memory://node-7", "memory://node-8"],
                Membership = MembershipSettings.Default with { RemindAfter = TimeSpan.FromMilliseconds(20), RemindMost = TimeSpan.FromMilliseconds(100) },
            },
        }).Value;
        using var patience = new CancellationTokenSource(Nodes.Patience);
        var said = new List<string>();
        await foreach (var line in lines.Reader.ReadAllAsync(patience.Token))
        {
            if (line.Contains("not joined yet", StringComparison.Ordinal))
                said.Add(line);
            if (said.Count == 4)
                break;
        }
        Assert.Contains("Mesh: not joined yet: memory://node-7 is dialed", said[0], StringComparison.Ordinal);
        Assert.Contains("Mesh: not joined yet: memory://node-8 is dialed", said[1], StringComparison.Ordinal);
        Assert.All(said[2..], line => Assert.Matches("not joined yet, for [0-9]+ s: memory://node-7 .+; memory://node-8 ", line));
        var mesh = (await alone.StatusAsync(patience.Token)).Mesh!;
        Assert.False(mesh.IsJoined);
        Assert.Equal(["memory://node-7", "memory://node-8"], mesh.Join.Select(seed => seed.Endpoint));
    }

    [Fact]
    public void What_cannot_be_announced_is_refused_before_anything_starts()
    {
        var started = SyncNode.Start(new SyncNodeOptions
        {
            Store = Nodes.MemoryStore(1),
            Connector = _network,
            EngineConfiguration = TestEngine.Configuration,
            Listen = identity => _network.Listen("node-1", identity),
            Mesh = new MeshOptions { Roles = [.. Enumerable.Range(0, 9).Select(i => $"role-{i}")] },
        });
        Assert.Equal(SyncErrorKind.InvalidRequest, started.Error!.Kind);
    }

    private ISyncNode Start(uint number, params string[] join) => SyncNode.Start(new SyncNodeOptions
    {
        Store = Nodes.MemoryStore(number),
        Connector = _network,
        EngineConfiguration = TestEngine.Configuration,
        Listen = identity => _network.Listen($"node-{number}", identity),
        Mesh = new MeshOptions { Join = join },
    }).Value;

    private static bool IsWhole(MembershipView view, int members) =>
        view.Members.Count == members && view.Members.All(member => view.Reaches(member.Node));

    private static async Task<MembershipView> WaitForAsync(ISyncNode node, Func<MembershipView, bool> holds)
    {
        var views = Channel.CreateUnbounded<MembershipView>();
        using var following = node.Membership!.Follow(view => views.Writer.TryWrite(view));
        views.Writer.TryWrite(node.Membership.View);
        using var patience = new CancellationTokenSource(Nodes.Patience);
        await foreach (var view in views.Reader.ReadAllAsync(patience.Token))
        {
            if (holds(view))
                return view;
        }
        throw new TimeoutException();
    }
}
