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
}
