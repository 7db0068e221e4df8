using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;

namespace ActorSync.Storage;

/// <summary>
/// The commands of one graph in a record log, a record for each append. Readers get slices of blocks of about 64 KiB that
/// were checked when they came from the disk, or of what was appended lately; the memory is never reused.
/// </summary>
internal sealed class GraphLog : IGraphStore
{
    private const int SmallestTail = 4 << 10;

    private readonly CommandMap _map;
    private readonly BlockCache _cache;
    private readonly RecordLog _log;
    private readonly FactFile _facts;
    private bool _hasTail;

    private GraphLog(GraphId graph, RecordLog log, CommandMap map, BlockCache cache, FactFile facts)
    {
        Graph = graph;
        _facts = facts;
        _log = log;
        _map = map;
        _cache = cache;
        _log.StartAt(map.Count);
        _log.Committed = OnCommitted;
    }

    public GraphId Graph { get; }

    /// <summary>The file of a snapshot of the graph's facts.</summary>
    public IFactStore Facts => _facts;

    public long TornBytes => _log.TornBytes;

    /// <summary>Whether it was asked to close.</summary>
    public bool IsClosing => _log.IsClosing;

    /// <summary>Ends when it is closed; whether all of it is on the disk.</summary>
    public Task<bool> Closed => _log.Closed;

    public (uint Segment, long Length) CommittedEnd => _log.CommittedEnd;

    /// <summary>Makes the log of a graph, with its init command durable, in a folder that is there and empty.</summary>
    public static async Task<SyncError?> CreateAsync(LogOptions options, Command init)
    {
        if (!RecordLog.Create(options).TryGet(out var log, out var error))
            return error;
        error = await log.AppendAsync(CommandBatch.RecordType, CommandBatch.Encode([init])!).ConfigureAwait(false);
        var flushed = await log.CloseAsync().ConfigureAwait(false);
        return error ?? (flushed ? null : new SyncError(SyncErrorKind.StoreFailed, $"flushing the new graph in {options.Folder} failed; check the disk, then try again"));
    }

    /// <summary>Opens the log of a graph; every command is hashed, and checked against those before it.</summary>
    public static Result<(GraphLog Log, GraphIndex Index)> Open(LogOptions options, GraphId graph, BlockCache cache, ICommandIdentity? identity, FactFile facts)
    {
        var (index, map) = (new GraphIndex((ulong)Random.Shared.NextInt64()), new CommandMap());
        return RecordLog.Open(options with { Walked = Walked }, Visit).TryGet(out var log, out var error)
            ? (new GraphLog(graph, log, map, cache, facts), index)
            : error;

        SyncError? Walked(LogFound found) => index.Count == 0
            ? StoreErrors.Damaged(options.PathOf(1), RecordFormat.SegmentHeaderSize, "the graph has no init command")
            : options.Walked(found);

        SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
        {
            if (type == RecordFormat.ClosedType)
                return null;
            var block = map.BlockFor(place, isNewest: true);
            block.Length = (int)(place.End - block.Offset);
            var start = place.Offset + RecordFormat.HeadSize - block.Offset;
            return GraphReplay.Add(index, graph, type, body, identity, offset => map.Add(start + offset)) is { } why
                ? StoreErrors.Damaged(options.PathOf(place.Segment), place.Offset, why)
                : null;
        }
    }

    public Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfZero(commands.Count);
        return CommandBatch.Encode(commands) is { } record
            ? _log.AppendAsync(CommandBatch.RecordType, record, commands.Count, first)
            : Task.FromResult<SyncError?>(new SyncError(SyncErrorKind.LimitExceeded,
                $"a batch of {commands.Count} commands is over the limit of {RecordFormat.MaxBodyBytes} bytes; commit it in smaller ones"));
    }

    public ReadOnlyMemory<byte> Read(int ordinal)
    {
        var block = _map.Find(ordinal, out var offset);
        var data = block.Data ?? Load(block);
        if (!block.WasUsed)
            block.WasUsed = true;
        return CommandBatch.TryNext(data, ref offset, out var command)
            ? command
            : throw Damage(block, offset, $"the command {ordinal} is not whole");
    }

    public async ValueTask DisposeAsync()
    {
        await _facts.CloseAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
    }

    // On a writer thread, in order. What is there before an offset is published is never changed after.
    private void OnCommitted(RecordPlace place, PendingRecord record)
    {
        var tail = _hasTail ? _map.Newest : null;
        var block = _map.BlockFor(place, _hasTail);
        if (block != tail && tail is not null)
            _cache.Add(tail);
        _hasTail = true;
        var start = (int)(place.Offset - block.Offset);
        Append(block, start, record.Bytes);
        block.Length = start + place.Length;
        var body = record.Bytes.AsMemory(RecordFormat.HeadSize);
        _ = CommandBatch.TryCount(body.Span, out var count, out var at);
        for (var i = 0; i < count; i++)
        {
            _map.Add(start + RecordFormat.HeadSize + at);
            _ = CommandBatch.TryNext(body, ref at, out _);
        }
    }

    // A growing block moves to a larger array; readers of the old one keep it.
    private static void Append(Block block, int start, byte[] record)
    {
        var data = block.Data;
        if (start == 0 && record.Length > Block.TargetBytes / 2)
        {
            block.Data = record;
            return;
        }
        if (data is null || data.Length < start + record.Length)
        {
            var grown = new byte[Math.Min(Block.TargetBytes, Math.Max(SmallestTail, 2 * (start + record.Length)))];
            data?.AsSpan(0, start).CopyTo(grown);
            data = grown;
        }
        record.CopyTo(data, start);
        block.Data = data;
    }

    private byte[] Load(Block block)
    {
        lock (block)
        {
            if (block.Data is { } there)
                return there;
            var data = new byte[block.Length];
            try
            {
                if (_log.Read(block.Segment, block.Offset, data) < data.Length)
                    throw Damage(block, 0, "the file is shorter than it was");
            }
            catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
            {
                throw new SyncException(StoreErrors.Failed("reading", _log.PathOf(block.Segment), failure), failure);
            }
            Check(block, data);
            block.Data = data;
            _cache.Add(block);
            return data;
        }
    }

    private void Check(Block block, byte[] data)
    {
        var seed = _log.SeedOf(block.Segment);
        for (var at = 0; at < data.Length;)
        {
            var record = data.AsSpan(at);
            if (!RecordFormat.TryReadHead(record, seed, (uint)(block.Offset + at), out var head)
                || head.Length > record.Length - RecordFormat.HeadSize
                || !RecordFormat.IsBodyIntact(record, head))
                throw Damage(block, at, "no intact record is there any more");
            at += RecordFormat.HeadSize + head.Length;
        }
    }

    private SyncException Damage(Block block, int at, string why) =>
        new(StoreErrors.Damaged(_log.PathOf(block.Segment), block.Offset + at, why));
}
