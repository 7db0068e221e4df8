namespace ActorSync.Storage;

/// <summary>
/// An append-only log of records over segment files, the one primitive of all stores here (docs/storage.md).
/// <para>
/// Appends are queued; a writer thread takes all that wait, writes them, flushes once and ends their tasks: group commit
/// without a timer, so that one append costs a write and a flush and many share one. Where no flush is asked for, a small
/// append to a log that is at rest is written by its caller: two changes of threads take longer than the write. When a
/// write or a flush fails, that group and everything queued behind it fails; the next append first brings the file in step
/// again, and works when it can.
/// </para>
/// </summary>
internal sealed partial class RecordLog : IWriterWork, IAsyncDisposable
{
    private const int GroupBytes = 8 << 20;
    private const int SmallBytes = 4 << 10;

    private readonly LogOptions _options;
    private readonly ulong _salt;
    private readonly Lock _gate = new();
    private readonly Queue<PendingRecord> _queue = new();
    private readonly TaskCompletionSource<bool> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer? _timer;
    private readonly LogWriter _writer;
    private (uint Segment, long Length) _committedEnd;
    private long _committedItems;
    private long _queuedItems;
    private bool _isScheduled;
    private bool _isClosing;
    private bool _isFlushDue;
    private bool _isTimerSet;

