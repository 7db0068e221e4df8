using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Writes a new log of what can still be read of a damaged one: every command of an intact record whose priors are there,
/// hashed and checked like one that comes from a peer. What is missing then is what a peer sends again.
/// </summary>
internal sealed class GraphSalvage(LogOptions from, LogOptions to, GraphId graph, ICommandIdentity? identity)
{
    private const int BatchBytes = 1 << 20;

    private readonly GraphIndex _index = new((ulong)Random.Shared.NextInt64());
    private readonly List<Command> _batch = [];
    private long _batchBytes;

    /// <summary>Commands that were kept.</summary>
    public int Count => _index.Count;

    /// <summary>Writes the log into a folder that is there and empty; durable when it returns without an error.</summary>
    public async Task<SyncError?> RunAsync()
    {
        if (!RecordLog.Create(to).TryGet(out var log, out var error))
            return error;
        error = await new LogSalvage(from).RunAsync((type, body) => KeepAsync(log, type, body)).ConfigureAwait(false);
        error ??= await FlushAsync(log).ConfigureAwait(false);
        await log.CloseAsync().ConfigureAwait(false);
        return error ?? log.CloseFailure;
    }

    private async ValueTask<SyncError?> KeepAsync(RecordLog log, byte type, ReadOnlyMemory<byte> body)
    {
        if (type == CommandBatch.RecordType)
            Keep(body);
        return _batchBytes < BatchBytes ? null : await FlushAsync(log).ConfigureAwait(false);
    }

    private void Keep(ReadOnlyMemory<byte> body)
    {
        if (!CommandBatch.TryCount(body.Span, out var count, out var at))
            return;
        for (var i = 0; i < count && CommandBatch.TryNext(body, ref at, out var bytes); i++)
        {
            // The body is the scan's; what is kept outlives it.
            var isKept = Command.Parse(bytes.ToArray(), identity).TryGet(out var command, out _)
                && (_index.Count > 0 || command.Id == graph.Init)
                && _index.Add(command).Error is null;
            if (!isKept)
                continue;
            _batch.Add(command!);
            _batchBytes += bytes.Length;
        }
    }

    private async Task<SyncError?> FlushAsync(RecordLog log)
    {
        if (_batch.Count == 0)
            return null;
        var record = CommandBatch.Encode(_batch)!;
        _batch.Clear();
        _batchBytes = 0;
        return await log.AppendAsync(CommandBatch.RecordType, record).ConfigureAwait(false);
    }
}
