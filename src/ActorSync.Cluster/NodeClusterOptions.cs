using ActorSync.Actors;
using Akka.Actor.Setup;
using Akka.Configuration;

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

    /// <summary>
    /// What an actor system of your own is to be created with, so that the node can be in it
    /// (<see cref="NodeInActorSystem.InActorSystem"/>) and with it in its cluster: your configuration, and on top of it who
    /// the node is, the serializer of its messages, frames that hold them, and the certificate of <see cref="ClusterSettings"/>.
    /// </summary>
    /// <param name="options">The node, put <see cref="InCluster"/>; <see cref="MeshOptions.Endpoints"/> say where members reach it.</param>
    /// <param name="configuration">Your HOCON: <c>akka.remote</c>, <c>akka.cluster</c> and all else.</param>
    /// <returns>InvalidRequest: the node is not in a cluster, has no endpoints, or may not be in one off loopback like that.</returns>
    public static Result<ActorSystemSetup> ClusterSetup(this SyncNodeOptions options, string configuration) =>
        options is { Cluster: NodeCluster cluster, Mesh: { Endpoints.Count: > 0 } mesh }
            ? cluster.Setup(options.Store.Node, mesh, ConfigurationFactory.ParseString(configuration))
            : new SyncError(SyncErrorKind.InvalidRequest, "the options of a node in a cluster say InCluster, and in Mesh.Endpoints where members reach it");
}