    private RecordLog(LogOptions options, ulong salt, LogWriter writer)
    {
        _options = options;
        _salt = salt;
        _writer = writer;
        _committedEnd = writer.End;
        if (options.Fsync == FsyncMode.Interval)
            _timer = options.Time.CreateTimer(_ => OnInterval(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Called for each committed record, in order, before its task ends: on a writer thread, or on the one that appends. It
    /// must not throw.
    /// </summary>
    public Action<RecordPlace, PendingRecord>? Committed { get; set; }

    /// <summary>
    /// Called, where <see cref="Committed"/> is, when all that was handed to it so far is on the disk. It must not throw.
    /// </summary>
    public Action? Flushed { get; set; }

    /// <summary>Bytes that were cut when the log was opened.</summary>
    public long TornBytes { get; private init; }

    /// <summary>Ends when the log is closed; whether all of it is on the disk, with its closing mark.</summary>
    public Task<bool> Closed => _closed.Task;

    /// <summary>Why not all of it is on the disk; once it is closed.</summary>
    public SyncError? CloseFailure { get; private set; }

    public bool IsClosing
    {
        get
        {
            lock (_gate)
                return _isClosing;
        }
    }

    /// <summary>How far the log is committed, read by verification: number of the newest file and its bytes.</summary>
    public (uint Segment, long Length) CommittedEnd
    {
        get
        {
            lock (_gate)
                return _committedEnd;
        }
    }

    /// <summary>Makes a log in a folder that is there and holds none.</summary>
    public static Result<RecordLog> Create(LogOptions options)
    {
        try
        {
            var salt = options.Salt ?? LogOpening.DrawSalt();
            var active = ActiveSegment.Create(options, 1, salt, before: 0);
            return new RecordLog(options, salt, new LogWriter(options, salt, active, 1, isMarked: false));
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("making a log in", options.Folder, failure);
        }
    }

    /// <summary>
    /// Opens a log, hands over its records in order from a place where one begins, or all, and cuts a torn tail. A damaged
    /// log stays as it is.
    /// </summary>
    public static Result<RecordLog> Open(LogOptions options, RecordVisitor visit, LogPosition start = default)
    {
        try
        {
            if (!LogOpening.Walk(options, visit, start).TryGet(out var found, out var error))
                return error;
            if (found is null)
                return options.MayBegin ? Create(options) : StoreErrors.Damaged(options.PathOf(LogOpening.FirstOf(options)), 0, "the file is missing or has no header");
            return options.Walked(found) is { } refusal ? refusal : Continue(options, found);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("opening the log in", options.Folder, failure);
        }
    }

    /// <summary>Opens a log that was walked over, to go on where that ended; a torn tail is cut.</summary>
    public static Result<RecordLog> Continue(LogOptions options, LogFound found)
    {
        try
        {
            LogOpening.Cut(options, found);
            var writer = new LogWriter(options, found.Salt, ActiveSegment.Open(options, found), found.FirstSegment, found.Closed);
            return new RecordLog(options, found.Salt, writer) { TornBytes = found.TornBytes };
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("opening the log in", options.Folder, failure);
        }
    }

    /// <summary>Says how many items the log was found to hold; before the first append.</summary>
    public void StartAt(long items) => _committedItems = _queuedItems = items;

    /// <summary>
    /// Begins to append a record. Its task ends when it is committed as the fsync mode means that, or with the reason why
    /// neither it nor any record begun after it and before that report is.
    /// </summary>
    /// <param name="type">What the body is: 1 to 255.</param>
    /// <param name="bytes">Room for the head, and the body behind it. Owned by the log from now on.</param>
    /// <param name="items">How many of what the owner counts are in it.</param>
    /// <param name="firstItem">The number that the owner takes the first of them to get, or -1. When another append has
    /// failed meanwhile it would get another one, and is refused.</param>
    /// <param name="replacesAll">Whether it stands in place of all records before it, whose files are deleted then.</param>
    public Task<SyncError?> AppendAsync(byte type, byte[] bytes, int items = 0, long firstItem = -1, bool replacesAll = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(type);
        if (bytes.Length - RecordFormat.HeadSize > RecordFormat.MaxBodyBytes)
            return Refuse(SyncErrorKind.LimitExceeded, $"a record of {bytes.Length} bytes is over the limit of {RecordFormat.MaxBodyBytes}; commit in smaller batches");
        PendingRecord record;
        lock (_gate)
        {
            if (_isClosing)
                return Refuse(SyncErrorKind.ShuttingDown, $"the log in {_options.Folder} is closed");
            if (firstItem >= 0 && firstItem != _queuedItems)
                return Refuse(SyncErrorKind.StoreFailed, $"the append to {_options.Folder} expects number {firstItem} and would get {_queuedItems}: one before it has failed; read again what is committed");
            record = new PendingRecord(type, bytes, items, replacesAll);
            _queuedItems += items;
            if (_isScheduled || !IsQuick(record))
            {
                _queue.Enqueue(record);
                Schedule();
                return record.Done.Task;
            }
            _isScheduled = true;
        }
        WriteHere(record);
        return record.Done.Task;
    }

    /// <summary>Reads bytes of a committed part of the log.</summary>
    /// <returns>The bytes read: fewer than asked for when the file is shorter.</returns>
    public int Read(uint segment, long offset, Span<byte> destination)
    {
        using var file = _options.Files.Open(_options.PathOf(segment), write: false);
        return file.Read(offset, destination);
    }

    public string PathOf(uint segment) => _options.PathOf(segment);

    public ulong Salt => _salt;

    public uint SeedOf(uint segment) => RecordFormat.Seed(_salt, segment);

    /// <summary>Writes what is queued, flushes, and leaves the closing mark. The task says whether that worked.</summary>
    public Task<bool> CloseAsync()
    {
        lock (_gate)
        {
            if (!_isClosing)
            {
                _isClosing = true;
                Schedule();
            }
        }
        return Closed;
    }

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    bool IWriterWork.Run()
    {
        var group = new List<PendingRecord>();
        bool flush, close;
        lock (_gate)
        {
            TakeGroup(group);
            flush = _isFlushDue;
            close = _isClosing && group.Count == 0;
            _isFlushDue = false;
        }
        if (group.Count > 0)
            Commit(group);
        if (flush)
            FlushLate();
        if (close)
        {
            CloseFile();
            return false;
        }
        lock (_gate)
        {
            _isScheduled = _queue.Count > 0 || _isFlushDue || _isClosing;
            return _isScheduled;
        }
    }

    // A write into the cache of the system that waits for no flush.
    private bool IsQuick(PendingRecord record) =>
        _options.Fsync != FsyncMode.Always && !record.ReplacesAll && record.Bytes.Length <= SmallBytes && _writer.IsQuick(record);

    // As a turn of a writer thread, which takes over what has come meanwhile.
    private void WriteHere(PendingRecord record)
    {
        try
        {
            Commit([record]);
        }
        finally
        {
            lock (_gate)
            {
                _isScheduled = _queue.Count > 0 || _isFlushDue || _isClosing;
                if (_isScheduled)
                    _options.Writers.Enqueue(this);
            }
        }
    }

    private void Schedule()
    {
        if (_isScheduled)
            return;
        _isScheduled = true;
        _options.Writers.Enqueue(this);
    }

    // As many records as wait, fit into one file and are not too many bytes for one turn.
    private void TakeGroup(List<PendingRecord> group)
    {
        long bytes = 0;
        while (_queue.TryPeek(out var next))
        {
            if (group.Count > 0 && (next.ReplacesAll || group[0].ReplacesAll || bytes + next.Bytes.Length > GroupBytes || !_writer.Fits(group[0], bytes + next.Bytes.Length)))
                return;
            bytes += next.Bytes.Length;
            group.Add(_queue.Dequeue());
        }
    }

    private void Commit(List<PendingRecord> group)
    {
        var failure = _writer.Write(group);
        if (failure is not null)
        {
            Fail(group, failure);
            return;
        }
        var (segment, end) = _writer.End;
        // The file before was flushed before this one was made.
        if (segment != _committedEnd.Segment)
            Flushed?.Invoke();
        var at = end - group.Sum(record => (long)record.Bytes.Length);
        foreach (var record in group)
        {
            Committed?.Invoke(new RecordPlace(segment, at, record.Bytes.Length), record);
            at += record.Bytes.Length;
        }
        if (_writer.IsFlushed)
            Flushed?.Invoke();
        lock (_gate)
        {
            _committedEnd = (segment, end);
            _committedItems += group.Sum(record => (long)record.Items);
            if (_timer is not null && !_isTimerSet)
                _isTimerSet = _timer.Change(_options.FsyncInterval, Timeout.InfiniteTimeSpan);
        }
        if (group[0].ReplacesAll)
            _writer.DropReplaced();
        foreach (var record in group)
            record.Done.SetResult(null);
    }

    // Reported under the gate, so that whatever is begun later was begun after the report.
    private void Fail(List<PendingRecord> group, SyncError failure)
    {
        _writer.GiveBack();
        lock (_gate)
        {
            foreach (var record in group)
                record.Done.SetResult(failure);
            while (_queue.TryDequeue(out var record))
                record.Done.SetResult(failure);
            _queuedItems = _committedItems;
        }
    }

    private void OnInterval()
    {
        lock (_gate)
        {
            if (_isClosing)
                return;
            _isTimerSet = false;
            _isFlushDue = true;
            Schedule();
        }
    }

    private void FlushLate()
    {
        var failure = _writer.Flush();
        AnswerFlush(failure);
        if (failure is null)
            Flushed?.Invoke();
        else if (_timer is not null)
        {
            lock (_gate)
                _isTimerSet = _timer.Change(_options.FsyncInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void CloseFile()
    {
        _timer?.Dispose();
        CloseFailure = _writer.Close();
        if (CloseFailure is null)
            Flushed?.Invoke();
        _closed.SetResult(CloseFailure is null);
        AnswerFlush(CloseFailure);
    }

    private static Task<SyncError?> Refuse(SyncErrorKind kind, string message) => Task.FromResult<SyncError?>(new SyncError(kind, message));
}
