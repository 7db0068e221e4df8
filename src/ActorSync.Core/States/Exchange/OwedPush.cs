using ActorSync.Machines;

namespace ActorSync.States.Exchange;

/// <summary>What a publisher owes one peer: the changes after one and up to another, a payload at a time.</summary>
internal sealed class OwedPush(long after)
{
    /// <summary>The change up to which the peer has all it is to get.</summary>
    public long After { get; set; } = after;

    /// <summary>The last change that is owed.</summary>
    public long UpTo { get; set; }

    /// <summary>The push under way, and the last change in it; null when none is.</summary>
    public (uint Round, long UpTo)? Underway { get; set; }

    /// <summary>Pushes in a row that failed.</summary>
    public int Failures { get; set; }

    /// <summary>When the push under way has failed, or when to try again.</summary>
    public MonotonicTime Deadline { get; set; }
}
