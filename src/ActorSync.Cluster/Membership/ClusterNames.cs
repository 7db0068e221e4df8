using ActorSync.Membership;
using ActorSync.Peers;
using ClusterMember = Akka.Cluster.Member;

namespace ActorSync.Cluster;

/// <summary>
/// A member of an Akka cluster is an address; a node is a name of 16 bytes that outlives it. The name is one of the
/// member's roles, "node-" and 32 digits, so that all learn both at the same moment.
/// </summary>
internal static class ClusterNames
{
    private const string Prefix = "node-";

    /// <summary>The role that carries the name.</summary>
    public static string RoleOf(NodeId node) => Prefix + node;

    /// <summary>The node that the member is; null for a member of the cluster that is no node of ours.</summary>
    public static NodeId? NodeOf(ClusterMember member)
    {
        foreach (var role in member.Roles)
        {
            if (role.StartsWith(Prefix, StringComparison.Ordinal) && NodeId.TryParse(role[Prefix.Length..], out var node))
                return node;
        }
        return null;
    }

    /// <summary>The member as placement knows it: each start of a process is another incarnation.</summary>
    public static Member MemberOf(NodeId node, ClusterMember member, MemberReach reach) => new(
        node, (uint)member.UniqueAddress.Uid, [member.Address.ToString()],
        [.. member.Roles.Where(role => !role.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]) { Reach = reach };
}
