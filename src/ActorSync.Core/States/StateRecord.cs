using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>The place of a key in a table: its entry, and what ties it to the table's indexes.</summary>
internal sealed class StateRecord(StateEntry entry)
{
    public StateEntry Entry { get; set; } = entry;

    /// <summary>The peer that the entry came from.</summary>
    public NodeId Source { get; set; }

    /// <summary>The number of its latest change; 0 when it is no longer held.</summary>
    public long Change { get; set; }

    /// <summary>The next record of the same leaf.</summary>
    public StateRecord? NextInLeaf { get; set; }
}
