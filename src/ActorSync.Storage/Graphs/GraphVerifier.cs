using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>How far a verification is, in bytes.</summary>
public readonly record struct VerifyProgress(long DoneBytes, long TotalBytes);

/// <summary>What a verification found.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Records">Intact records.</param>
/// <param name="Commands">Intact commands: checksums, ids, priors and max cuts hold.</param>
/// <param name="Bytes">Bytes of files that were read.</param>
/// <param name="TornBytes">Bytes behind the last record that were never committed; opening the graph cuts them.</param>
/// <param name="Damage">The first damage, or null.</param>
/// <param name="DamagedFile">The file that it is in.</param>
/// <param name="DamagedOffset">The byte of that file from which on nothing can be trusted.</param>
public sealed record VerifyReport(
    GraphId Graph, long Records, long Commands, long Bytes, long TornBytes, SyncError? Damage, string? DamagedFile, long DamagedOffset)
{
    public bool IsSound => Damage is null;
}

/// <summary>Walks all records of a graph and changes nothing.</summary>
internal sealed class GraphVerifier(LogOptions options, GraphId graph, ICommandIdentity? identity, IProgress<VerifyProgress>? progress)
{
    private const long ReportEveryBytes = 1 << 20;

    private readonly GraphIndex _index = new();
    private long _records;
    private long _fileStart;
    private long _done;
    private long _reported;
    private long _total;
    private long _intact;

    /// <param name="end">Where the graph, being open, is committed to; null to look at all there is.</param>
    /// <param name="cancellation">Stops it.</param>
    public VerifyReport Run((uint Segment, long Length)? end, CancellationToken cancellation)
    {
        var segments = LogOpening.Segments(options).Where(segment => end is null || segment <= end.Value.Segment).ToList();
        var lengths = segments.ConvertAll(segment => LengthOf(segment, end));
        _total = lengths.Sum();
        if (segments.Count == 0)
            return Report(StoreErrors.Damaged(options.PathOf(1), 0, "the file is missing"), options.PathOf(1), 0);
        long torn = 0;
        LogFound? before = null;
        for (var i = 0; i < segments.Count; i++)
        {
            var path = options.PathOf((uint)i + 1);
            if (segments[i] != i + 1)
                return Report(StoreErrors.Damaged(path, 0, "the file is missing"), path, 0);
            using var file = options.Files.Open(path, write: false);
            _intact = LogOpening.ReadHeader(file, LogKind.Graph, segments[i], out _) is null ? RecordFormat.SegmentHeaderSize : 0;
            var isLast = i == segments.Count - 1;
            if (isLast && LogOpening.IsUnborn(file) && i > 0)
                torn = lengths[i];
            else if (before is not null && LogOpening.Shortened(options, before, file, segments[i]) is { } shortened)
                return Report(shortened, options.PathOf(before.LastSegment), before.Length);
            else if (LogOpening.WalkSegment(file, LogKind.Graph, segments[i], isLast, Visit, end: lengths[i], salt: before?.Salt).TryGet(out var found, out var error))
                (torn, before) = (found.TornBytes, found);
            else
                return Report(error, path, _intact);
            _fileStart += lengths[i];
        }
        progress?.Report(new VerifyProgress(_total, _total));
        _done = _total;
        // While the graph is open its index is being written.
        if (end is null && IndexDamage() is { } wrong)
            return Report(wrong, IndexFile, 0);
        return Report(null, null, 0) with { TornBytes = torn };

        SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
        {
            cancellation.ThrowIfCancellationRequested();
            _intact = place.Offset;
            if (type != RecordFormat.ClosedType)
            {
                if (GraphReplay.Add(_index, graph, type, body, identity, _ => { }) is { } why)
                    return StoreErrors.Damaged(options.PathOf(place.Segment), place.Offset, why);
                _records++;
            }
            _intact = place.End;
            Advance(_fileStart + place.End);
            return null;
        }
    }

    // Opening the graph believes its ids, and what is said of who follows whom.
    private SyncError? IndexDamage()
    {
        var index = GraphOpening.ReadIndex(options, graph, identity);
        for (var ordinal = 0; ordinal < Math.Min(index?.Count ?? 0, _index.Count); ordinal++)
        {
            if (index!.AddressOf(ordinal) != _index.AddressOf(ordinal) || index.PriorityAt(ordinal) != _index.PriorityAt(ordinal))
                return StoreErrors.Damaged(IndexFile, 0, $"it says that command {ordinal} is {index.AddressOf(ordinal)}, {index.PriorityAt(ordinal)}; it is {_index.AddressOf(ordinal)}, {_index.PriorityAt(ordinal)}");
        }
        return index?.DifferenceFrom(_index) is { } differs and >= 0
            ? StoreErrors.Damaged(IndexFile, 0, $"what it says of what the command {differs} follows is not so")
            : null;
    }

    private string IndexFile => Path.ChangeExtension(options.PathOf(1), IndexLog.Extension);

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

    private VerifyReport Report(SyncError? damage, string? file, long offset) =>
        new(graph, _records, _index.Count, _done, 0, damage, file, offset);
}
