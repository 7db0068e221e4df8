using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Storage;

/// <summary>
/// The file "facts" beside a graph's log: the latest snapshot of its facts, replaced as a whole. It is written on the
/// thread pool, one snapshot after the other, and never trusted: what is not intact is not there. It takes the place of the
/// one before when the commands that it names are on the disk, or a crash in between would leave neither of use.
/// </summary>
internal sealed class FactFile(IFileSystem files, string folder, GraphId graph, InstanceId instance, long mostBytes) : IFactStore
{
    public const string Name = "facts";

    private const string NewName = "facts.new";

    private readonly Lock _gate = new();
    private Task<SyncError?> _last = Task.FromResult<SyncError?>(null);
    private bool _isClosed;

    /// <summary>Waits until so many commands are on the disk; the error says why they will not be.</summary>
    public Func<int, Task<SyncError?>> Durable { get; set; } = _ => Task.FromResult<SyncError?>(null);

    private string FilePath => Path.Combine(folder, Name);

    public FactSnapshot? Read()
    {
        try
        {
            if (!files.FileExists(FilePath))
                return null;
            using var file = files.Open(FilePath, write: false);
            if (file.Length > mostBytes)
                return null;
            var bytes = new byte[file.Length];
            return file.Read(0, bytes) == bytes.Length ? FactFormat.Read(bytes, graph, instance) : null;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return null;
        }
    }

    public Task<SyncError?> WriteAsync(FactSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_isClosed)
                return Task.FromResult<SyncError?>(new SyncError(SyncErrorKind.ShuttingDown, $"the graph {graph} is closed"));
            return _last = WriteAsync(snapshot, Durable(snapshot.Commands), _last);
        }
    }

    /// <summary>Deletes what a crash has left of a snapshot; before the graph is opened.</summary>
    public static void Clean(IFileSystem files, string folder) => StoreErrors.DeleteUseless(files, Path.Combine(folder, NewName));

    /// <summary>Takes no more, and waits for what is being written.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            return _last;
        }
    }

    private async Task<SyncError?> WriteAsync(FactSnapshot snapshot, Task<SyncError?> durable, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (await durable.ConfigureAwait(false) is { } notThere)
            return new SyncError(notThere.Kind, $"the commands that the snapshot of facts is of are not on the disk: {notThere.Message}");
        return await Task.Run(() => Write(snapshot)).ConfigureAwait(false);
    }

    private SyncError? Write(FactSnapshot snapshot)
    {
        var size = FactFormat.SizeOf(snapshot);
        if (size > mostBytes)
            return new SyncError(SyncErrorKind.LimitExceeded, $"a snapshot of {snapshot.FactCount} facts takes {size} bytes, and at most {mostBytes} are allowed; the facts are rebuilt when the graph is opened");
        var temporary = Path.Combine(folder, NewName);
        try
        {
            using (var file = files.Create(temporary))
            {
                var at = 0L;
                FactFormat.Write(snapshot, instance, size, bytes =>
                {
                    file.Write(at, bytes.Span);
                    at += bytes.Length;
                });
                file.Flush();
            }
            files.Rename(temporary, FilePath);
            files.FlushFolder(folder);
            return null;
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            StoreErrors.DeleteUseless(files, temporary);
            return StoreErrors.Failed("writing a snapshot of facts to", temporary, failure);
        }
    }
}
