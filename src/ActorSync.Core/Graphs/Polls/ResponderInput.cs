using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>What reaches the responder of one poll session.</summary>
public abstract record ResponderInput
{
    private ResponderInput()
    {
    }

    /// <summary>A message of the session: Poll, Credit, RequestMissing, SyncResume, EndSession or a failure.</summary>
    public sealed record Message(SyncMessage Value) : ResponderInput;

    /// <summary>The link took a payload of the session.</summary>
    public sealed record Taken : ResponderInput;

    /// <summary>The link is there again after a break: what it had taken may be lost.</summary>
    public sealed record Relinked : ResponderInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : ResponderInput;
}
