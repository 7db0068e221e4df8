using ActorSync.Membership;
using ActorSync.Placement;

namespace ActorSync.Actors;

/// <summary>How a node is a member of a mesh (docs/mesh.md).</summary>
public sealed record MeshOptions
{
    /// <summary>Endpoints of the mesh to join, of which one that can be reached suffices; none for the first node of a mesh.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];

    /// <summary>Where members reach this node, best first; none for where it listens.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>What the node is there for.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>How many members hold a graph, and which. All members must have the same.</summary>
    public PlacementRule Placement { get; init; } = PlacementRule.All;

    /// <summary>When an action counts as done, unless it says otherwise itself.</summary>
    public AckMode Ack { get; init; } = AckMode.Local;

    /// <summary>How graphs are taken over and let go.</summary>
    public HoldingSettings Holding { get; init; } = HoldingSettings.Default;

    /// <summary>How the members are kept. All members best have the same.</summary>
    public MembershipSettings Membership { get; init; } = MembershipSettings.Default;
}
