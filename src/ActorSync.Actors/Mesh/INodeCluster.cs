using ActorSync.Membership;
using ActorSync.Peers;
using Akka.Actor;
using Akka.Configuration;

namespace ActorSync.Actors;

/// <summary>
/// How a node is in a cluster of its engine: the engine knows the members and joins them, and all else is as in a mesh.
/// One for each start of a node.
/// </summary>
internal interface INodeCluster
{
    /// <summary>Starts the engine so that it joins. What cannot be is thrown, as the engine itself throws it.</summary>
    /// <param name="name">The engine's name, the same on all nodes.</param>
    /// <param name="self">The node.</param>
    /// <param name="options">How it is placed, and where members reach it.</param>
    /// <param name="config">The engine's configuration.</param>
    ActorSystem CreateSystem(string name, NodeId self, MeshOptions options, Config config);

    /// <summary>Why the node cannot be in the cluster of an engine that is started already; null when it can.</summary>
    SyncError? Check(ActorSystem system, NodeId self, MeshOptions options);

    /// <summary>
    /// Begins to keep the members on the board and to tell of them (<see cref="MembershipActor.ViewChanged"/>), to keep
    /// links to them, and to carry actions to whoever owns their graph.
    /// </summary>
    /// <returns>The actor that <see cref="MembershipActor.Leave"/> and <see cref="MembershipActor.Remove"/> are for.</returns>
    IActorRef Join(ActorSystem system, IActorRefFactory place, MeshContext mesh, IActorRef graphs, MembershipBoard board);
}
