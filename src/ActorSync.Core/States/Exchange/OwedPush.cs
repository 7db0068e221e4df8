using ActorSync.Machines;

namespace ActorSync.States.Exchange;

/// <summary>What a publisher owes one peer: the changes after one and up to another, a payload at a time.</summary>
internal sealed class OwedPush(long after)
{
    /// <summary>The change up to which the peer has all it is to get.</summary>
    public long After { get; set; } = after;

    /// <summary>The last change that is owed.</summary>
    public long UpTo { get; set; }

    /// <summary>The push under way, the last change in it, and its entries; null when none is.</summary>
    public (uint Round, long UpTo, IReadOnlyList<StateEntry> Entries)? Underway { get; set; }

    /// <summary>How many entries go at once, where the peer is a plain one.</summary>
    public Narrowing Narrowing { get; } = new();

    /// <summary>Pushes in a row that failed.</summary>
    public int Failures { get; set; }

    /// <summary>When the push under way has failed, or when to try again.</summary>
    public MonotonicTime Deadline { get; set; }
}
