namespace ActorSync.Storage;

/// <summary>Walks all records of a state, reads their entries, and changes nothing.</summary>
/// <param name="options">The state's log.</param>
/// <param name="expected">What is known of its end.</param>
/// <param name="progress">Hears how far it is.</param>
internal sealed class StateVerifier(LogOptions options, ExpectedEnd expected, IProgress<VerifyProgress>? progress)
{
    /// <summary>Entries that were read.</summary>
    public long Entries { get; private set; }

    public LogFindings Run(CancellationToken cancellation) =>
        new LogVerifier(options with { ReplacingType = StateRecords.SnapshotType }, expected, progress).Run(null, Visit, cancellation);

    private SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
    {
        var clock = default(States.StateStamp);
        return StateRecords.Read(type, body.Span, ref clock, _ => Entries++) is { } why
            ? StoreErrors.Damaged(options.PathOf(place.Segment), place.Offset, why)
            : null;
    }
}
