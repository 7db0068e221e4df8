using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>What reaches a node's replica of a state.</summary>
/// <param name="Wall">The wall clock.</param>
public abstract record ReplicaInput(WallTime Wall)
{
    /// <summary>Writes of the application: all of them, or none when one of them cannot be.</summary>
    public sealed record Set(long Token, IReadOnlyList<StateSet> Sets, WallTime Wall, bool AllWin = false) : ReplicaInput(Wall);

    /// <summary>A message of a peer: of this state, or a failure that may be about it.</summary>
    public sealed record Message(StatePeer Peer, SyncMessage Value, WallTime Wall) : ReplicaInput(Wall);

    /// <summary>Entries that somebody hands over, of whom no answer is known but this: all of them, or none when one of them cannot be.</summary>
    /// <param name="Token">Names them in <see cref="ReplicaOutput.Taken"/>.</param>
    /// <param name="Source">Who: they are not sent back there.</param>
    /// <param name="Entries">The entries.</param>
    /// <param name="Wall">The wall clock.</param>
    public sealed record Take(long Token, NodeId Source, IReadOnlyList<StateEntry> Entries, WallTime Wall) : ReplicaInput(Wall);

    /// <summary>What a plain peer answered when it was asked for all it holds: null for the same as here.</summary>
    public sealed record Whole(NodeId Peer, ExchangeId Pull, Result<IReadOnlyList<StateEntry>?> Answer, WallTime Wall) : ReplicaInput(Wall);

    /// <summary>The peers that share the state and can be reached now; whoever more is among them is left out.</summary>
    public sealed record Peers(IReadOnlyList<StatePeer> Reachable, WallTime Wall) : ReplicaInput(Wall);

    /// <summary>The store committed an append.</summary>
    public sealed record Committed(long Append, WallTime Wall) : ReplicaInput(Wall);

    /// <summary>The store did not commit an append.</summary>
    public sealed record CommitFailed(long Append, SyncError Error, WallTime Wall) : ReplicaInput(Wall);

    /// <summary>The timer ran out.</summary>
    public sealed record Tick(WallTime Wall) : ReplicaInput(Wall);
}
