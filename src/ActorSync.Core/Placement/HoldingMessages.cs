using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>What a node is to a graph.</summary>
public enum HoldingState
{
    /// <summary>It does not hold it, and nobody says that it should.</summary>
    Absent,

    /// <summary>It is to hold it, and gets what the other holders have before it serves.</summary>
    TakingOver,

    /// <summary>It holds it: requests are answered here.</summary>
    Serving,

    /// <summary>It holds it, and should not any more: it keeps it until enough others have all of it.</summary>
    Leaving,
}

/// <summary>What reaches the holding of a graph.</summary>
public abstract record HoldingInput
{
    private HoldingInput()
    {
    }

    /// <summary>The members have changed, or how they are reached.</summary>
    public sealed record View(MembershipView Value) : HoldingInput;

    /// <summary>The graph is here, in this committed version.</summary>
    /// <param name="Snapshot">The version.</param>
    /// <param name="IsNew">Whether it was made here just now, so that no other holder has anything of it.</param>
    public sealed record Version(GraphSnapshot Snapshot, bool IsNew = false) : HoldingInput;

    /// <summary>A <see cref="Hold"/> or <see cref="HoldingAck"/> of a member.</summary>
    public sealed record Message(NodeId Node, SyncMessage Value) : HoldingInput;

    /// <summary>A poll has ended: with all that the peer has, or with an error. UnknownGraph: it has nothing.</summary>
    public sealed record PollEnded(NodeId Node, SyncError? Error) : HoldingInput;

    /// <summary>The graph's store is deleted, as <see cref="HoldingOutput.Drop"/> said.</summary>
    public sealed record Dropped : HoldingInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : HoldingInput;
}

/// <summary>What the holding of a graph wants done.</summary>
public abstract record HoldingOutput
{
    private HoldingOutput()
    {
    }

    /// <summary>
    /// Requests are served here while <see cref="HoldingState.Serving"/>, else forwarded to the first of the others that
    /// takes them.
    /// </summary>
    /// <param name="State">What this node is to the graph.</param>
    /// <param name="Others">The other holders, those that are reached first, then by weight.</param>
    public sealed record Moved(HoldingState State, IReadOnlyList<NodeId> Others) : HoldingOutput;

    /// <summary>Poll this member for the graph, without a byte limit; <see cref="HoldingInput.PollEnded"/> is to come, whatever happens.</summary>
    public sealed record Poll(NodeId Node) : HoldingOutput;

    /// <summary>Send this to a member, if there is a link.</summary>
    public sealed record Send(NodeId Node, ReadOnlyMemory<byte> Payload) : HoldingOutput;

    /// <summary>
    /// Enough others have all of this version: delete the graph's store, if nothing was committed since and nothing is
    /// about to be, and say <see cref="HoldingInput.Dropped"/>. Else the <see cref="HoldingInput.Version"/> that was
    /// committed is the answer.
    /// </summary>
    public sealed record Drop(GraphSnapshot Version) : HoldingOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : HoldingOutput;
}
