using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>What reaches a pull.</summary>
public abstract record PullInput
{
    private PullInput()
    {
    }

    /// <summary>Begin.</summary>
    public sealed record Start : PullInput;

    /// <summary>An answer of the peer, or its failure.</summary>
    public sealed record Message(SyncMessage Value) : PullInput;

    /// <summary>The entries that were handed over are durable, as far as they were kept; or the store failed.</summary>
    public sealed record Stored(Result<StateReceiveResult> Result) : PullInput;

    /// <summary>A plain peer's answer: all it holds, or null when that is the same as here.</summary>
    public sealed record Whole(Result<IReadOnlyList<StateEntry>?> Answer) : PullInput;

    /// <summary>The link is gone.</summary>
    public sealed record Unlinked : PullInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : PullInput;
}
