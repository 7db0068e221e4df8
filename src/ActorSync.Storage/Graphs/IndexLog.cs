using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Writes the index of a graph behind its log: whenever enough commands are on the disk, a record says of them what
/// opening the graph needs to know, so that only what came later is read and hashed then. It holds up no commit, and what
/// fails here costs time at the next opening and nothing else.
/// <para>
/// A record covers whole blocks that were flushed, never the newest: what it says can neither be torn nor change. Its own
/// log is not flushed; what a crash takes of it is taken from its end.
/// </para>
/// </summary>
/// <param name="options">The index's log.</param>
/// <param name="index">The graph's index.</param>
/// <param name="map">Where its commands are.</param>
/// <param name="found">What of it is there and agrees; null when it is to be made.</param>
/// <param name="foundBlocks">Blocks that it covers.</param>
/// <param name="every">Commands in a record, at least.</param>
internal sealed class IndexLog(LogOptions options, GraphIndex index, CommandMap map, LogFound? found, int foundBlocks, int every)
{
    /// <summary>How the names of its files end.</summary>
    public const string Extension = ".idx";

    private readonly Lock _gate = new();
    private RecordLog? _log;
    private Task _writing = Task.CompletedTask;
    private int _flushedBlocks;
    private int _writtenBlocks = foundBlocks;
    private bool _isWriting;
    private bool _isStopped;

    /// <summary>Ends when what is under way is written; it does not fail.</summary>
    public Task Writing
    {
        get
        {
            lock (_gate)
                return _writing;
        }
    }

    /// <summary>All commands in the map are on the disk. Called on a writer thread, or before the graph is given out.</summary>
    public void Advance()
    {
        lock (_gate)
        {
            _flushedBlocks = Math.Max(0, map.BlockCount - 1);
            if (_isWriting || !IsDue)
                return;
            _isWriting = true;
            _writing = Task.Run(WriteAsync);
        }
    }

    /// <summary>The index that was given is not that of the commands any more: nothing is written from now on.</summary>
    public void Stop()
    {
        lock (_gate)
            _isStopped = true;
    }

    /// <summary>Finishes what is under way; after the graph's log is closed.</summary>
    public async Task CloseAsync()
    {
        await Writing.ConfigureAwait(false);
        if (_log is not null)
            await _log.CloseAsync().ConfigureAwait(false);
    }

    private bool IsDue => !_isStopped && _flushedBlocks > _writtenBlocks
        && map.BlockAt(_flushedBlocks).First - map.BlockAt(_writtenBlocks).First >= every;

    private async Task WriteAsync()
    {
        while (Next() is { } blocks)
        {
            var error = Open() ?? await AppendAsync(blocks).ConfigureAwait(false);
            lock (_gate)
            {
                if (error is null)
                    _writtenBlocks += blocks;
                else
                    // The next flush tries again.
                    _isWriting = false;
            }
            if (error is not null)
                return;
        }
    }

    // How many blocks the next record covers.
    private int? Next()
    {
        lock (_gate)
        {
            _isWriting = IsDue;
            if (!_isWriting)
                return null;
            var (first, end) = (map.BlockAt(_writtenBlocks).First, _writtenBlocks + 1);
            while (map.BlockAt(end).First - first < every)
                end++;
            return end - _writtenBlocks;
        }
    }

    private SyncError? Open()
    {
        SyncError? error = null;
        if (_log is null && !(found is null ? RecordLog.Create(options) : RecordLog.Continue(options, found)).TryGet(out _log, out error))
            _log = null;
        return error;
    }

    private Task<SyncError?> AppendAsync(int blocks) =>
        _log!.AppendAsync(PackedIndexRecord.RecordType, PackedIndexRecord.Encode(index, map, _writtenBlocks, blocks));
}
