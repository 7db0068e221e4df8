using System.Globalization;
using System.Security.Cryptography;

namespace ActorSync.Storage;

/// <summary>What a walk over a log's files found.</summary>
/// <param name="FirstSegment">The oldest file.</param>
/// <param name="LastSegment">The file to go on in.</param>
/// <param name="Length">Bytes of it that are intact.</param>
/// <param name="Salt">The log's salt.</param>
/// <param name="TornBytes">Bytes behind them that are no whole record.</param>
/// <param name="Closed">Whether the log ends with its closing mark.</param>
internal sealed record LogFound(uint FirstSegment, uint LastSegment, long Length, ulong Salt, long TornBytes, bool Closed)
{
    /// <summary>Where the records end, but for the closing mark.</summary>
    public (uint Segment, long Length) End => (LastSegment, Closed ? Length - RecordFormat.HeadSize : Length);

    /// <summary>
    /// Whether the bytes behind the records come from no run of the store: they follow the mark of one that closed it. When it
    /// was not closed since, they may be a commit that overwrote a mark and was never whole.
    /// </summary>
    /// <param name="wasUnclean">Whether the last run did not close the store.</param>
    public bool IsStray(bool wasUnclean) => Closed && !wasUnclean && TornBytes > 0;
}

/// <summary>
/// Walks the files of a log and tells a torn tail from damage. What may be torn is only what was never flushed, and that
/// is always at the end of the last file: a file is flushed before the next one is made, and a record says how much of
/// its file was flushed before it. Everything else that is wrong is damage.
/// </summary>
internal static class LogOpening
{
    /// <summary>
    /// Walks the files from a place where a record begins, or from the first, and hands over the records. It changes nothing.
    /// </summary>
    public static Result<LogFound?> Walk(LogOptions options, RecordVisitor visit, LogPosition start = default)
    {
        var segments = Segments(options);
        var isBegun = !NeedsReplacement(options, segments);
        var walked = Walk(options, segments, Math.Max(0, segments.IndexOf(start.Segment)), Visit, start);
        return walked.Error is null && !isBegun ? Beheaded(options, segments[0]) : walked;

        SyncError? Visit(RecordPlace place, byte type, ReadOnlyMemory<byte> body)
        {
            isBegun |= IsReplacement(options, place, type);
            return visit(place, type, body);
        }
    }

    /// <summary>
    /// Whether the oldest file is there no more, so that one of the others must begin with what stands in its place. It need not
    /// be the first of them: replaced files are deleted one after the other.
    /// </summary>
    public static bool NeedsReplacement(LogOptions options, List<uint> segments) => options.ReplacingType is not null && segments is [not 1, ..];

    /// <summary>Whether the record stands in place of all files before its own.</summary>
    public static bool IsReplacement(LogOptions options, RecordPlace place, byte type) =>
        place.Offset == RecordFormat.SegmentHeaderSize && type == options.ReplacingType;

    /// <summary>The log does not begin with a file that it may begin with.</summary>
    public static SyncError Beheaded(LogOptions options, uint first) =>
        StoreErrors.Damaged(options.PathOf(first - 1), 0, "the file is missing, and none of those behind it stands in its place");

    /// <summary>The number of the oldest file; 1 when there is none.</summary>
    public static uint FirstOf(LogOptions options) => Segments(options) is [var first, ..] ? first : 1;

    /// <summary>
    /// Finds where a log ends: by its closing mark, or else by a walk over its newest file. It changes nothing.
    /// </summary>
    public static Result<LogFound?> FindEnd(LogOptions options)
    {
        var segments = Segments(options);
        if (segments.Count == 0)
            return (LogFound?)null;
        using var newest = options.Files.Open(options.PathOf(segments[^1]), write: false);
        if (FindMark(newest, options.Kind, segments[^1]) is { } found)
            return found with { FirstSegment = segments[0] };
        var from = segments.Count - (IsUnborn(newest) ? 2 : 1);
        return Walk(options, segments, Math.Max(0, from), (_, _, _) => null);
    }

    private static Result<LogFound?> Walk(LogOptions options, List<uint> segments, int from, RecordVisitor visit, LogPosition start = default)
    {
        if (segments.Count == 0)
            return (LogFound?)null;
        if (Gap(options, segments) is { } gap)
            return gap;
        LogFound? found = null;
        for (var i = from; i < segments.Count; i++)
        {
            using var file = options.Files.Open(options.PathOf(segments[i]), write: false);
            var isLast = i == segments.Count - 1;
            if (isLast && IsUnborn(file))
                return found;
            var first = segments[i] == start.Segment ? start.Length : RecordFormat.SegmentHeaderSize;
            if (found is not null && Shortened(options, found, file, segments[i]) is { } shortened)
                return shortened;
            var salt = found?.Salt;
            if (!WalkSegment(file, options.Kind, segments[i], isLast, visit, first, salt: salt).TryGet(out found, out var error))
                return error;
            found = found with { FirstSegment = segments[0] };
        }
        return found;
    }

