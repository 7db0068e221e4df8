namespace ActorSync.Storage;

/// <summary>
/// Finds every intact record in the files of a log, also behind damage: what follows bad bytes, and what is in a file whose
/// header is bad or that has no file before it.
/// </summary>
internal sealed class LogSalvage(LogOptions from)
{
    /// <summary>Hands over the records in order; the body is valid during the call only. An error stops it.</summary>
    public async Task<SyncError?> RunAsync(Func<byte, ReadOnlyMemory<byte>, ValueTask<SyncError?>> visit)
    {
        foreach (var segment in LogOpening.Segments(from))
        {
            using var file = from.Files.Open(from.PathOf(segment), write: false);
            if (new SaltSearch(from).Find(file, segment) is { } salt && await WalkAsync(file, RecordFormat.Seed(salt, segment), visit).ConfigureAwait(false) is { } error)
                return error;
        }
        return null;
    }

    private static async Task<SyncError?> WalkAsync(IFile file, uint seed, Func<byte, ReadOnlyMemory<byte>, ValueTask<SyncError?>> visit)
    {
        var scan = new SegmentScan(file, seed, RecordFormat.SegmentHeaderSize, file.Length);
        while (scan.Offset < scan.End)
        {
            if (!scan.TryNext(out var head, out var body))
            {
                if (!scan.TrySkip())
                    return null;
                continue;
            }
            if (head.Type != RecordFormat.ClosedType && await visit(head.Type, body).ConfigureAwait(false) is { } error)
                return error;
        }
        return null;
    }
}
