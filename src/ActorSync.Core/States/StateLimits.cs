using ActorSync.Wire;

namespace ActorSync.States;

/// <summary>What a state may grow to through others.</summary>
public sealed record StateLimits
{
    public static readonly StateLimits Default = new();

    /// <summary>Keys, with those whose tombstones are kept.</summary>
    public int Keys { get; init; } = 1 << 20;

    /// <summary>Bytes of a key in UTF-8: at most <see cref="WireLimits.StateKeyBytes"/>.</summary>
    public int KeyBytes { get; init; } = 512;

    /// <summary>Bytes of a value's JSON, without white space between its parts.</summary>
    public int ValueBytes { get; init; } = 64 << 10;

    /// <summary>Bytes of all entries together, as they are on the wire.</summary>
    public long Bytes { get; init; } = 256 << 20;

    /// <summary>Entries that wait for the store; above that new ones are refused as Busy.</summary>
    public int PendingEntries { get; init; } = 1 << 16;

    /// <summary>Entries in one set.</summary>
    public int EntriesPerSet { get; init; } = 1 << 14;

    /// <summary>How far ahead of this node's wall clock an entry's time may lie.</summary>
    public TimeSpan Ahead { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many refusals the result of a batch names.</summary>
    public int ReportedRefusals { get; init; } = 16;
}
