using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class SyncRouter
{
    /// <summary>A payload of a peer. The peer's actor is told when it was dispatched.</summary>
    public sealed record Payload(PeerRef Peer, ReadOnlyMemory<byte> Bytes);

    /// <summary>Begin a graph, or open the one that begins so. Answered by <see cref="GraphActor.Version"/>.</summary>
    public sealed record CreateGraph(Command Init);

    /// <summary>Answered by <see cref="GraphActor.Version"/>.</summary>
    public sealed record ReadGraph(GraphId Graph);

    /// <summary>Answered by <see cref="GraphActor.Acted"/>.</summary>
    public sealed record Act(GraphId Graph, GraphActor.Act Action);

    /// <summary>Follow a graph; when it is not here, <see cref="NoGraph"/> says so, and it is followed once it comes.</summary>
    public sealed record FollowGraph(GraphId Graph);

    public sealed record UnfollowGraph(GraphId Graph);

    public sealed record NoGraph(GraphId Graph);

    /// <summary>
    /// A subscription ended, or was not opened; with the grant of the last Subscribe that it saw. One that was granted
    /// since, and is on its way to the subscription, keeps the place.
    /// </summary>
    public sealed record FreeSlot(NodeId Peer, long Grant);

    /// <summary>From a graph that could not be made: whoever begins it later begins anew.</summary>
    public sealed record NotMade(GraphId Graph);

    /// <summary>
    /// A poll is no longer answered here; with the message that came too late, if one did, and whether the requester has
    /// finished it.
    /// </summary>
    public sealed record SessionEnded(PeerRef Peer, SessionId Session, SyncMessage? TooLate, bool IsFinished = false);

    /// <summary>Answered by <see cref="Summary"/>.</summary>
    public sealed record GetSummary
    {
        public static readonly GetSummary Instance = new();
    }

    /// <summary>The graphs, and the subscriptions that peers hold here.</summary>
    public sealed record Summary(IReadOnlyList<GraphId> Graphs, int OpenSubscriptions);

    /// <summary>The sender keeps the membership of a mesh: probes are for it, and it is told who is linked.</summary>
    public sealed record ServeMembership
    {
        public static readonly ServeMembership Instance = new();
    }

    /// <summary>Close all graphs, and stop.</summary>
    public sealed record Close
    {
        public static readonly Close Instance = new();
    }
}
