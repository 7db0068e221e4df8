namespace ActorSync.Storage;

/// <summary>What a record log is made of and how it flushes.</summary>
internal sealed record LogOptions
{
    public required IFileSystem Files { get; init; }

    public required WriterPool Writers { get; init; }

    public required string Folder { get; init; }

    public required LogKind Kind { get; init; }

    /// <summary>How the names of its files end, so that two logs may share a folder.</summary>
    public string Extension { get; init; } = ".log";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public FsyncMode Fsync { get; init; } = FsyncMode.Always;

    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>The salt of a log that is made now; drawn at random unless given, for files that must come out the same.</summary>
    public ulong? Salt { get; init; }

    /// <summary>Whether the log may have lost its first files, because newer ones replace them.</summary>
    public bool IsReplaceable { get; init; }

    /// <summary>Whether a log of which no file is there is made when it is opened; else it is damaged.</summary>
    public bool MayBegin { get; init; }

    /// <summary>Bytes below which a log of which one record can replace all before is left to grow.</summary>
    public int CompactBytes { get; init; } = StateLog.MinCompactBytes;

    /// <summary>
    /// The type of the record that a file begins with which stands in place of all files before; null when that cannot be told.
    /// </summary>
    public byte? ReplacingType { get; init; }

    /// <summary>
    /// Called when the log was walked over and before anything of it is changed. An error leaves it as it is.
    /// </summary>
    public Func<LogFound, SyncError?> Walked { get; init; } = _ => null;

    public string PathOf(uint segment) => Path.Combine(Folder, $"{segment:x8}{Extension}");
}

/// <summary>Where a record is.</summary>
/// <param name="Segment">Number of the file.</param>
/// <param name="Offset">Where its head begins in the file, in bytes.</param>
/// <param name="Length">Bytes of head and body.</param>
internal readonly record struct RecordPlace(uint Segment, long Offset, int Length)
{
    public long End => Offset + Length;
}

/// <summary>A place between two records: what lies before it belongs together.</summary>
/// <param name="Segment">Number of the file; 0 stands before the first.</param>
/// <param name="Length">Bytes of that file.</param>
internal readonly record struct LogPosition(uint Segment, long Length);

/// <summary>
/// Takes one record of a log that is walked over, closing marks included. The body is valid during the call only. An
/// error stops the walk.
/// </summary>
internal delegate SyncError? RecordVisitor(RecordPlace place, byte type, ReadOnlyMemory<byte> body);
