using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// The steps from a graph's files to its index: what the index's log says is taken over, what the graph's log holds
/// behind that is hashed and checked. An index that is not there, not intact or not this log's is deleted, and every
/// command is hashed.
/// </summary>
internal sealed class GraphOpening(
    LogOptions options, GraphId graph, ICommandIdentity? identity, int checkpointCommands, IProgress<OpeningProgress>? progress = null)
{
    private readonly OpeningMeter _meter = new(options, graph, progress);
    private LogFound? _found;
    private int _foundBlocks;
    private bool _isPacked;

    public GraphIndex Index { get; private set; } = null!;

    public CommandMap Map { get; private set; } = null!;

    /// <summary>What goes on writing the index; there once the log is open.</summary>
    public IndexLog Checkpoints { get; private set; } = null!;

    private LogOptions IndexOptions => options with { Kind = LogKind.Index, Extension = IndexLog.Extension, Fsync = FsyncMode.Never };

    /// <summary>What the index on the disk says, if it would be believed; nothing is changed.</summary>
    public static GraphIndex? ReadIndex(LogOptions options, GraphId graph, ICommandIdentity? identity)
    {
        var opening = new GraphOpening(options, graph, identity, int.MaxValue);
        opening.Begin();
        return opening.Find() is null ? null : opening.Index;
    }

    /// <summary>Why the index on the disk, being there, would not be believed, in words; null when it would. Nothing is changed.</summary>
    public static string? FaultOfIndex(LogOptions options, GraphId graph, ICommandIdentity? identity)
    {
        var opening = new GraphOpening(options, graph, identity, int.MaxValue);
        if (LogOpening.Segments(opening.IndexOptions) is not [var first, ..])
            return null;
        opening.Begin();
        var path = opening.IndexOptions.PathOf(first);
        if (!LogOpening.Walk(opening.IndexOptions, opening.Read).TryGet(out var found, out var damage))
            return Harmless(StoreErrors.Bare(damage));
        if (found is null)
            return Harmless($"{path} has no header");
        if (found.TornBytes > 0)
            return Harmless($"{opening.IndexOptions.PathOf(found.LastSegment)} ends with {found.TornBytes} bytes that are no whole record");
        return ReadIndex(options, graph, identity) is not null ? null : Harmless($"{path} is not that of this log");

        static string Harmless(string what) => $"{what}; nothing is lost: the index is made anew when the graph is opened";
    }

    /// <summary>
    /// How many commands the index on the disk knows of, whether or not they are still there; 0 when it is not intact, or of
    /// another log.
    /// </summary>
    public static int CountIndexed(LogOptions options, GraphId graph, ICommandIdentity? identity)
    {
        var opening = new GraphOpening(options, graph, identity, int.MaxValue);
        opening.Begin();
        return LogOpening.Walk(opening.IndexOptions, opening.Read).TryGet(out var found, out _) && found is not null && opening.HasSalt(found.Salt) ? opening.Map.Count : 0;
    }

    /// <summary>Opens the log. The error is StoreDamaged or StoreFailed.</summary>
    public Result<RecordLog> Run()
    {
        try
        {
            var start = Restore();
            _meter.Begin(start);
            var opened = RecordLog.Open(options with { Walked = Walked }, Visit, start);
            if (opened.TryGet(out var log, out _))
                Checkpoints = new IndexLog(IndexOptions with { Salt = log.Salt }, Index, Map, _found, _foundBlocks, checkpointCommands);
            return opened;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("opening the log in", options.Folder, failure);
        }
    }

    // Where the part of the log begins that the index does not cover.
    private LogPosition Restore()
    {
        Begin();
        _found = Find();
        if (_found is null)
        {
            Begin();
            // Before anything is appended: what the log comes to hold where this index ends may be something else.
            Discard(IndexOptions);
        }
        _foundBlocks = Map.BlockCount;
        return Map.Newest is { } last ? new LogPosition(last.Segment, last.End) : default;
    }

    private LogFound? Find()
    {
        try
        {
            if (!LogOpening.Walk(IndexOptions, Read).TryGet(out var found, out _) || found is null)
                return null;
            Index.Settle();
            return new IndexCheck(options, graph, identity, Index, Map).Agrees(found.Salt) ? found : null;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return null;
        }
    }

    private bool HasSalt(ulong salt) => LogOpening.Segments(options).Any(segment =>
    {
        using var file = options.Files.Open(options.PathOf(segment), write: false);
        return LogOpening.ReadHeader(file, options.Kind, segment, out var header) is null && header.Salt == salt;
    });

    private void Begin() => (Index, Map) = (new GraphIndex((ulong)Random.Shared.NextInt64()), new CommandMap());

    private static void Discard(LogOptions index)
    {
        var segments = LogOpening.Segments(index);
        foreach (var segment in segments)
            index.Files.DeleteFile(index.PathOf(segment));
        if (segments.Count > 0)
            index.Files.FlushFolder(index.Folder);
    }

    private SyncError? Read(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
    {
        // What was restored as it stood is settled at the end: nothing can be built upon it before.
        _isPacked |= type == PackedIndexRecord.RecordType;
        var isRead = type switch
        {
            RecordFormat.ClosedType => true,
            IndexRecord.RecordType => !_isPacked && IndexRecord.TryRead(body.Span, Index, Map),
            PackedIndexRecord.RecordType => PackedIndexRecord.TryRead(body.Span, Index, Map),
            _ => false,
        };
        return isRead ? null : StoreErrors.Damaged(IndexOptions.PathOf(place.Segment), place.Offset, "it is no part of an index");
    }

    private SyncError? Walked(LogFound found) => Index.Count == 0
        ? StoreErrors.Damaged(options.PathOf(1), RecordFormat.SegmentHeaderSize, "the graph has no init command")
        : options.Walked(found);

    private SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
    {
        if (type == RecordFormat.ClosedType)
            return null;
        _meter.Add(place.Length);
        var block = Map.BlockFor(place, isNewest: Map.BlockCount > _foundBlocks);
        block.Length = (int)(place.End - block.Offset);
        var start = place.Offset + RecordFormat.HeadSize - block.Offset;
        return GraphReplay.Add(Index, graph, type, body, identity, offset => Map.Add(start + offset)) is { } why
            ? StoreErrors.Damaged(options.PathOf(place.Segment), place.Offset, why)
            : null;
    }
}
