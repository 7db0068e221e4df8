namespace ActorSync.Storage;

/// <summary>
/// Writes groups of records to the newest file of a log and goes on in new files. Used by one thread at a time; it knows
/// nothing of who waits for what.
/// </summary>
internal sealed class LogWriter(LogOptions options, ulong salt, ActiveSegment active, uint first, bool isMarked)
{
    private ActiveSegment _active = active;
    private uint _first = first;
    private bool _isMarked = isMarked;
    private bool _isRollPending;

    /// <summary>The newest file, and the bytes of it that are accepted.</summary>
    public (uint Segment, long Length) End => (_active.Number, _active.Length);

    /// <summary>Whether all that is accepted is on the disk.</summary>
    public bool IsFlushed => _active.Durable == _active.Length;

    /// <summary>Whether a group that begins with that record and is so many bytes long fits into one file.</summary>
    public bool Fits(PendingRecord first, long bytes) =>
        (MustRoll(first) ? RecordFormat.SegmentHeaderSize : _active.Length) + bytes <= options.SegmentBytes;

    /// <summary>Whether the record takes one write to the newest file, which no failure has left in doubt.</summary>
    public bool IsQuick(PendingRecord record) => !_active.IsSuspect && !MustRoll(record);

    /// <summary>Writes a group of records behind each other in one file, flushed as the mode wants it; or says why not.</summary>
    public SyncError? Write(List<PendingRecord> group) => Try(() =>
    {
        if (MustRoll(group[0]))
            Roll();
        _isMarked = false;
        var end = _active.Write(group);
        if (options.Fsync == FsyncMode.Always || group[0].ReplacesAll)
            _active.Flush(end);
        _active.Accept(end);
    });

    /// <summary>Gives the space of a failed group back, if that can be now; if not, the next write tries again.</summary>
    public void GiveBack() => _ = Try(_active.Repair);

    /// <summary>Flushes what is accepted; says why that failed, and is to be tried again, or null.</summary>
    public SyncError? Flush() => Try(() => _active.Flush(_active.Length));

    /// <summary>Deletes the files before the newest; oldest first, so that what is left after a crash has no gap.</summary>
    public void DropReplaced()
    {
        for (; _first < _active.Number; _first++)
        {
            var path = options.PathOf(_first);
            if (Try(() => options.Files.DeleteFile(path)) is not null)
                return;
        }
    }

    /// <summary>Flushes, leaves the closing mark and lets go of the file; says why not all of it is on the disk, or null.</summary>
    public SyncError? Close()
    {
        var failure = Try(Mark);
        _active.Dispose();
        return failure;
    }

    private void Mark()
    {
        // A mark behind which a newer file may lie could be taken for damage if it were torn.
        if (_isRollPending)
            Roll();
        _active.Flush(_active.Length);
        if (_isMarked)
            return;
        var end = _active.Write([new PendingRecord(RecordFormat.ClosedType, new byte[RecordFormat.HeadSize], 0, false)]);
        _active.Flush(end);
        _active.Accept(end);
    }

    private bool MustRoll(PendingRecord first) => _isRollPending || (_active.Length > RecordFormat.SegmentHeaderSize
        && (first.ReplacesAll || _active.Length + first.Bytes.Length > options.SegmentBytes));

    private void Roll()
    {
        _active.Flush(_active.Length);
        // Without it the loss of the new file would look like a clean end.
        var hasMark = _isMarked;
        _isMarked = false;
        if (hasMark)
            _active.CutMark();
        // Once the new file may be there the old one takes no more: only the newest may have a torn tail.
        _isRollPending = true;
        var next = ActiveSegment.Create(options, _active.Number + 1, salt, _active.Length);
        _active.Dispose();
        _active = next;
        _isRollPending = false;
    }

    private SyncError? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (SyncException damage)
        {
            return damage.Error;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return StoreErrors.Failed("writing to", _active.Path, failure);
        }
    }
}
