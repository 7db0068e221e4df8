using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class GraphActor
{
    /// <summary>Commit one command after all that is here. Answered by <see cref="Acted"/>.</summary>
    public sealed record Act(ReadOnlyMemory<byte> Payload, Priority Priority) : ILocalMessage
    {
        /// <summary>Who waits for the answer outside of the actors; null when it is for the sender.</summary>
        internal ActCaller? Caller { get; init; }

        internal void Answer(IActorRef sender, Acted acted)
        {
            if (Caller is null)
                sender.Tell(acted);
            else
                Caller.TrySetResult(acted);
        }
    }

    /// <param name="Result">The command; or what went wrong.</param>
    public sealed record Acted(Result<Address> Result) : ILocalMessage
    {
        /// <summary>The command that is durable here all the same, when it is not known to be where it should be too.</summary>
        public Address? Durable { get; init; }
    }

    /// <summary>
    /// Close the store and stop, to be deleted, if this is all there is, nothing is about to be added and nobody but members
    /// of the mesh reads it; else the router is told why not (<see cref="SyncRouter.Kept"/>).
    /// </summary>
    public sealed record LetGo(GraphSnapshot Version, MembershipView? Members) : ILocalMessage;

    /// <summary>Commit commands with the priors they have. Answered by <see cref="CommandsReceived"/>.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Commands">The commands, priors first.</param>
    /// <param name="From">The peer that sent them; null for an import.</param>
    /// <param name="Tag">Comes back with the answer.</param>
    public sealed record ReceiveCommands(GraphId Graph, IReadOnlyList<Command> Commands, PeerIdentity? From, object? Tag) : ILocalMessage;

    public sealed record CommandsReceived(GraphId Graph, object? Tag, Result<ReceiveResult> Result) : ILocalMessage;

    /// <summary>Answered by <see cref="Version"/>.</summary>
    public sealed record Read : ILocalMessage
    {
        public static readonly Read Instance = new();
    }

    /// <summary>The latest committed version, or why there is none.</summary>
    public sealed record Version(GraphId Graph, Result<GraphSnapshot> Result) : ILocalMessage
    {
        /// <summary>Its facts; null of an opaque graph, which has none.</summary>
        public Facts? Facts { get; init; }
    }

    /// <summary>
    /// Be told of every commit, and at once of the latest: <see cref="Changed"/>. With the peer that the follower serves,
    /// a commit says what of it came from that peer.
    /// </summary>
    /// <param name="Peer">The peer.</param>
    /// <param name="Reader">Who reads the graph by that, of other nodes; null for this node itself.</param>
    /// <param name="Keeps">Whether the graph stays here while it is followed; what the node itself does to keep it level is no reason to keep it.</param>
    /// <param name="MayRest">
    /// Whether the graph may go to rest while it is followed: then the version comes once more as it is at rest
    /// (<see cref="GraphSnapshot.IsAtRest"/>), and whole again when the graph wakes.
    /// </param>
    public sealed record Follow(PeerIdentity? Peer, NodeId? Reader = null, bool Keeps = true, bool MayRest = false) : ILocalMessage;

    /// <summary>A follower needs the whole version: the graph wakes, if it rests. Answered by <see cref="Changed"/>; or by <see cref="Version"/>, with the error.</summary>
    public sealed record Wake : ILocalMessage
    {
        public static readonly Wake Instance = new();
    }

    /// <summary>
    /// Find out what is in a graph that was not opened since the node started. It rests again at once, unless it is needed. The
    /// router is told when that is done (<see cref="SyncRouter.Surveyed"/>).
    /// </summary>
    public sealed record Survey : ILocalMessage
    {
        public static readonly Survey Instance = new();
    }

    /// <summary>Answered by <see cref="Status"/>; wakes nothing.</summary>
    public sealed record GetStatus : ILocalMessage
    {
        public static readonly GetStatus Instance = new();
    }

    /// <param name="Graph">What can be told of the graph; null when it is not here.</param>
    public sealed record Status(GraphStatus? Graph) : ILocalMessage;

    public sealed record Unfollow : ILocalMessage
    {
        public static readonly Unfollow Instance = new();
    }

    /// <summary>The commit event.</summary>
    public sealed record Changed(GraphSnapshot Snapshot, IReadOnlyList<CommandId> FromPeer) : ILocalMessage
    {
        /// <summary>The facts of this version.</summary>
        public Facts Facts { get; init; } = Facts.None;

        /// <summary>What led to it from the version before; nothing for whoever begins to follow.</summary>
        public IReadOnlyList<GraphCommit> Commits { get; init; } = [];
    }

    /// <summary>Sent to a follower whose peer is known to hold these commands.</summary>
    public sealed record PeerHolds(GraphId Graph, IReadOnlyList<CommandId> Commands) : ILocalMessage;

    /// <summary>A message of a poll session: a <see cref="Poll"/> opens one.</summary>
    public sealed record Session(PeerRef Peer, SessionId Id, SyncMessage Message) : ILocalMessage;

    /// <summary>The peer of a poll session does not let in a command that it was sent.</summary>
    public sealed record SessionRejects(PeerRef Peer, SessionId Id, Rejected Message) : ILocalMessage;

    /// <summary>Finish what is under way, close the store and stop.</summary>
    public sealed record Close : ILocalMessage
    {
        public static readonly Close Instance = new();
    }

    // At rest, or, without a version, not: then the store is open as before.
    private sealed record Rested(GraphSnapshot? Version, SyncError? Error) : ILocalMessage;

    private sealed record IdleTick : ILocalMessage
    {
        public static readonly IdleTick Instance = new();
    }

    // All that was asked before has heard that the graph cannot be opened: what comes now may try again.
    private sealed record TryAgain : ILocalMessage
    {
        public static readonly TryAgain Instance = new();
    }

    private sealed record ReadyGraph(IGraphStore Store, GraphMachine Machine);

    private sealed record Opened(Result<ReadyGraph> Result) : ILocalMessage;

    private sealed record AppendsEnded : ILocalMessage
    {
        public static readonly AppendsEnded Instance = new();
    }

    /// <param name="Number">Of the append.</param>
    /// <param name="Error">Why it failed; null when it is durable.</param>
    private sealed record AppendEnded(long Number, SyncError? Error);

    private sealed record SnapshotTick : ILocalMessage
    {
        public static readonly SnapshotTick Instance = new();
    }

    private sealed record StoreClosed : ILocalMessage
    {
        public static readonly StoreClosed Instance = new();
    }
}
