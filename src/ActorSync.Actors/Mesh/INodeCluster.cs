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
    ActorSystem CreateSystem(string name, NodeId self, Config config);

    /// <summary>Links to members go over the engine, those to others as they always do.</summary>
    ILinkConnector Links(ActorSystem system, LinkIdentity self, ILinkConnector others);

    /// <summary>
    /// Begins to keep the members on the board and to tell of them (<see cref="MembershipActor.ViewChanged"/>), to link to
    /// them, and to carry actions to whoever owns their graph.
    /// </summary>
    /// <returns>The actor that <see cref="MembershipActor.Leave"/> and <see cref="MembershipActor.Remove"/> are for.</returns>
    IActorRef Join(ActorSystem system, MeshContext mesh, IActorRef graphs, MembershipBoard board);
}
