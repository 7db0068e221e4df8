using System.Security.Cryptography;
using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;

namespace ActorSync.Core.Tests.Placement;

public sealed class RendezvousTests
{
    private static readonly PlacementRule Three = new(3, null);

    [Theory]
    [InlineData("00000000000000000000000000000000", "0000000000000000000000000000000000000000000000000000000000000000", 3746585686858627171UL)]
    [InlineData("0102030405060708090a0b0c0d0e0f10", "ed20b8261ed015c5abef6066c99eb0ab473ad0fdb2da1745447481a2810c3c86", 13490747045114452624UL)]
    [InlineData("0102030405060708090a0b0c0d0e0f11", "ed20b8261ed015c5abef6066c99eb0ab473ad0fdb2da1745447481a2810c3c86", 6753047258215337395UL)]
    [InlineData("ffffffffffffffffffffffffffffffff", "611d8839e31334ffecc90c8e4bcb751e5be2e138d1a02d03cfecd0734fc76277", 10765508492420103319UL)]
    public void The_weight_is_what_it_always_was(string node, string graph, ulong weight)
    {
        Assert.True(NodeId.TryParse(node, out var id) & GraphId.TryParse(graph, out var of));
        Assert.Equal(weight, Rendezvous.Weight(id, of));
    }

    [Fact]
    public void The_holders_are_those_of_the_greatest_weights_of_the_right_role()
    {
        var view = View(Enumerable.Range(1, 20).Select(i => Member(i, i % 2 == 0 ? "sync" : "proxy")));
        var graph = Graph(1);
        var holders = Rendezvous.Holders(view, graph, new PlacementRule(3, "sync"));
        var expected = view.Members.Where(member => member.HasRole("sync")).OrderByDescending(member => Rendezvous.Weight(member.Node, graph)).Take(3);
        Assert.Equal(expected.Select(member => member.Node), holders);
        Assert.Equal(20, Rendezvous.Holders(view, graph, PlacementRule.All).Count);
        Assert.Equal(2, Rendezvous.Holders(View([Member(1, "sync"), Member(2, "sync")]), graph, Three).Count);
    }

    [Fact]
    public void Every_member_gets_its_share_also_of_ids_that_follow_each_other()
    {
        var view = View(Enumerable.Range(1, 10).Select(i => Member(i, "sync")));
        var shares = view.Members.ToDictionary(member => member.Node, _ => 0);
        for (var i = 0; i < 10_000; i++)
            foreach (var holder in Rendezvous.Holders(view, Graph(i), Three))
                shares[holder]++;
        Assert.All(shares.Values, share => Assert.InRange(share, 2_800, 3_200));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_member_that_comes_takes_a_share_and_no_other_graph_moves(int seed)
    {
        var random = new Random(seed);
        var count = random.Next(3, 30);
        var members = Enumerable.Range(0, count).Select(_ => Member(random.NextInt64(), "sync")).ToList();
        var (before, newcomer) = (View(members), Member(random.NextInt64(), "sync"));
        var after = View([.. members, newcomer]);
        var moved = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var (then, now) = (Rendezvous.Holders(before, Graph(i), Three), Rendezvous.Holders(after, Graph(i), Three));
            Assert.All(now, holder => Assert.True(holder == newcomer.Node || then.Contains(holder)));
            moved += now.Contains(newcomer.Node) ? 1 : 0;
        }
        var share = 2_000.0 * 3 / (count + 1);
        Assert.InRange(moved, share * 0.8 - 20, share * 1.2 + 20);
    }

    [Fact]
    public void The_digest_is_that_of_who_the_members_are_and_not_of_how_they_are_reached()
    {
        var (one, two) = (Member(1, "sync"), Member(2, "sync"));
        var view = View([one, two]);
        Assert.Equal(view.Digest, View([two with { Reach = MemberReach.Suspected, Endpoints = ["elsewhere:1"] }, one]).Digest);
        Assert.NotEqual(view.Digest, View([one]).Digest);
        Assert.NotEqual(view.Digest, View([one, two with { Incarnation = 2 }]).Digest);
        Assert.NotEqual(view.Digest, View([one, two with { Roles = [] }]).Digest);
        Assert.Equal("6ba64c9163d54bde14c14fc6e6e4c056", view.Digest.ToString());
    }

    [Fact]
    public void A_rule_that_makes_no_sense_says_so()
    {
        Assert.Null(Three.Refusal);
        Assert.Null(PlacementRule.All.Refusal);
        Assert.NotNull((Three with { Stores = 4 }).Refusal);
        Assert.NotNull(new PlacementRule(0, null).Refusal);
        Assert.Equal("factor = 3, role sync", new PlacementRule(3, "sync").ToString());
    }

    private static MembershipView View(IEnumerable<Member> members) => new(default, members);

    private static Member Member(long id, string role) => new(new NodeId((UInt128)(ulong)id), 1, [], [role]);

    private static GraphId Graph(int i) => new(new CommandId(SHA256.HashData(BitConverter.GetBytes(i))));
}
