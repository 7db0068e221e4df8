using ActorSync.Peers;

namespace ActorSync.Membership;

/// <summary>What this node itself makes of a member's silence. No two nodes need agree on it, and placement does not ask.</summary>
public enum MemberReach
{
    /// <summary>It is heard over its link.</summary>
    Reachable,

    /// <summary>Nothing was heard of it here for too long; others may.</summary>
    Unreachable,

    /// <summary>Nor does any of the members that were asked hear of it: it is removed unless that changes soon.</summary>
    Suspected,
}

/// <summary>One member, as it announced itself.</summary>
/// <param name="Node">Who.</param>
/// <param name="Incarnation">Greater with each start of the node, and whenever it came back after a removal.</param>
/// <param name="Endpoints">Where its links are accepted, best first; none when it can only dial.</param>
/// <param name="Roles">What it is there for; sorted, none twice.</param>
public sealed record Member(NodeId Node, long Incarnation, IReadOnlyList<string> Endpoints, IReadOnlyList<string> Roles)
{
    /// <summary>What this node makes of it.</summary>
    public MemberReach Reach { get; init; } = MemberReach.Reachable;

    /// <summary>How it places graphs, as it announced (<see cref="Placement.PlacementRule.Announced"/>); empty when it did not say.</summary>
    public string Placement { get; init; } = "";

    public bool HasRole(string role) => Roles.Contains(role);

    public bool Equals(Member? other) =>
        other is not null && Node == other.Node && Incarnation == other.Incarnation && Reach == other.Reach
        && Endpoints.SequenceEqual(other.Endpoints) && Roles.SequenceEqual(other.Roles)
        && Placement == other.Placement;

    public override int GetHashCode() => HashCode.Combine(Node, Incarnation, Reach);

    public override string ToString() => $"{Node.ToShortString()} at {(Endpoints.Count > 0 ? string.Join(", ", Endpoints) : "no endpoint")}";
}
