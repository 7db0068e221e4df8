using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>One write of an application.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value's JSON in UTF-8; null deletes the key.</param>
/// <param name="TtlMilliseconds">How long it counts; null for the state's default. Of a deletion: how long it is remembered.</param>
/// <param name="Milliseconds">The time of the write since 1970 in UTC; null for now.</param>
public sealed record StateSet(string Key, ReadOnlyMemory<byte>? Value, long? TtlMilliseconds = null, long? Milliseconds = null);

/// <summary>What reaches the only writer of a state.</summary>
/// <param name="Wall">The wall clock.</param>
public abstract record StateInput(WallTime Wall)
{
    /// <summary>Writes of the application: all of them, or none when one of them cannot be.</summary>
    public sealed record Set(long Token, IReadOnlyList<StateSet> Sets, WallTime Wall) : StateInput(Wall);

    /// <summary>Entries of a peer: each that can be.</summary>
    public sealed record Receive(long Token, NodeId Peer, IReadOnlyList<StateEntry> Entries, WallTime Wall) : StateInput(Wall);

    /// <summary>The store committed an append.</summary>
    public sealed record Committed(long Append, WallTime Wall) : StateInput(Wall);

    /// <summary>The store did not commit an append.</summary>
    public sealed record CommitFailed(long Append, SyncError Error, WallTime Wall) : StateInput(Wall);

    /// <summary>Time has passed.</summary>
    public sealed record Tick(WallTime Wall) : StateInput(Wall);
}
