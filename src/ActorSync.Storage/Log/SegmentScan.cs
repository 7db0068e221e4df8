namespace ActorSync.Storage;

/// <summary>Walks the records of one segment file forward, through a window of memory that it owns.</summary>
internal sealed class SegmentScan
{
    private const int WindowBytes = 1 << 20;

    private readonly IFile _file;
    private readonly uint _seed;
    private byte[] _window;
    private long _windowStart;
    private int _windowLength;

    /// <param name="file">The segment file.</param>
    /// <param name="seed">See <see cref="RecordFormat.Seed"/>.</param>
    /// <param name="start">Where a record begins.</param>
    /// <param name="end">Where to stop: no byte from here on is looked at.</param>
    public SegmentScan(IFile file, uint seed, long start, long end)
    {
        _file = file;
        _seed = seed;
        _window = new byte[Math.Min(WindowBytes, Math.Max(end - start, RecordFormat.HeadSize))];
        _windowStart = start;
        Offset = start;
        End = end;
    }

    /// <summary>Where the next record begins.</summary>
    public long Offset { get; private set; }

    public long End { get; }

    /// <summary>
    /// Reads the next record; false at the end, and where the bytes are no intact record. The body stays valid until the
    /// next call.
    /// </summary>
    public bool TryNext(out RecordHead head, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (!TryReadAt(Offset, out head))
            return false;
        body = _window.AsMemory((int)(Offset - _windowStart) + RecordFormat.HeadSize, head.Length);
        Offset += RecordFormat.HeadSize + head.Length;
        return true;
    }

    /// <summary>Moves on from bad bytes to the next place where an intact record begins; false when none does.</summary>
    public bool TrySkip()
    {
        for (var at = Offset + 1; at + RecordFormat.HeadSize <= End; at++)
        {
            if (!TryReadAt(at, out _))
                continue;
            Offset = at;
            return true;
        }
        return false;
    }

    /// <summary>
    /// Whether a record somewhere behind the bad bytes at <see cref="Offset"/> shows that these were on the disk when
    /// it was written. If so they were damaged later; if not they may never have been whole.
    /// </summary>
    public bool WasDurable()
    {
        var bad = Offset;
        for (var at = bad + 1; at + RecordFormat.HeadSize <= End; at++)
        {
            if (TryReadAt(at, out var head) && head.Durable > bad)
                return true;
        }
        return false;
    }

    private bool TryReadAt(long offset, out RecordHead head)
    {
        head = default;
        return TryFill(offset, RecordFormat.HeadSize)
            && RecordFormat.TryReadHead(Window(offset, RecordFormat.HeadSize), _seed, (uint)offset, out head)
            && TryFill(offset, RecordFormat.HeadSize + head.Length)
            && RecordFormat.IsBodyIntact(Window(offset, RecordFormat.HeadSize + head.Length), head);
    }

    private ReadOnlySpan<byte> Window(long offset, int length) => _window.AsSpan((int)(offset - _windowStart), length);

    private bool TryFill(long offset, int length)
    {
        if (offset >= _windowStart && offset + length <= _windowStart + _windowLength)
            return true;
        if (offset + length > End)
            return false;
        if (_window.Length < length)
            _window = new byte[length];
        _windowStart = offset;
        _windowLength = _file.Read(offset, _window.AsSpan(0, (int)Math.Min(_window.Length, End - offset)));
        return _windowLength >= length;
    }
}
