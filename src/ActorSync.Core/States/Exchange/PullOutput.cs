using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>What a pull wants done.</summary>
public abstract record PullOutput
{
    private PullOutput()
    {
    }

    public sealed record Send(ReadOnlyMemory<byte> Payload) : PullOutput;

    /// <summary>Ask a plain peer for all it holds, unless that has this version; the answer comes back as <see cref="PullInput.Whole"/>.</summary>
    public sealed record Ask(StateVersion Version) : PullOutput;

    /// <summary>Hand these entries to a plain peer.</summary>
    public sealed record Hand(StatePush Push) : PullOutput;

    /// <summary>The plain peer refuses an entry, which is set aside: for logs and counters.</summary>
    public sealed record SetAside(SyncError Error) : PullOutput;

    /// <summary>Merge these entries of the peer; the fate comes back as <see cref="PullInput.Stored"/>.</summary>
    public sealed record Store(IReadOnlyList<StateEntry> Entries) : PullOutput;

    /// <summary>It is over: this node and the peer hold the same, as far as each takes what the other has; or why not.</summary>
    public sealed record Ended(Result<PullReport> Result) : PullOutput;
}

/// <summary>What a pull cost and brought.</summary>
/// <param name="Level">The version that both had, when nothing differed.</param>
/// <param name="Requests">Requests that were sent, repetitions and pushes included.</param>
/// <param name="Received">Entries that came.</param>
/// <param name="Sent">Entries that were sent to the peer.</param>
/// <param name="Refused">Entries that the peer lacks, and does not take.</param>
public sealed record PullReport(StateVersion? Level, int Requests, int Received, int Sent, int Refused = 0)
{
    /// <summary>Whether nothing differed.</summary>
    public bool WasLevel => Level is not null;
}
