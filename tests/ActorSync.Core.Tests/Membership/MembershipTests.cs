using ActorSync.Membership;
using ActorSync.Testing.Membership;

namespace ActorSync.Core.Tests.Membership;

/// <summary>Whole meshes in virtual time: join, leave, die, come back, fall apart and meet again.</summary>
public sealed class MembershipTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    public void One_reachable_seed_is_all_a_node_needs(int nodes)
    {
        var mesh = new MeshWorld(1, nodes);
        mesh.StartAll();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(70)));
        Assert.All(mesh.Nodes, node => Assert.True(node.IsJoined));
        Assert.All(mesh.Nodes, node => Assert.Equal(["sync"], node.View.Find(mesh.Nodes[0].Id)!.Roles));
    }

    [Fact]
    public void A_node_joins_when_its_seed_comes_later_and_not_before()
    {
        var mesh = new MeshWorld(2, 2);
        mesh.Nodes[1].Start();
        mesh.Run(Hour);
        Assert.False(mesh.Nodes[1].IsJoined);
        mesh.Nodes[0].Start();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(30)));
        Assert.True(mesh.Nodes[1].IsJoined);
    }

    [Fact]
    public void An_idle_mesh_sends_nothing_but_signs_of_life()
    {
        var mesh = Settled(5);
        mesh.Run(TimeSpan.FromSeconds(30));
        var quiet = mesh.Now;
        mesh.Run(6 * Hour);
        Assert.True(mesh.LastSent < quiet);
        Assert.True(mesh.IsSettled);
    }

    [Fact]
    public void Who_leaves_is_gone_at_once_and_is_not_dialed()
    {
        var mesh = Settled(4);
        mesh.Nodes[2].Leave();
        Assert.True(mesh.RunUntil(() => mesh.Nodes[2].HasLeft && mesh.Nodes[2].OwedPushes == 0 && mesh.Nodes[0].View.Members.Count == 3, Soon));
        mesh.Nodes[2].Crash();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(70)));
        Assert.Contains(mesh.Nodes[0].Happened, what => what is MembershipOutput.Event { Kind: MemberEventKind.Left });
        Assert.DoesNotContain(mesh.Nodes[0].Happened, what => what is MembershipOutput.Event { Kind: MemberEventKind.Removed });
    }

    [Fact]
    public void Who_left_comes_back_under_a_greater_incarnation()
    {
        var mesh = Settled(3);
        var before = mesh.Nodes[0].View.Find(mesh.Nodes[2].Id)!.Incarnation;
        mesh.Nodes[2].Leave();
        Assert.True(mesh.RunUntil(() => mesh.Nodes[0].View.Members.Count == 2, Soon));
        mesh.Nodes[2].Crash();
        mesh.Run(Soon);
        mesh.Nodes[2].Skew = -Hour;
        mesh.Nodes[2].Start();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(70)));
        Assert.InRange(mesh.Nodes[0].View.Find(mesh.Nodes[2].Id)!.Incarnation, before + 1, long.MaxValue);
    }

    [Fact]
    public void Who_dies_is_removed_within_ten_seconds_when_its_links_break()
    {
        var mesh = Settled(5);
        mesh.Nodes[0].Crash();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, Soon));
        mesh.Nodes[0].Start();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Who_is_suspected_stays_so_until_it_is_removed()
    {
        var mesh = Settled(5);
        mesh.Nodes[0].Crash();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, Soon));
        Assert.All(mesh.Nodes.Skip(1), node =>
        {
            var seen = node.Happened.OfType<MembershipOutput.Event>().Where(what => what.Member.Node == mesh.Nodes[0].Id && what.Kind == MemberEventKind.Reach);
            Assert.True(seen.Count(what => what.Member.Reach == MemberReach.Unreachable) <= 1);
            Assert.True(seen.Count(what => what.Member.Reach == MemberReach.Suspected) <= 1);
        });
        Assert.Contains(mesh.Nodes.Skip(1), node => node.Happened.Any(what => what is MembershipOutput.Event { Member.Reach: MemberReach.Suspected }));
    }

    [Fact]
    public void Who_falls_silent_is_removed_and_announces_itself_when_it_is_heard_again()
    {
        var mesh = Settled(4);
        mesh.Cut([mesh.Nodes[3]]);
        Assert.True(mesh.RunUntil(() => mesh.Nodes[0].View.Find(mesh.Nodes[3].Id) is null, TimeSpan.FromSeconds(45)));
        mesh.Cut([mesh.Nodes[3]], false);
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_node_that_reaches_nobody_removes_nobody()
    {
        var mesh = Settled(4);
        mesh.Cut([mesh.Nodes[3]]);
        mesh.Run(2 * Hour);
        Assert.Equal(4, mesh.Nodes[3].View.Members.Count);
        Assert.All(mesh.Nodes[3].View.Members, member => Assert.True(member.Node == mesh.Nodes[3].Id || member.Reach == MemberReach.Unreachable));
    }

    [Fact]
    public void A_member_that_one_other_still_hears_is_not_removed()
    {
        var mesh = Settled(4);
        foreach (var node in mesh.Nodes.Take(2))
        {
            mesh.LinkOf(node, mesh.Nodes[3]).Cut(node, true);
            mesh.LinkOf(node, mesh.Nodes[3]).Cut(mesh.Nodes[3], true);
        }
        mesh.Run(Hour);
        Assert.All(mesh.Nodes, node => Assert.Equal(4, node.View.Members.Count));
        Assert.Equal(MemberReach.Unreachable, mesh.Nodes[0].View.Find(mesh.Nodes[3].Id)!.Reach);
        Assert.Equal(MemberReach.Reachable, mesh.Nodes[2].View.Find(mesh.Nodes[3].Id)!.Reach);
    }

    [Fact]
    public void Two_halves_that_removed_each_other_are_one_again_when_they_meet()
    {
        var mesh = Settled(6);
        MeshNode[] half = [mesh.Nodes[1], mesh.Nodes[3], mesh.Nodes[5]];
        mesh.Cut(half);
        Assert.True(mesh.RunUntil(() => mesh.Nodes.All(node => node.View.Members.Count == 3), TimeSpan.FromSeconds(60)));
        mesh.Run(Hour);
        mesh.Cut(half, false);
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public void Clocks_that_are_off_by_an_hour_evict_nobody()
    {
        var mesh = new MeshWorld(3, 5);
        mesh.Nodes[1].Skew = Hour;
        mesh.Nodes[2].Skew = -Hour;
        mesh.StartAll();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(70)));
        mesh.Nodes[3].Skew = Hour;
        mesh.Nodes[1].Skew = -Hour;
        mesh.Nodes[4].JumpAhead(Hour);
        mesh.Run(30 * Hour);
        Assert.True(mesh.IsSettled);
        Assert.All(mesh.Nodes, node => Assert.DoesNotContain(node.Happened, IsLoss));
        static bool IsLoss(MembershipOutput what) => what is MembershipOutput.Event { Kind: MemberEventKind.Removed or MemberEventKind.Expired or MemberEventKind.Left };
    }

    [Fact]
    public void An_entry_is_renewed_under_the_same_incarnation_long_before_it_expires()
    {
        var mesh = Settled(3);
        var digest = mesh.Nodes[0].View.Digest;
        var version = mesh.Nodes[0].Table.Version;
        mesh.Run(7 * 24 * Hour);
        Assert.True(mesh.IsSettled);
        Assert.Equal(digest, mesh.Nodes[0].View.Digest);
        Assert.NotEqual(version, mesh.Nodes[0].Table.Version);
    }

    // Each renewal is a change that all are told of: were each at its own time, it would be 16 payloads a node and hour.
    [Fact]
    public void Members_that_came_at_different_times_renew_their_entries_together()
    {
        var mesh = new MeshWorld(4, 10, MembershipSettings.Default) { KeepAlive = TimeSpan.FromSeconds(40), DeadAfter = TimeSpan.FromSeconds(90) };
        foreach (var node in mesh.Nodes)
        {
            node.Start();
            mesh.Run(Hour);
        }
        mesh.Run(14 * Hour);
        Assert.True(mesh.IsSettled);
        var (payloads, times) = (0, new HashSet<long>());
        mesh.Traffic = (_, _, _, _) =>
        {
            payloads++;
            times.Add(mesh.Now.Ticks / TimeSpan.TicksPerMinute);
        };
        mesh.Run(24 * Hour);
        Assert.True(mesh.IsSettled);
        Assert.InRange(payloads / 24.0 / mesh.Nodes.Count, 0.1, 4);
        Assert.InRange(times.Count, 1, 12);
    }

    [Fact]
    public void What_nobody_could_remove_expires_in_the_end()
    {
        var mesh = Settled(2);
        mesh.Nodes[1].Crash();
        mesh.Run(24 * Hour);
        Assert.Equal(2, mesh.Nodes[0].View.Members.Count);
        mesh.Run(25 * Hour);
        Assert.Contains(mesh.Nodes[0].Happened, what => what is MembershipOutput.Event { Kind: MemberEventKind.Expired });
        Assert.Single(mesh.Nodes[0].View.Members);
    }

    [Fact]
    public void An_operator_may_remove_who_will_not_come_back()
    {
        var mesh = Settled(2);
        mesh.Nodes[1].Crash();
        mesh.Run(Soon);
        mesh.Nodes[0].Remove(mesh.Nodes[1].Id);
        Assert.True(mesh.RunUntil(() => mesh.Nodes[0].View.Members.Count == 1, Soon));
    }

    [Fact]
    public void A_mesh_that_is_full_is_not_joined()
    {
        var mesh = new MeshWorld(4, 4, MembershipSettings.Default with { MembersMost = 3, AnnounceMost = TimeSpan.FromSeconds(5) });
        foreach (var node in mesh.Nodes.Take(3))
            node.Start();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(70)));
        mesh.Nodes[3].Start();
        mesh.Run(TimeSpan.FromMinutes(5));
        Assert.Contains(mesh.Nodes[3].Happened, what => what is MembershipOutput.Trouble { Error.Kind: SyncErrorKind.LimitExceeded });
    }

    private static MeshWorld Settled(int nodes)
    {
        var mesh = new MeshWorld(nodes, nodes);
        mesh.StartAll();
        Assert.True(mesh.RunUntil(() => mesh.IsSettled, TimeSpan.FromSeconds(70)));
        mesh.Run(TimeSpan.FromSeconds(5));
        Assert.True(mesh.IsSettled);
        return mesh;
    }
}
