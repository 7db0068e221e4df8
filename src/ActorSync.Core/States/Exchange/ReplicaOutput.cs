using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>What of the exchange with a peer something is about.</summary>
public enum StateExchange
{
    /// <summary>Handing it what changed.</summary>
    Push,

    /// <summary>Asking it whether it differs.</summary>
    Pull,

    /// <summary>Taking what it sent.</summary>
    Entries,
}

/// <summary>What a node's replica of a state wants done.</summary>
public abstract record ReplicaOutput
{
    private ReplicaOutput()
    {
    }

    /// <summary>Append these entries to the store; the fate comes back under this number.</summary>
    public sealed record Append(long Number, IReadOnlyList<StateEntry> Entries) : ReplicaOutput;

    /// <summary>The writes are durable, or why none of them is.</summary>
    public sealed record Applied(long Token, Result<StateSetResult> Result) : ReplicaOutput;

    /// <summary>What the state holds has changed: for those who watch.</summary>
    public sealed record Changed(IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Expired) : ReplicaOutput;

    public sealed record Send(NodeId Peer, ReadOnlyMemory<byte> Payload) : ReplicaOutput;

    /// <summary>Hand entries to a plain peer; answered as over a link, by <see cref="StatePushed"/> or a failure.</summary>
    public sealed record Hand(NodeId Peer, StatePush Push) : ReplicaOutput;

    /// <summary>Ask a plain peer for all it holds, unless that has this version; answered by <see cref="ReplicaInput.Whole"/>.</summary>
    public sealed record Ask(NodeId Peer, ExchangeId Pull, StateVersion Version) : ReplicaOutput;

    /// <summary>The entries of a <see cref="ReplicaInput.Take"/> are durable, or why none of them is.</summary>
    public sealed record Taken(long Token, Result<StateReceiveResult> Result) : ReplicaOutput;

    /// <summary>A pull is over.</summary>
    public sealed record Pulled(NodeId Peer, Result<PullReport> Result) : ReplicaOutput;

    /// <summary>A push failed, or entries of a peer were refused: for logs and counters.</summary>
    public sealed record Trouble(NodeId Peer, SyncError Error, StateExchange Of) : ReplicaOutput;

    /// <summary>A plain peer refuses an entry, which is set aside for it: for logs and counters.</summary>
    public sealed record SetAside(NodeId Peer, SyncError Error) : ReplicaOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : ReplicaOutput;
}
