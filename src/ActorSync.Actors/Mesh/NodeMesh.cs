using ActorSync.Membership;
using Akka;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>What a node that is a member of a mesh has beside the others.</summary>
internal sealed class NodeMesh
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(4);

    private NodeMesh(MeshOptions options, MembershipBoard board, IActorRef membership, IActorRef graphs, bool isCluster)
    {
        Options = options;
        IsCluster = isCluster;
        Board = board;
        Membership = membership;
        Graphs = graphs;
    }

    public MeshOptions Options { get; }

    /// <summary>The members, for whoever asks.</summary>
    public MembershipBoard Board { get; }

    /// <summary>The <see cref="MembershipActor"/>, or what a cluster has in its place.</summary>
    public IActorRef Membership { get; }

    /// <summary>Whether the engine knows the members.</summary>
    public bool IsCluster { get; }

    /// <summary>The <see cref="MeshActor"/>.</summary>
    public IActorRef Graphs { get; }

    /// <param name="system">The node's engine.</param>
    /// <param name="place">Where its actors are made.</param>
    /// <param name="mesh">What the actors of the mesh share.</param>
    /// <param name="cluster">Who knows the members; null where they find each other over links.</param>
    public static NodeMesh Start(ActorSystem system, IActorRefFactory place, MeshContext mesh, INodeCluster? cluster)
    {
        var board = new MembershipBoard(mesh.Self);
        var graphs = place.ActorOf(MeshActor.Props(mesh), "mesh");
        var membership = cluster is null
            ? place.ActorOf(MembershipActor.Props(mesh.Sync, mesh.Peers, mesh.Options, board, TimeProvider.System), "membership")
            : cluster.Join(system, place, mesh, graphs, board);
        return new NodeMesh(mesh.Options, board, membership, graphs, cluster is not null);
    }

    /// <summary>Tells the others that the node goes. If none of them hears it in time they find out by themselves.</summary>
    public async Task<Done> LeaveAsync()
    {
        try
        {
            await Membership.Ask<MembershipActor.HasLeft>(MembershipActor.Leave.Instance, LeaveTimeout);
        }
        catch (AskTimeoutException)
        {
            // The links are slow or the store is full: the node must end all the same.
        }
        return Done.Instance;
    }
}
