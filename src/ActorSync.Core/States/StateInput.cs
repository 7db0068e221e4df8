using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>One write of an application: a value, or a deletion.</summary>
public sealed record StateSet
{
    private StateSet(string key, ReadOnlyMemory<byte>? value, long? ttlMilliseconds, long? milliseconds)
    {
        Key = key;
        Value = value;
        TtlMilliseconds = ttlMilliseconds;
        Milliseconds = milliseconds;
    }

    public string Key { get; }

    /// <summary>The value's JSON in UTF-8; null for a deletion.</summary>
    public ReadOnlyMemory<byte>? Value { get; }

    /// <summary>How long it counts, or of a deletion, how long it is remembered; null for what the settings say.</summary>
    public long? TtlMilliseconds { get; }

    /// <summary>The time of the write since 1970 in UTC; null for now.</summary>
    public long? Milliseconds { get; }

    /// <summary>Gives a key a value: JSON in UTF-8.</summary>
    public static StateSet To(string key, ReadOnlyMemory<byte> json, long? ttlMilliseconds = null, long? milliseconds = null) =>
        new(key, json, ttlMilliseconds, milliseconds);

    /// <summary>Deletes a key.</summary>
    public static StateSet Delete(string key, long? ttlMilliseconds = null, long? milliseconds = null) =>
        new(key, null, ttlMilliseconds, milliseconds);
}

/// <summary>What reaches the only writer of a state.</summary>
/// <param name="Wall">The wall clock.</param>
public abstract record StateInput(WallTime Wall)
{
    /// <summary>Writes of the application: all of them, or none when one of them cannot be; with <paramref name="AllWin"/> also none when one would change nothing.</summary>
    public sealed record Set(long Token, IReadOnlyList<StateSet> Sets, WallTime Wall, bool AllWin = false) : StateInput(Wall);

    /// <summary>Entries of a peer: each that can be, or none when one of them cannot.</summary>
    public sealed record Receive(long Token, NodeId Peer, IReadOnlyList<StateEntry> Entries, WallTime Wall, bool AllOrNone = false) : StateInput(Wall);

    /// <summary>The store committed an append.</summary>
    public sealed record Committed(long Append, WallTime Wall) : StateInput(Wall);

    /// <summary>The store did not commit an append.</summary>
    public sealed record CommitFailed(long Append, SyncError Error, WallTime Wall) : StateInput(Wall);

    /// <summary>Time has passed.</summary>
    public sealed record Tick(WallTime Wall) : StateInput(Wall);
}
