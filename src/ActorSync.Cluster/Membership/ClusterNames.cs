using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ClusterMember = Akka.Cluster.Member;

namespace ActorSync.Cluster;

/// <summary>
/// A member of an Akka cluster is an address; a node is a name of 16 bytes that outlives it, and is linked to elsewhere.
/// Both are among the member's roles, "node-" with 32 digits and "link-" with an endpoint, as is how it places graphs
/// ("place-"), so that all learn of them at the moment they learn of the member.
/// </summary>
internal static class ClusterNames
{
    private const string Node = "node-";
    private const string Link = "link-";
    private const string Place = "place-";

    /// <summary>The roles that say who a node is.</summary>
    public static IEnumerable<string> RolesOf(NodeId node, IEnumerable<string> endpoints, PlacementRule rule) =>
        [Node + node, .. endpoints.Select(endpoint => Link + endpoint), Place + rule.Announced];

    /// <summary>The node that the member is; null for a member of the cluster that is no node of ours.</summary>
    public static NodeId? NodeOf(ClusterMember member)
    {
        foreach (var name in After(Node, member))
        {
            if (NodeId.TryParse(name, out var node))
                return node;
        }
        return null;
    }

    /// <summary>The member as placement knows it: each start of a process is another incarnation.</summary>
    public static Member MemberOf(NodeId node, ClusterMember member, MemberReach reach) =>
        new(node, (uint)member.UniqueAddress.Uid, [.. After(Link, member)], [.. member.Roles.Where(IsRole).Order(StringComparer.Ordinal)])
        {
            Reach = reach,
            Placement = After(Place, member).FirstOrDefault(""),
        };

    private static bool IsRole(string role) => !Array.Exists([Node, Link, Place], prefix => role.StartsWith(prefix, StringComparison.Ordinal));

    private static IEnumerable<string> After(string prefix, ClusterMember member) => member.Roles
        .Where(role => role.StartsWith(prefix, StringComparison.Ordinal)).Select(role => role[prefix.Length..]).Order(StringComparer.Ordinal);
}
