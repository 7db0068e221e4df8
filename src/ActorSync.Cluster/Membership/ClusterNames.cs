using ActorSync.Membership;
using ActorSync.Peers;
using ClusterMember = Akka.Cluster.Member;

namespace ActorSync.Cluster;

/// <summary>
/// A member of an Akka cluster is an address; a node is a name of 16 bytes that outlives it, and is linked to elsewhere.
/// Both are among the member's roles, "node-" with 32 digits and "link-" with an endpoint, so that all learn of them at
/// the moment they learn of the member.
/// </summary>
internal static class ClusterNames
{
    private const string Node = "node-";
    private const string Link = "link-";

    /// <summary>The roles that say who a node is.</summary>
    public static IEnumerable<string> RolesOf(NodeId node, IEnumerable<string> endpoints) => endpoints.Select(endpoint => Link + endpoint).Prepend(Node + node);

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
    public static Member MemberOf(NodeId node, ClusterMember member, MemberReach reach) => new(
        node, (uint)member.UniqueAddress.Uid, [.. After(Link, member)],
        [.. member.Roles.Where(role => !role.StartsWith(Node, StringComparison.Ordinal) && !role.StartsWith(Link, StringComparison.Ordinal)).Order(StringComparer.Ordinal)])
    { Reach = reach };

    private static IEnumerable<string> After(string prefix, ClusterMember member) => member.Roles
        .Where(role => role.StartsWith(prefix, StringComparison.Ordinal)).Select(role => role[prefix.Length..]).Order(StringComparer.Ordinal);
}
