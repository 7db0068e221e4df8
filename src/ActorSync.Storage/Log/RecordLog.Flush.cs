namespace ActorSync.Storage;

/// <summary>Flushing on request what was committed without a flush.</summary>
internal sealed partial class RecordLog
{
    private TaskCompletionSource<SyncError?>? _flushAsked;

    /// <summary>
    /// Ends when all that is committed by now is on the disk; the error says why it is not.
    /// <para>
    /// The writer thread does it, through the descriptor that it writes with. A failed fsync is reported once, and to those
    /// descriptors only that were open when the system failed to write a page: one that is opened for the purpose may be told
    /// that all is well when it is not. (It may also be the writer's next flush that would have been told, had the other not
    /// been.) And whoever fails here must bring the file in step, as after any flush that failed.
    /// </para>
    /// </summary>
    public Task<SyncError?> FlushAsync()
    {
        lock (_gate)
        {
            if (_closed.Task.IsCompleted)
                return Task.FromResult(CloseFailure);
            _flushAsked ??= new TaskCompletionSource<SyncError?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _isFlushDue = true;
            Schedule();
            return _flushAsked.Task;
        }
    }

    private void AnswerFlush(SyncError? failure)
    {
        TaskCompletionSource<SyncError?>? asked;
        lock (_gate)
            (asked, _flushAsked) = (_flushAsked, null);
        asked?.SetResult(failure);
    }
}
