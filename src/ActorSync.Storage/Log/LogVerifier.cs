namespace ActorSync.Storage;

/// <summary>How far a verification is, in bytes.</summary>
public readonly record struct VerifyProgress(long DoneBytes, long TotalBytes);

/// <summary>What a verification found of the files of a log.</summary>
/// <param name="Records">Intact records.</param>
/// <param name="Bytes">Bytes of files that were read.</param>
/// <param name="TornBytes">Bytes behind the last record that are no whole one; opening the log cuts them.</param>
/// <param name="Damage">The first damage, or null.</param>
/// <param name="DamagedFile">The file that it is in.</param>
/// <param name="DamagedOffset">The byte of that file from which on nothing can be trusted.</param>
/// <param name="HasLostEnd">The damage is that the log's end, which was there when the store was closed, is not there any more.</param>
public sealed record LogFindings(
    long Records, long Bytes, long TornBytes, SyncError? Damage, string? DamagedFile, long DamagedOffset, bool HasLostEnd)
{
    /// <summary>Bytes behind the closing mark, which no run of the store has written; opening the log cuts them.</summary>
    public long StrayBytes { get; init; }
}

/// <summary>What is known of a log's end beside the log.</summary>
/// <param name="WasClosed">Whether it was closed when it was used last, so that it ends with its mark.</param>
/// <param name="End">Where it once ended on the disk.</param>
internal readonly record struct ExpectedEnd(bool WasClosed, LogEnd End);

/// <summary>
/// Walks all files of a log and changes nothing. A log that was closed ends with a mark: one that lacks it is whole after a
/// crash, and has lost its end when the last run closed the store. So has one that ends before the place which the catalog
/// noted.
/// </summary>
/// <param name="options">The log.</param>
/// <param name="expected">What is known of its end.</param>
/// <param name="progress">Hears how far it is.</param>
internal sealed class LogVerifier(LogOptions options, ExpectedEnd expected, IProgress<VerifyProgress>? progress)
{
    private const long ReportEveryBytes = 1 << 20;

    private long _records;
    private long _fileStart;
    private long _done;
    private long _reported;
    private long _total;
    private long _intact;
    private bool _isBegun;

    /// <param name="end">Where the log, being open, is committed to; null to look at all there is.</param>
    /// <param name="visit">Takes each record but the marks, and says what is wrong with it.</param>
    /// <param name="cancellation">Stops it.</param>
    public LogFindings Run((uint Segment, long Length)? end, RecordVisitor visit, CancellationToken cancellation)
    {
        var segments = LogOpening.Segments(options).Where(segment => end is null || segment <= end.Value.Segment).ToList();
        var lengths = segments.ConvertAll(segment => LengthOf(segment, end));
        _total = lengths.Sum();
        if (segments.Count == 0)
            return Missing(1);
        var first = options.IsReplaceable ? segments[0] : 1;
        _isBegun = !LogOpening.NeedsReplacement(options, segments);
        LogFound? before = null;
        for (var i = 0; i < segments.Count; i++)
        {
            if (segments[i] != first + i)
                return Missing((uint)(first + i));
            var path = options.PathOf(segments[i]);
            using var file = options.Files.Open(path, write: false);
            _intact = LogOpening.ReadHeader(file, options.Kind, segments[i], out _) is null ? RecordFormat.SegmentHeaderSize : 0;
            var isLast = i == segments.Count - 1;
            if (isLast && LogOpening.IsUnborn(file) && i > 0)
                return Ended(segments[0], before, path, lengths[i]);
            if (before is not null && LogOpening.Shortened(options, before, file, segments[i]) is { } shortened)
                return Findings(shortened, options.PathOf(before.LastSegment), before.Length);
            if (!LogOpening.WalkSegment(file, options.Kind, segments[i], isLast, Visit, end: lengths[i], salt: before?.Salt).TryGet(out before, out var error))
                return Findings(error, path, _intact);
            _fileStart += lengths[i];
        }
        return Ended(segments[0], before, options.PathOf(segments[^1]), before!.TornBytes);

        SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
        {
            cancellation.ThrowIfCancellationRequested();
            _intact = place.Offset;
            _isBegun |= LogOpening.IsReplacement(options, place, type);
            if (type != RecordFormat.ClosedType)
            {
                if (visit(place, type, body) is { } wrong)
                    return wrong;
                _records++;
            }
            _intact = place.End;
            Advance(_fileStart + place.End);
            return null;
        }
    }

    // No damage but, it may be, that more was there once.
    private LogFindings Ended(uint first, LogFound? last, string newest, long torn)
    {
        _done = _total;
        progress?.Report(new VerifyProgress(_total, _total));
        if (!_isBegun)
            return Findings(LogOpening.Beheaded(options, first), options.PathOf(first - 1), 0);
        var (file, at) = last is null ? (newest, 0) : (options.PathOf(last.LastSegment), last.Length);
        var why = expected.WasClosed && last is not { Closed: true }
            ? "the log ends there without its closing mark, and the last run closed the store: what was behind it is lost"
            : last is not null && expected.End.IsLostBy(last)
                ? $"the log ends there, and went on to byte {expected.End.Length} of {Path.GetFileName(options.PathOf(expected.End.Segment))} when the store was closed: what was behind it is lost"
                : null;
        var isStray = last?.IsStray(!expected.WasClosed) ?? false;
        var findings = why is null ? Findings(null, null, 0) : Findings(StoreErrors.Damaged(file, at, why), file, at) with { HasLostEnd = true };
        return findings with { TornBytes = isStray ? 0 : torn, StrayBytes = isStray ? torn : 0 };
    }

    private LogFindings Missing(uint segment) =>
        Findings(StoreErrors.Damaged(options.PathOf(segment), 0, "the file is missing"), options.PathOf(segment), 0);

    private long LengthOf(uint segment, (uint Segment, long Length)? end)
    {
        if (end is { } known && known.Segment == segment)
            return known.Length;
        using var file = options.Files.Open(options.PathOf(segment), write: false);
        return file.Length;
    }

    private void Advance(long done)
    {
        _done = done;
        if (done - _reported < ReportEveryBytes)
            return;
        _reported = done;
        progress?.Report(new VerifyProgress(done, _total));
    }

    private LogFindings Findings(SyncError? damage, string? file, long offset) => new(_records, _done, 0, damage, file, offset, false);
}
