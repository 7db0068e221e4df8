using System.Runtime.InteropServices;

namespace ActorSync.Storage;

// How records get into the files: in turns of a writer thread, or of the one that appends.
internal sealed partial class RecordLog
{
    private const int GroupBytes = 8 << 20;
    private const int SmallBytes = 4 << 10;

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
        if (group.Count > 0 && Commit(CollectionsMarshal.AsSpan(group)))
            group.ForEach(record => record.Done.SetResult(null));
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

    // As a turn of a writer thread, which takes over what has come meanwhile. False: the record's task says why not.
    private bool WriteHere(PendingRecord record)
    {
        try
        {
            return Commit([record]);
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

    // False when that failed, which all who wait for it were told.
    private bool Commit(ReadOnlySpan<PendingRecord> group)
    {
        if (_writer.Write(group) is { } failure)
        {
            Fail(group, failure);
            return false;
        }
        var (segment, end) = _writer.End;
        // The file before was flushed before this one was made.
        if (segment != _committedEnd.Segment)
            Flushed?.Invoke();
        var (at, items) = (end, 0L);
        foreach (var record in group)
            (at, items) = (at - record.Bytes.Length, items + record.Items);
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
            _committedItems += items;
            if (_timer is not null && !_isTimerSet)
                _isTimerSet = _timer.Change(_options.FsyncInterval, Timeout.InfiniteTimeSpan);
        }
        if (group[0].ReplacesAll)
            _writer.DropReplaced();
        return true;
    }

    // Reported under the gate, so that whatever is begun later was begun after the report.
    private void Fail(ReadOnlySpan<PendingRecord> group, SyncError failure)
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
}
