using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>What the requester of one poll session wants done.</summary>
public abstract record RequesterOutput
{
    private RequesterOutput()
    {
    }

    /// <summary>Send this payload to the responder.</summary>
    public sealed record Send(ReadOnlyMemory<byte> Payload) : RequesterOutput;

    /// <summary>Commit these commands; the fate comes back under this index.</summary>
    public sealed record Store(int Index, CommandBlock Commands) : RequesterOutput;

    /// <summary>How far it is: commands handed to the store and back, commands still to come.</summary>
    public sealed record Progress(long Received, long Left) : RequesterOutput;

    /// <summary>The responder broke a rule.</summary>
    public sealed record Fault(SyncError Error) : RequesterOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : RequesterOutput;

    /// <summary>The session is over.</summary>
    public sealed record Done(Result<PollOutcome> Result) : RequesterOutput;
}