    // A valid mark at the very end of the newest file: all before it was on the disk when it was written.
    private static LogFound? FindMark(IFile file, LogKind kind, uint segment)
    {
        var at = file.Length - RecordFormat.HeadSize;
        if (at < RecordFormat.SegmentHeaderSize || ReadHeader(file, kind, segment, out var header) is not null)
            return null;
        var scan = new SegmentScan(file, RecordFormat.Seed(header.Salt, segment), at, file.Length);
        return scan.TryNext(out var head, out _) && head.Type == RecordFormat.ClosedType
            ? new LogFound(segment, segment, file.Length, header.Salt, 0, Closed: true)
            : null;
    }

    /// <summary>Numbers of the log's files, ascending.</summary>
    public static List<uint> Segments(LogOptions options)
    {
        var numbers = new List<uint>();
        foreach (var name in options.Files.List(options.Folder))
        {
            if (name.Length == 8 + options.Extension.Length && name.EndsWith(options.Extension, StringComparison.Ordinal)
                && uint.TryParse(name.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }
        numbers.Sort();
        return numbers;
    }

    /// <summary>Cuts what is torn and ends the log with its closing mark; says why that is not on the disk, or null.</summary>
    public static SyncError? Seal(LogOptions options, LogFound found)
    {
        Cut(options, found);
        return new LogWriter(options, found.Salt, ActiveSegment.Open(options, found), found.FirstSegment, found.Closed).Close();
    }

    /// <summary>Cuts what the walk found to be torn, and waits until that is on the disk.</summary>
    public static void Cut(LogOptions options, LogFound found)
    {
        var unborn = options.PathOf(found.LastSegment + 1);
        if (found.TornBytes == 0 && !options.Files.FileExists(unborn))
            return;
        using (var file = options.Files.Open(options.PathOf(found.LastSegment), write: true))
        {
            if (file.Length > found.Length)
                file.Truncate(found.Length);
            file.Flush();
        }
        if (options.Files.FileExists(unborn))
            options.Files.DeleteFile(unborn);
        options.Files.FlushFolder(options.Folder);
    }

    public static ulong DrawSalt()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    /// <summary>
    /// Walks the records of one file from <paramref name="start"/> up to <paramref name="end"/>, or its end. The salt is
    /// that of the files before it, if any.
    /// </summary>
    public static Result<LogFound> WalkSegment(
        IFile file, LogKind kind, uint segment, bool isLast, RecordVisitor visit, long start = RecordFormat.SegmentHeaderSize, long end = long.MaxValue, ulong? salt = null)
    {
        if (ReadHeader(file, kind, segment, out var header) is { } why)
            return StoreErrors.Damaged(file.Path, 0, why);
        if (salt is not null && salt != header.Salt)
            return StoreErrors.Damaged(file.Path, 0, "it is a file of another log");
        end = Math.Min(end, file.Length);
        var scan = new SegmentScan(file, RecordFormat.Seed(header.Salt, segment), start, end);
        var closed = false;
        for (var at = scan.Offset; scan.TryNext(out var head, out var body); at = scan.Offset)
        {
            closed = head.Type == RecordFormat.ClosedType;
            if (visit(new RecordPlace(segment, at, (int)(scan.Offset - at)), head.Type, body) is { } error)
                return error;
        }
        var length = scan.Offset;
        if (length < end && !isLast)
            return StoreErrors.Damaged(file.Path, length, "no intact record is there, and newer files follow");
        if (length < end && scan.WasDurable())
            return StoreErrors.Damaged(file.Path, length, "no intact record is there, and a later record shows that one was");
        return new LogFound(segment, segment, length, header.Salt, end - length, closed);
    }

    /// <summary>
    /// Says that a file has lost its end, or null: the file behind it was made when it was full, and says how long it was.
    /// </summary>
    public static SyncError? Shortened(LogOptions options, LogFound before, IFile next, uint segment) =>
        ReadHeader(next, options.Kind, segment, out var header) is null && header.Before != 0 && header.Before != before.Length
            ? StoreErrors.Damaged(options.PathOf(before.LastSegment), before.Length, $"it ends there and had {header.Before} bytes")
            : null;

    /// <summary>Reads the header of a segment file; says what is wrong with it, or null.</summary>
    public static string? ReadHeader(IFile file, LogKind kind, uint segment, out SegmentHeader segmentHeader)
    {
        Span<byte> header = stackalloc byte[RecordFormat.SegmentHeaderSize];
        return RecordFormat.ReadSegmentHeader(header[..file.Read(0, header)], kind, segment, out segmentHeader);
    }

    // The newest file whose making was cut short: no record can be in it, since its header is flushed first.
    public static bool IsUnborn(IFile file)
    {
        var header = new byte[RecordFormat.SegmentHeaderSize];
        return file.Length <= header.Length && !RecordFormat.IsSegmentHeader(header.AsSpan(0, file.Read(0, header)));
    }

    private static SyncError? Gap(LogOptions options, List<uint> segments)
    {
        if (!options.IsReplaceable && segments[0] != 1)
            return StoreErrors.Damaged(options.PathOf(1), 0, "the file is missing");
        for (var i = 1; i < segments.Count; i++)
        {
            if (segments[i] != segments[i - 1] + 1)
                return StoreErrors.Damaged(options.PathOf(segments[i - 1] + 1), 0, "the file is missing");
        }
        return null;
    }
}
