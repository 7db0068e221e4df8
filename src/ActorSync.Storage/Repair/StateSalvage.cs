using ActorSync.States;

namespace ActorSync.Storage;

/// <summary>
/// Writes a new log of every intact record of a damaged state's. Which entry of a key counts is told by their stamps, so
/// that records may be missing: an older entry then stands until a peer sends the newer one.
/// </summary>
internal sealed class StateSalvage(LogOptions from, LogOptions to)
{
    /// <summary>Entries that were kept.</summary>
    public long Count { get; private set; }

    /// <summary>Writes the log into a folder that is there and empty; durable when it returns without an error.</summary>
    public async Task<SyncError?> RunAsync()
    {
        if (!RecordLog.Create(to).TryGet(out var log, out var error))
            return error;
        error = await new LogSalvage(from).RunAsync((type, body) => KeepAsync(log, type, body)).ConfigureAwait(false);
        await log.CloseAsync().ConfigureAwait(false);
        return error ?? log.CloseFailure;
    }

    private async ValueTask<SyncError?> KeepAsync(RecordLog log, byte type, ReadOnlyMemory<byte> body)
    {
        var (entries, clock) = (0L, default(StateStamp));
        if (StateRecords.Read(type, body.Span, ref clock, _ => entries++) is not null)
            return null;
        Count += entries;
        var record = new byte[RecordFormat.HeadSize + body.Length];
        body.CopyTo(record.AsMemory(RecordFormat.HeadSize));
        return await log.AppendAsync(type, record).ConfigureAwait(false);
    }
}
