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
    private readonly GraphIndex _index;
    private readonly IndexLog _checkpoints;
    private readonly Lazy<Task<bool>> _closed;
    private readonly LogOptions _options;
    private Task<SyncError?> _lastAppend = Task.FromResult<SyncError?>(null);
    private bool _hasTail;
    private SyncError? _damage;

    private GraphLog(LogOptions options, GraphId graph, RecordLog log, GraphOpening opening, BlockCache cache, FactFile facts)
    {
        Graph = graph;
        _options = options;
        _facts = facts;
        _facts.Durable = DurableAsync;
        _log = log;
        _map = opening.Map;
        _index = opening.Index;
        _checkpoints = opening.Checkpoints;
        _cache = cache;
        _closed = new Lazy<Task<bool>>(CloseAsync);
        _log.StartAt(_map.Count);
        _log.Committed = OnCommitted;
        _log.Flushed = _checkpoints.Advance;
        // What was found was flushed when the log was opened.
        _checkpoints.Advance();
    }

    public GraphId Graph { get; }

    /// <summary>The file of a snapshot of the graph's facts.</summary>
    public IFactStore Facts => _facts;

    public long TornBytes => _log.TornBytes;

    public SyncError? Damage => Volatile.Read(ref _damage);

    /// <summary>Whether it was asked to close.</summary>
    public bool IsClosing => _closed.IsValueCreated || _log.IsClosing;

    /// <summary>Closes it, unless that is under way; whether all of it is on the disk.</summary>
    public Task<bool> Closed => _closed.Value;

    public (uint Segment, long Length) CommittedEnd => _log.CommittedEnd;

    /// <summary>Where it ends; on the disk once it is closed.</summary>
    public LogEnd End => new(_log.Salt, CommittedEnd.Segment, CommittedEnd.Length);

    /// <summary>Makes the log of a graph, with its init command durable, in a folder that is there and empty.</summary>
    public static async Task<SyncError?> CreateAsync(LogOptions options, Command init)
    {
        if (!RecordLog.Create(options).TryGet(out var log, out var error))
            return error;
        error = await log.AppendAsync(CommandBatch.RecordType, CommandBatch.Encode([init])!).ConfigureAwait(false);
        await log.CloseAsync().ConfigureAwait(false);
        return error ?? log.CloseFailure;
    }

    /// <summary>
    /// Opens the log of a graph. Commands that its index on the disk does not cover are hashed, and checked against those
    /// before them.
    /// </summary>
    public static Result<(GraphLog Log, GraphIndex Index)> Open(
        LogOptions options, GraphId graph, BlockCache cache, ICommandIdentity? identity, FactFile facts, int checkpointCommands = StoreSettings.DefaultCheckpointCommands,
        IProgress<OpeningProgress>? progress = null)
    {
        var opening = new GraphOpening(options, graph, identity, checkpointCommands, progress);
        return opening.Run().TryGet(out var log, out var error) ? (new GraphLog(options, graph, log, opening, cache, facts), opening.Index) : error;
    }

    /// <summary>Ends when what is under way of the index is written.</summary>
    internal Task IndexWriting => _checkpoints.Writing;

    public Task<SyncError?> AppendAsync(int first, IReadOnlyList<Command> commands)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfZero(commands.Count);
        if (!IsIndexed(first, commands))
            _checkpoints.Stop();
        return CommandBatch.Encode(commands) is { } record
            ? _lastAppend = _log.AppendAsync(CommandBatch.RecordType, record, commands.Count, first)
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
            : throw DamageAt(block, offset, $"the command {ordinal} is not whole");
    }

    public async ValueTask DisposeAsync() => await Closed.ConfigureAwait(false);

    private async Task<bool> CloseAsync()
    {
        await _facts.CloseAsync().ConfigureAwait(false);
        var isFlushed = await _log.CloseAsync().ConfigureAwait(false);
        await _checkpoints.CloseAsync().ConfigureAwait(false);
        return isFlushed;
    }

    // What is asked for was committed already, or begun before: then the last append that was begun says how it ends.
    private async Task<SyncError?> DurableAsync(int commands)
    {
        if (await _lastAppend.ConfigureAwait(false) is { } failed)
            return failed;
        if (_map.Count < commands)
            return new SyncError(SyncErrorKind.StoreFailed, $"the graph {Graph} has {_map.Count} commands, and {commands} are asked for");
        // All files but the newest were flushed when the one behind them was made.
        return _options.Fsync == FsyncMode.Always ? null : await _log.FlushAsync().ConfigureAwait(false);
    }

    // The index belongs to the caller from the opening on: what is written of it must be what is appended.
    private bool IsIndexed(int first, IReadOnlyList<Command> commands)
    {
        if (_index.Count < first + commands.Count)
            return false;
        for (var i = 0; i < commands.Count; i++)
        {
            if (_index.IdOf(first + i) != commands[i].Id)
                return false;
        }
        return true;
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
                    throw DamageAt(block, 0, "the file is shorter than it was");
            }
            catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
            {
                throw new SyncException(StoreErrors.Failed("reading", _log.PathOf(block.Segment), failure), failure);
            }
            if (block.FindDamage(data, _log.SeedOf(block.Segment)) is >= 0 and var at)
                throw DamageAt(block, at, "no intact record is there any more");
            block.Data = data;
            _cache.Add(block);
            return data;
        }
    }

    private SyncException DamageAt(Block block, int at, string why)
    {
        var damage = StoreErrors.Damaged(_log.PathOf(block.Segment), block.Offset + at, why);
        Interlocked.CompareExchange(ref _damage, damage, null);
        return new SyncException(damage);
    }
}
