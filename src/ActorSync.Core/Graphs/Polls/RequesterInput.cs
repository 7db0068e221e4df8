using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>What reaches the requester of one poll session.</summary>
public abstract record RequesterInput
{
    private RequesterInput()
    {
    }

    /// <summary>Ask.</summary>
    public sealed record Start : RequesterInput;

    /// <summary>A message of the session: Level, Narrow, PollResponse, PollEnd or a failure.</summary>
    public sealed record Message(SyncMessage Value) : RequesterInput;

    /// <summary>A part is durable, or was not kept; the parts are answered in the order they were given.</summary>
    public sealed record Stored(int Index, Result<ReceiveResult> Result) : RequesterInput;

    /// <summary>The link is there again after a break.</summary>
    public sealed record Relinked : RequesterInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : RequesterInput;
}
