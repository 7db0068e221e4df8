namespace ActorSync.States;

/// <summary>What the only writer of a state wants done.</summary>
public abstract record StateOutput
{
    private StateOutput()
    {
    }

    /// <summary>Append these entries to the store; the fate comes back under this number.</summary>
    public sealed record Append(long Number, IReadOnlyList<StateEntry> Entries) : StateOutput;

    /// <summary>The writes are durable, or why none of them is.</summary>
    public sealed record Applied(long Token, Result<StateSetResult> Result) : StateOutput;

    /// <summary>The entries of a peer are durable as far as they were kept, or the store failed.</summary>
    public sealed record Received(long Token, Result<StateReceiveResult> Result) : StateOutput;

    /// <summary>What the state holds has changed.</summary>
    /// <param name="Entries">Entries that are held now, tombstones of deleted keys included.</param>
    /// <param name="Expired">Entries that count no longer.</param>
    public sealed record Changed(IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Expired) : StateOutput;
}

/// <summary>What became of the writes of an application.</summary>
/// <param name="Outcomes">For each write, in order: only one that won is seen; the others were older than what is held, or past.</param>
/// <param name="Version">The state's version with them.</param>
public sealed record StateSetResult(IReadOnlyList<MergeOutcome> Outcomes, StateVersion Version);

/// <summary>What became of the entries of a peer.</summary>
/// <param name="Won">Entries that are held now and were not before.</param>
/// <param name="Refused">Entries that were not taken: a time too far ahead, a limit.</param>
/// <param name="Reasons">Why, for the first of those.</param>
public sealed record StateReceiveResult(int Won, int Refused, IReadOnlyList<SyncError> Reasons);
