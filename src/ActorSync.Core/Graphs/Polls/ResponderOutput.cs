using ActorSync.Machines;

namespace ActorSync.Graphs.Polls;

/// <summary>What the responder of one poll session wants done.</summary>
public abstract record ResponderOutput
{
    private ResponderOutput()
    {
    }

    /// <summary>Send this payload to the requester; <see cref="ResponderInput.Taken"/> says when the link has it.</summary>
    public sealed record Send(ReadOnlyMemory<byte> Payload) : ResponderOutput;

    /// <summary>The requester holds these commands, and all before them, durably.</summary>
    public sealed record PeerHolds(GraphSnapshot Snapshot, IReadOnlyList<CommandId> Heads) : ResponderOutput;

    /// <summary>What was remembered of the requester's heads is wrong.</summary>
    public sealed record ForgetPeer : ResponderOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : ResponderOutput;

    /// <summary>The session is over; whether that is because the requester holds all of the answer, and said so.</summary>
    public sealed record Ended(bool AllIsHeld) : ResponderOutput;
}
