using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync;

/// <summary>A node's mesh, as it sees it.</summary>
/// <param name="Digest">Stands for who the members are: equal digests, equal placement.</param>
/// <param name="Members">The members, sorted by name.</param>
/// <param name="Graphs">The graphs that are here or are to be, sorted, and who holds them.</param>
public sealed record MeshStatus(string Digest, IReadOnlyList<MemberStatus> Members, IReadOnlyList<HoldingStatus> Graphs)
{
    /// <param name="view">The members.</param>
    /// <param name="graphs">The graphs that are here or are to be.</param>
    /// <param name="shards">In a cluster, how many shards each member has.</param>
    public static MeshStatus Of(MembershipView view, IReadOnlyList<HoldingStatus> graphs, IReadOnlyDictionary<NodeId, int>? shards = null) => new(
        view.Digest.ToString(),
        [.. view.Members.Select(member => MemberStatus.Of(member, member.Node == view.Self) with { Shards = shards?.GetValueOrDefault(member.Node) })],
        graphs);
}

/// <summary>One member.</summary>
/// <param name="Node">Its name, 32 digits.</param>
/// <param name="IsSelf">Whether it is the node that was asked.</param>
/// <param name="Reach">reachable, unreachable or suspected, as this node sees it.</param>
/// <param name="Endpoints">Where its links are accepted.</param>
/// <param name="Roles">What it is there for.</param>
/// <param name="Incarnation">Greater with each of its starts.</param>
public sealed record MemberStatus(string Node, bool IsSelf, string Reach, IReadOnlyList<string> Endpoints, IReadOnlyList<string> Roles, long Incarnation)
{
    /// <summary>In a cluster, how many shards of graphs it has; null elsewhere, or when that is not known.</summary>
    public int? Shards { get; init; }

    public static MemberStatus Of(Member member, bool isSelf) =>
        new(member.Node.ToString(), isSelf, isSelf ? "reachable" : member.Reach.ToString().ToLowerInvariant(), member.Endpoints, member.Roles, member.Incarnation);
}
