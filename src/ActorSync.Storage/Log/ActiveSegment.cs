using System.Buffers;

namespace ActorSync.Storage;

/// <summary>
/// The last file of a log, the one that is appended to. Used by one thread at a time.
/// <para>
/// Three lengths matter: what was <em>accepted</em> (acknowledged, or about to be), what of it is <em>durable</em>
/// (flushed), and what lies in the file, which after a failure may be more. Once a write or a flush has failed nothing
/// beyond the durable length is trusted: a failed flush may have dropped pages that the system still shows. The file is
/// then opened again, cut to the accepted length, and what is accepted but not durable is checked, written once more and
/// flushed, before anything else is written.
/// </para>
/// </summary>
internal sealed class ActiveSegment : IDisposable
{
    private const int BufferBytes = 256 << 10;

    private readonly IFileSystem _files;
    private readonly uint _seed;
    private IFile _file;
    private bool _isSuspect;

    private ActiveSegment(IFileSystem files, IFile file, uint number, uint seed, long length)
    {
        _files = files;
        _file = file;
        _seed = seed;
        Number = number;
        Length = length;
        Durable = length;
    }

    public uint Number { get; }

    /// <summary>Bytes accepted.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes known to be on the disk.</summary>
    public long Durable { get; private set; }

    /// <summary>Whether a write or a flush has failed since it was brought in step.</summary>
    public bool IsSuspect => _isSuspect;

    public string Path => _file.Path;

    /// <summary>Makes the file, with its header and its name on the disk when it returns.</summary>
    /// <param name="options">The log.</param>
    /// <param name="number">Which file of it.</param>
    /// <param name="salt">The log's salt.</param>
    /// <param name="before">Bytes of the file before; 0 of the first.</param>
    public static ActiveSegment Create(LogOptions options, uint number, ulong salt, long before)
    {
        var file = options.Files.Create(options.PathOf(number));
        try
        {
            var header = new byte[RecordFormat.SegmentHeaderSize];
            RecordFormat.WriteSegmentHeader(header, options.Kind, number, new SegmentHeader(salt, (uint)before));
            file.Write(0, header);
            file.Flush();
            options.Files.FlushFolder(options.Folder);
            return new ActiveSegment(options.Files, file, number, RecordFormat.Seed(salt, number), header.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the file to go on at its end, or in place of its closing mark. It is flushed first: whoever wrote it may not
    /// have come to that.
    /// </summary>
    public static ActiveSegment Open(LogOptions options, LogFound found)
    {
        var file = options.Files.Open(options.PathOf(found.LastSegment), write: true);
        try
        {
            file.Flush();
            return new ActiveSegment(options.Files, file, found.LastSegment, RecordFormat.Seed(found.Salt, found.LastSegment), found.End.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes records behind each other; they count once <see cref="Accept"/> is called.</summary>
    /// <returns>Where the last one ends.</returns>
    public long Write(ReadOnlySpan<PendingRecord> records)
    {
        Repair();
        _isSuspect = true;
        var at = Length;
        foreach (var record in records)
        {
            RecordFormat.WriteHead(record.Bytes, record.Type, (uint)Durable, _seed, (uint)at);
            at += record.Bytes.Length;
        }
        if (records.Length == 1)
            _file.Write(Length, records[0].Bytes);
        else
            WriteGathered(records);
        _isSuspect = false;
        return at;
    }

    /// <summary>Counts what was written up to there as part of the log.</summary>
    public void Accept(long length) => Length = length;

    /// <summary>Flushes all that was written up to <paramref name="length"/>.</summary>
    public void Flush(long length)
    {
        Repair();
        if (Durable == length)
            return;
        _isSuspect = true;
        _file.Flush();
        _isSuspect = false;
        Durable = length;
    }

    /// <summary>Cuts the closing mark that the file was opened with; durable when it returns.</summary>
    public void CutMark()
    {
        _isSuspect = true;
        Repair();
    }

    /// <summary>Brings file and accepted length in step again after a failure. It throws while the failure goes on.</summary>
    public void Repair()
    {
        if (!_isSuspect)
            return;
        var file = _files.Open(_file.Path, write: true);
        _file.Dispose();
        _file = file;
        if (_file.Length > Length)
            _file.Truncate(Length);
        WriteAgain();
        _file.Flush();
        Durable = Length;
        _isSuspect = false;
    }

    public void Dispose() => _file.Dispose();

    // Small records share a write.
    private void WriteGathered(ReadOnlySpan<PendingRecord> records)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var (at, buffered) = (Length, 0);
            foreach (var record in records)
            {
                if (buffered + record.Bytes.Length > BufferBytes)
                    WriteBuffered();
                if (record.Bytes.Length > BufferBytes)
                {
                    _file.Write(at, record.Bytes);
                    at += record.Bytes.Length;
                    continue;
                }
                record.Bytes.CopyTo(buffer, buffered);
                buffered += record.Bytes.Length;
            }
            WriteBuffered();

            void WriteBuffered()
            {
                if (buffered > 0)
                    _file.Write(at, buffer.AsSpan(0, buffered));
                at += buffered;
                buffered = 0;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Pages that a failed flush has marked clean are not written by the next one unless they are made dirty again.
    private void WriteAgain()
    {
        var scan = new SegmentScan(_file, _seed, Durable, Length);
        while (scan.TryNext(out _, out _))
        {
        }
        if (scan.Offset != Length)
            throw new SyncException(StoreErrors.Damaged(Path, scan.Offset, "what was written there is gone after a failed flush"));
        var buffer = new byte[Math.Min(BufferBytes, Length - Durable)];
        for (var at = Durable; at < Length;)
        {
            var read = _file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - at)));
            _file.Write(at, buffer.AsSpan(0, read));
            at += read;
        }
    }
}
