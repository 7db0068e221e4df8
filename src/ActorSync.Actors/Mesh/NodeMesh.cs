using ActorSync.Membership;
using Akka;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>What a node that is a member of a mesh has beside the others.</summary>
internal sealed class NodeMesh
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(4);

    private NodeMesh(MeshOptions options, MembershipBoard board, IActorRef membership, IActorRef graphs)
    {
        Options = options;
        Board = board;
        Membership = membership;
        Graphs = graphs;
    }

    public MeshOptions Options { get; }

    /// <summary>The members, for whoever asks.</summary>
    public MembershipBoard Board { get; }

    /// <summary>The <see cref="MembershipActor"/>.</summary>
    public IActorRef Membership { get; }

    /// <summary>The <see cref="MeshActor"/>.</summary>
    public IActorRef Graphs { get; }

    public static NodeMesh Start(ActorSystem system, SyncContext sync, IActorRef peers, MeshOptions options)
    {
        var board = new MembershipBoard(sync.Self.Node);
        var graphs = system.ActorOf(MeshActor.Props(new MeshContext(sync, peers, options)), "mesh");
        return new NodeMesh(options, board, system.ActorOf(MembershipActor.Props(sync, peers, options, board, TimeProvider.System), "membership"), graphs);
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
