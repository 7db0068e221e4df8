using ActorSync.Actors;

namespace ActorSync.Cluster;

/// <summary>Puts a node into an Akka cluster.</summary>
public static class NodeClusterOptions
{
    /// <summary>
    /// The node joins the cluster that <see cref="SyncNodeOptions.EngineConfiguration"/> names (<c>akka.remote</c>,
    /// <c>akka.cluster</c>: docs/cluster.md); <see cref="SyncNodeOptions.Mesh"/> says how graphs are placed on its members.
    /// </summary>
    /// <param name="options">The node.</param>
    /// <param name="settings">The cluster.</param>
    public static SyncNodeOptions InCluster(this SyncNodeOptions options, ClusterSettings settings)
    {
        var mesh = options.Mesh ?? new MeshOptions();
        return options with
        {
            Mesh = mesh with { Placement = mesh.Placement with { Shards = settings.Shards } },
            Cluster = new NodeCluster(settings, mesh.Placement.Role, options.Settings.Wire.PayloadBytes),
        };
    }
}
