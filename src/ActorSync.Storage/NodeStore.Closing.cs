using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>How a run of a store ends: every log flushed and with its mark, where it ends in the catalog, the node file saying so.</summary>
public sealed partial class NodeStore
{
    /// <summary>Closes the graphs that are open, writes what is queued, and marks the run as ended when all is on the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        await _catalog.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isClosed)
                return;
            _isClosed = true;
            await CloseLogsAsync().ConfigureAwait(false);
        }
        finally
        {
            _catalog.Release();
        }
    }

    // The lock is let go of whatever happens: a store that nobody can open again helps nobody.
    private async Task CloseLogsAsync()
    {
        try
        {
            foreach (var (graph, end, isFlushed) in await Task.WhenAll(_open.Select(open => CloseAsync(open.Key, open.Value))).ConfigureAwait(false))
            {
                _allFlushed &= isFlushed;
                if (end is not null)
                    _ends[graph] = end.Value;
            }
            _allFlushed &= await _states.CloseAsync().ConfigureAwait(false);
            // What peers hold may be lost, so that it has no say in whether the end is clean.
            await _knowledge.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _writers.Dispose();
            if (_allFlushed)
            {
                NoteEnds();
                MarkClosed();
            }
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private static async Task<(GraphId Graph, LogEnd? End, bool IsFlushed)> CloseAsync(GraphId graph, Task<Result<(GraphLog Log, GraphIndex Index)>> opening)
    {
        if (!(await opening.ConfigureAwait(false)).TryGet(out var opened, out _))
            return (graph, null, true);
        await opened.Log.DisposeAsync().ConfigureAwait(false);
        return (graph, opened.Log.End, await opened.Log.Closed.ConfigureAwait(false));
    }

    // Nothing waits for it: what is not noted is no more than an older end, which the log has passed.
    private void NoteEnds()
    {
        foreach (var graph in _graphs)
        {
            if (_ends.TryGetValue(graph, out var end))
                _names.Note(LogKind.Graph, graph.ToString(), end);
        }
        _ = _names.TryWrite();
    }

    private void MarkClosed()
    {
        try
        {
            (_identity with { State = RunState.Closed }).Write(_files, _settings.Folder);
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            // The next run then finds an unclean end, which costs it a look at the tails and no more.
        }
    }
}
