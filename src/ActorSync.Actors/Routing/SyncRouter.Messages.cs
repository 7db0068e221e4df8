using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class SyncRouter
{
    /// <summary>A payload of a peer. The peer's actor is told when it was dispatched.</summary>
    public sealed record Payload(PeerRef Peer, ReadOnlyMemory<byte> Bytes) : ILocalMessage;

    /// <summary>Begin a graph, or open the one that begins so. Answered by <see cref="GraphActor.Version"/>.</summary>
    public sealed record CreateGraph(Command Init) : ILocalMessage;

    /// <summary>Answered by <see cref="GraphActor.Version"/>.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Fetches">Whether it is fetched first when other members of the mesh hold it, and not this node.</param>
    public sealed record ReadGraph(GraphId Graph, bool Fetches = false) : ILocalMessage;

    /// <summary>Carried out wherever the graph is served. Answered by <see cref="GraphActor.Acted"/>.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Action">The action.</param>
    /// <param name="Ack">When it counts as done; null for what the node is set to. Without a mesh there is no store but this one.</param>
    /// <param name="Within">How long that may take.</param>
    public sealed record Act(GraphId Graph, GraphActor.Act Action, AckMode? Ack = null, TimeSpan? Within = null) : ILocalMessage;

    /// <summary>Carried out at this node. Answered by <see cref="GraphActor.Acted"/>.</summary>
    public sealed record ActHere(GraphId Graph, GraphActor.Act Action) : ILocalMessage;

    /// <summary>The sender is the mesh: it is told of the graphs that are here (<see cref="GraphHere"/>) and of who is linked, and carries out actions.</summary>
    public sealed record ServeMesh : ILocalMessage
    {
        public static readonly ServeMesh Instance = new();
    }

    /// <summary>The sender carries actions to whoever is to carry them out: it is handed each <see cref="MeshActor.Act"/>.</summary>
    internal sealed record ServeActions : ILocalMessage
    {
        public static readonly ServeActions Instance = new();
    }

    /// <summary>A graph is here; begun here just now, or not.</summary>
    public sealed record GraphHere(GraphId Graph, bool IsNew) : ILocalMessage;

    /// <summary>Answered by <see cref="GraphHere"/>, if the graph is here.</summary>
    public sealed record LookFor(GraphId Graph) : ILocalMessage;

    /// <summary>Delete a graph, if this version is all there is of it. Answered by <see cref="Dropped"/> or <see cref="Kept"/>.</summary>
    public sealed record DropGraph(GraphId Graph, GraphSnapshot Version) : ILocalMessage;

    public sealed record Dropped(GraphId Graph) : ILocalMessage;

    /// <summary>It was not deleted: it is being read here, or this version is not all there is.</summary>
    public sealed record Kept(GraphId Graph, bool IsRead) : ILocalMessage;

    /// <summary>From the mesh: a graph that it was asked for is here now, or why it is not.</summary>
    public sealed record Fetched(GraphId Graph, SyncError? Error) : ILocalMessage;

    /// <summary>From a graph that is about to stop, to be deleted.</summary>
    public sealed record LetGo(GraphId Graph) : ILocalMessage;

    /// <summary>Follow a graph; when it is not here, <see cref="NoGraph"/> says so, and it is followed once it comes.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Reads">Whether this is for an application: the graph is fetched for it from who holds it, and stays while it reads.</param>
    public sealed record FollowGraph(GraphId Graph, bool Reads = false) : ILocalMessage;

    /// <summary>Of a follower that needs the whole version: see <see cref="GraphActor.Wake"/>.</summary>
    public sealed record WakeGraph(GraphId Graph) : ILocalMessage;

    public sealed record UnfollowGraph(GraphId Graph) : ILocalMessage;

    public sealed record NoGraph(GraphId Graph) : ILocalMessage;

    /// <summary>
    /// A subscription ended, or was not opened; with the grant of the last Subscribe that it saw. One that was granted
    /// since, and is on its way to the subscription, keeps the place.
    /// </summary>
    public sealed record FreeSlot(NodeId Peer, long Grant) : ILocalMessage;

    /// <summary>
    /// From a peer's actor, its last word: what it was granted and may not have seen is free. One that comes after it for
    /// the same peer is made later, and is granted nothing before this is heard.
    /// </summary>
    public sealed record PeerStopped(NodeId Peer) : ILocalMessage;

    /// <summary>From a graph that could not be made: whoever begins it later begins anew.</summary>
    public sealed record NotMade(GraphId Graph) : ILocalMessage;

    /// <summary>
    /// A poll is no longer answered here; with the message that came too late, if one did, and whether the requester has
    /// finished it.
    /// </summary>
    public sealed record SessionEnded(PeerRef Peer, SessionId Session, SyncMessage? TooLate, bool IsFinished = false) : ILocalMessage;

    /// <summary>From a graph: it is known what is in it, or that it cannot be opened.</summary>
    public sealed record Surveyed(GraphId Graph) : ILocalMessage;

    /// <summary>Answered by <see cref="GraphActor.Status"/>; a graph at rest is not woken by it.</summary>
    public sealed record GetGraphStatus(GraphId Graph) : ILocalMessage;

    /// <summary>Answered by <see cref="Summary"/>.</summary>
    public sealed record GetSummary : ILocalMessage
    {
        public static readonly GetSummary Instance = new();
    }

    /// <summary>The graphs, and the subscriptions that peers hold here.</summary>
    public sealed record Summary(IReadOnlyList<GraphId> Graphs, int OpenSubscriptions) : ILocalMessage;

    /// <summary>The sender keeps the membership of a mesh: probes are for it, and it is told who is linked.</summary>
    public sealed record ServeMembership : ILocalMessage
    {
        public static readonly ServeMembership Instance = new();
    }

    /// <summary>Close all graphs, and stop.</summary>
    public sealed record Close : ILocalMessage
    {
        public static readonly Close Instance = new();
    }
}
