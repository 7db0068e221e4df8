using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Node.States;

/// <summary>
/// Loads a file of entries at the start: a map as an application would put. A seed that gives no ts is older than whatever
/// was ever written of its key, here or elsewhere, so that starting again undoes nothing.
/// </summary>
internal static class StateSeeder
{
    /// <summary>Bytes of a file.</summary>
    private const long BytesMost = 64 << 20;

    /// <summary>Loads a file; gives how many keys it gave a value. The error says which file, which key and what is wrong.</summary>
    public static async Task<Result<int>> LoadAsync(ISharedState state, string file, int entriesPerSet, CancellationToken cancellation)
    {
        if (!(await ReadAsync(file, cancellation)).TryGet(out var sets, out var error))
            return Of(file, error);
        var won = 0;
        foreach (var part in sets.Chunk(entriesPerSet))
        {
            if (!(await state.WriteAsync(part, cancellation)).TryGet(out var result, out error))
                return Of(file, error);
            won += result.Outcomes.Count(outcome => outcome == MergeOutcome.Won);
        }
        return won;
    }

    private static async Task<Result<IReadOnlyList<StateSet>>> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > BytesMost })
                return new SyncError(SyncErrorKind.InvalidRequest, $"the file is larger than {BytesMost} bytes");
            if (!EntryJsonReader.ReadSets(await File.ReadAllBytesAsync(file, cancellation)).TryGet(out var sets, out var error))
                return error;
            if (sets.FirstOrDefault(set => set.TtlMilliseconds is not null && set.Milliseconds is null) is { } timeless)
                return new SyncError(SyncErrorKind.InvalidRequest, $"the key \"{timeless.Key}\" has a ttl and no ts: a seed that ends says when it begins");
            return new Result<IReadOnlyList<StateSet>>([.. sets.Select(set => StateSet.To(set.Key, set.Value!.Value, set.TtlMilliseconds, set.Milliseconds ?? 0))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message);
        }
    }

    // What is in a file is a configuration: it makes sense or not.
    private static SyncError Of(string file, SyncError error)
    {
        var kind = error.Kind is SyncErrorKind.MalformedPayload or SyncErrorKind.LimitExceeded or SyncErrorKind.ClockAhead ? SyncErrorKind.InvalidRequest : error.Kind;
        return new SyncError(kind, $"the seed {file}: {error.Message}");
    }
}
