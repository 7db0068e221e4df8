using ActorSync.Core.Tests.Harness;
using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;

namespace ActorSync.Core.Tests.Placement;

/// <summary>Members by the order in which they hold the graph of <see cref="GraphMaker"/>.</summary>
internal static class Placed
{
    public static readonly GraphId Graph = GraphMaker.Graph;

    /// <summary>Nodes in the order of their weights, the greatest first.</summary>
    public static readonly IReadOnlyList<NodeId> Nodes =
        [.. Enumerable.Range(1, 10).Select(i => new NodeId((UInt128)i)).OrderByDescending(node => Rendezvous.Weight(node, Graph))];

    /// <summary>A view with those members, named by their places in <see cref="Nodes"/>.</summary>
    public static MembershipView View(params int[] places) => Again(1, places);

    /// <summary>The same, each member in that incarnation.</summary>
    public static MembershipView Again(long incarnation, params int[] places) =>
        new(default, places.Select(place => new Member(Nodes[place], incarnation, [], ["sync"])));

    public static MembershipView Without(this MembershipView view, int place) =>
        new(default, view.Members.Select(member => member.Node == Nodes[place] ? member with { Reach = MemberReach.Unreachable } : member));
}
