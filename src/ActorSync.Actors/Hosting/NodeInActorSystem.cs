using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>Puts a node into an actor system that is there already.</summary>
public static class NodeInActorSystem
{
    /// <summary>
    /// The node's actors are below <c>/user/actorsync-NAME</c> of an actor system that others use as well. Disposing of the
    /// node stops those, and nothing else; the shutdown of the actor system stops the node first. Several nodes may be in one.
    /// </summary>
    /// <param name="options">
    /// The node. Its engine is configured already and has its own log, so that <see cref="SyncNodeOptions.EngineConfiguration"/>
    /// and <see cref="SyncNodeOptions.Log"/> stay as they are. In a cluster, see docs/cluster.md.
    /// </param>
    /// <param name="system">The actor system; it is not disposed of with the node.</param>
    /// <param name="name">The node's name in it; its node id unless given.</param>
    public static SyncNodeOptions InActorSystem(this SyncNodeOptions options, ActorSystem system, string? name = null) =>
        options with { Place = (system, $"actorsync-{name ?? options.Store.Node.ToString()}") };
}
