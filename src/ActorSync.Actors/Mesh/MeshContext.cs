using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>What the actors of a node's mesh share.</summary>
/// <param name="Sync">What all actors of the node share.</param>
/// <param name="Peers">The node's <see cref="PeersActor"/>.</param>
/// <param name="Options">The mesh.</param>
internal sealed record MeshContext(SyncContext Sync, IActorRef Peers, MeshOptions Options)
{
    /// <summary>This node.</summary>
    public NodeId Self => Sync.Self.Node;
}
