using ActorSync.Placement;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Configuration;

/// <summary>The mesh that a node is a member of: the keys under <c>actorsync.mesh</c>.</summary>
public sealed record MeshSettings
{
    /// <summary>Endpoints of the mesh to join; none for the first node of a mesh.</summary>
    public IReadOnlyList<TcpEndpoint> Join { get; init; } = [];

    /// <summary>Where members reach this node; none for where it listens.</summary>
    public IReadOnlyList<TcpEndpoint> Advertise { get; init; } = [];

    /// <summary>What the node is there for.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>How many members hold a graph, and which.</summary>
    public PlacementRule Placement { get; init; } = PlacementRule.All;

    /// <summary>When an action counts as done.</summary>
    public AckMode Ack { get; init; } = AckMode.Local;

    /// <summary>How graphs are taken over and let go.</summary>
    public HoldingSettings Holding { get; init; } = HoldingSettings.Default;
}
