using System.Security.Cryptography.X509Certificates;

namespace ActorSync.Cluster;

/// <summary>How a node is in an Akka cluster (docs/cluster.md). Placement, replication and acknowledgement are those of <see cref="ActorSync.Actors.MeshOptions"/>.</summary>
public sealed record ClusterSettings
{
    /// <summary>Into how many shards graphs are put, 1 to 10,000. All nodes must have the same; ten for each host that there may ever be.</summary>
    public int Shards { get; init; } = 128;

    /// <summary>The certificate that the node shows to others and that others must show to it; null for remoting in the clear, on loopback alone.</summary>
    public X509Certificate2? Certificate { get; init; }
}
