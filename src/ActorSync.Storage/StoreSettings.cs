namespace ActorSync.Storage;

/// <summary>When what was written is flushed to the disk, named in docs/storage.md for what each risks.</summary>
public enum FsyncMode
{
    /// <summary>Before a commit is acknowledged. Nothing acknowledged is lost, whatever ends: process, system or power.</summary>
    Always = 0,

    /// <summary>Some time after. A system or power failure loses what was acknowledged in that time; the end of the process loses nothing.</summary>
    Interval = 1,

    /// <summary>When the system likes, and when a file is full or closed. A system or power failure loses what it had not yet written, which may be minutes.</summary>
    Never = 2,
}

/// <summary>How far the opening of a graph is.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="DoneBytes">Bytes of its log that were read and hashed.</param>
/// <param name="TotalBytes">Bytes that have to be.</param>
/// <param name="Left">The time that the rest will take at this rate.</param>
public sealed record OpeningProgress(Graphs.GraphId Graph, long DoneBytes, long TotalBytes, TimeSpan Left);

/// <summary>How a node's store works. Immutable; <see cref="Check"/> says what is out of range.</summary>
public sealed record StoreSettings
{
    public const int MinSegmentBytes = 4 << 10;
    public const int MaxSegmentBytes = 1 << 30;
    public const int MaxWriterThreads = 64;
    public const int DefaultCheckpointCommands = 2048;

    /// <summary>The data folder; made when it is not there.</summary>
    public required string Folder { get; init; }

    public FsyncMode Fsync { get; init; } = FsyncMode.Always;

    /// <summary>With <see cref="FsyncMode.Interval"/>: the longest time from a write to its flush.</summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes after which a log goes on in a new file. A record larger than that gets a file of its own.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of commands that all graphs together keep in memory beside each graph's newest.</summary>
    public long CacheBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes of a graph's snapshot of facts, which is read as a whole; past it none is written, and the facts are rebuilt
    /// from the commands when the graph is opened.
    /// </summary>
    public int MaxSnapshotBytes { get; init; } = 256 << 20;

    /// <summary>Threads that write and flush: as many graphs can wait for the disk at once.</summary>
    public int WriterThreads { get; init; } = 4;

    /// <summary>
    /// Commands of a graph after which its index on the disk goes on: about as many, and those of the newest 64 KiB, are
    /// hashed when the graph is opened. 36 bytes a command and up are written for it.
    /// </summary>
    public int CheckpointCommands { get; init; } = DefaultCheckpointCommands;

    /// <summary>Hears of graphs whose opening takes its time, because their commands are hashed: every two seconds.</summary>
    public IProgress<OpeningProgress>? Opening { get; init; }

    /// <summary>Pairs of peer and graph whose acked heads are remembered; past it the least recently used is forgotten.</summary>
    public int MaxKnownPairs { get; init; } = 16_384;

    /// <summary>The longest time that newly acked heads stay in memory only.</summary>
    public TimeSpan KnowledgeDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes below which the log of a state is left to grow.</summary>
    internal int StateCompactBytes { get; init; } = StateLog.MinCompactBytes;

    /// <summary>Null, or which setting cannot be used and what it may be.</summary>
    public SyncError? Check()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            return Wrong(nameof(Folder), "a path");
        if (!Enum.IsDefined(Fsync))
            return Wrong(nameof(Fsync), "always, interval or never");
        if (FsyncInterval < TimeSpan.FromMilliseconds(1) || FsyncInterval > TimeSpan.FromHours(1))
            return Wrong(nameof(FsyncInterval), "between 1 ms and 1 h");
        if (SegmentBytes is < MinSegmentBytes or > MaxSegmentBytes)
            return Wrong(nameof(SegmentBytes), $"between {MinSegmentBytes} and {MaxSegmentBytes} bytes");
        if (CacheBytes < 0)
            return Wrong(nameof(CacheBytes), "0 bytes or more");
        if (MaxSnapshotBytes is < 0 or > 1 << 30)
            return Wrong(nameof(MaxSnapshotBytes), $"between 0 and {1 << 30} bytes");
        if (WriterThreads is < 1 or > MaxWriterThreads)
            return Wrong(nameof(WriterThreads), $"between 1 and {MaxWriterThreads}");
        if (CheckpointCommands < 1)
            return Wrong(nameof(CheckpointCommands), "1 or more");
        if (MaxKnownPairs is < 1 or > 1 << 20)
            return Wrong(nameof(MaxKnownPairs), $"between 1 and {1 << 20}");
        if (KnowledgeDelay < TimeSpan.FromMilliseconds(1) || KnowledgeDelay > TimeSpan.FromHours(1))
            return Wrong(nameof(KnowledgeDelay), "between 1 ms and 1 h");
        return null;
    }

    private static SyncError Wrong(string name, string allowed) =>
        new(SyncErrorKind.InvalidRequest, $"the store setting {name} must be {allowed}");
}
