using ActorSync.Graphs.Stores;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// Has snapshots of a graph's facts written beside its commits, which never wait for it: at most one at a time, when one
/// is due, and a last one at the end. Used by the graph's one caller; what fails is tried again with the next.
/// </summary>
internal sealed class SnapshotKeeper(WovenGraph woven, IFactStore store)
{
    private Task<SyncError?> _writing = Task.FromResult<SyncError?>(null);

    /// <summary>Begins to write a snapshot, if one is due.</summary>
    public void AfterCommit()
    {
        if (_writing.IsCompleted && woven.IsSnapshotDue)
            Write();
    }

    /// <summary>Waits for what is being written, and writes what is worth it. The graph does not change any more.</summary>
    public async Task EndAsync()
    {
        var error = await _writing.ConfigureAwait(false);
        if (!woven.IsLastSnapshotDue && error is null)
            return;
        Write();
        await _writing.ConfigureAwait(false);
    }

    private void Write()
    {
        if (woven.TakeSnapshot() is { } snapshot)
            _writing = store.WriteAsync(snapshot);
    }
}
