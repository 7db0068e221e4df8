namespace ActorSync.Graphs.Stores;

/// <summary>
/// Has snapshots of a graph's facts written beside its commits, which never wait for it: at most one at a time, when one
/// is due, and a last one at the end. Used by the graph's one caller; what fails is tried again with the next.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="store">Where its snapshot goes.</param>
/// <param name="failed">
/// Hears why a snapshot could not be written, on any thread, once until one can: nothing is lost, but opening takes longer.
/// </param>
public sealed class SnapshotKeeper(IFactKeeping graph, IFactStore store, Action<SyncError>? failed = null)
{
    private Task<SyncError?> _writing = Task.FromResult<SyncError?>(null);
    private bool _isFailing;

    /// <summary>Begins to write a snapshot, if one is due.</summary>
    /// <param name="isBusy">Whether more commits are under way: soon a snapshot is worth more, and time is short now.</param>
    public void AfterCommit(bool isBusy = false)
    {
        if (_writing.IsCompleted && (isBusy ? graph.IsSnapshotOverdue : graph.IsSnapshotDue))
            Write();
    }

    /// <summary>Waits for what is being written, and writes what is worth it. The graph does not change meanwhile.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public async Task<SyncError?> EndAsync()
    {
        var last = graph.IsLastSnapshotDue ? graph.TakeSnapshot() : null;
        if (await _writing.ConfigureAwait(false) is not null)
            last ??= graph.TakeSnapshot();
        return last is null ? null : await WriteAsync(last).ConfigureAwait(false);
    }

    private void Write()
    {
        if (graph.TakeSnapshot() is { } snapshot)
            _writing = WriteAsync(snapshot);
    }

    private async Task<SyncError?> WriteAsync(FactSnapshot snapshot)
    {
        var error = await store.WriteAsync(snapshot).ConfigureAwait(false);
        if (error is not null && !_isFailing)
            failed?.Invoke(error);
        _isFailing = error is not null;
        return error;
    }
}
