using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorSync.States;

namespace ActorSync.Node.Control;

/// <summary>Shared states of a node in this process, as the command line asks for them.</summary>
internal static class StateControl
{
    public static async Task<Result<StateLines>> ListAsync(ISyncNode node, string name, string prefix, CancellationToken cancellation)
    {
        if (!(await OpenAsync(node, name, cancellation)).TryGet(out var state, out var error) ||
            !(await state.ListAsync(prefix, cancellation)).TryGet(out var content, out error))
        {
            return error;
        }
        return new StateLines(Lines(content.Entries));
    }

    public static async Task<Result<StateLine?>> GetAsync(ISyncNode node, string name, string key, CancellationToken cancellation)
    {
        if (!(await OpenAsync(node, name, cancellation)).TryGet(out var state, out var error) ||
            !(await state.GetAsync(key, cancellation)).TryGet(out var entry, out error))
        {
            return error;
        }
        return entry is null ? (StateLine?)null : StateLine.Of(entry);
    }

    public static async Task<Result<StateWritten>> WriteAsync(ISyncNode node, StateWrite write, CancellationToken cancellation)
    {
        if (write is { Delete: true, Value: not null })
            return new SyncError(SyncErrorKind.InvalidRequest, "a write has a value, or deletes: not both");
        if (!(await OpenAsync(node, write.State, cancellation)).TryGet(out var state, out var error))
            return error;
        var set = write.Delete ? StateSet.Delete(write.Key, write.Ttl) : StateSet.To(write.Key, Bytes(write.Value), write.Ttl);
        return (await state.WriteAsync([set], cancellation)).TryGet(out var result, out error)
            ? new StateWritten(write.State, write.Key, result.Version.ToString())
            : error;
    }

    public static async Task<Result<StateWatch>> WatchAsync(ISyncNode node, string name, string prefix, CancellationToken cancellation)
    {
        if (!(await OpenAsync(node, name, cancellation)).TryGet(out var state, out var error))
            return error;
        return new StateWatch(Changes(state.WatchAsync(prefix, cancellation), cancellation));
    }

    private static async Task<Result<ISharedState>> OpenAsync(ISyncNode node, string name, CancellationToken cancellation) => StateName.IsName(name)
        ? await node.OpenStateAsync(new StateName(name), cancellation)
        : new SyncError(SyncErrorKind.InvalidRequest, $"'{name}' is no name of a state: it has 1 to {StateName.MostBytes} bytes of UTF-8 without control characters");

    private static byte[] Bytes(JsonElement? value) => value is { } json ? JsonSerializer.SerializeToUtf8Bytes(json, ControlJson.Line.JsonElement) : [.. "null"u8];

    private static async IAsyncEnumerable<StateLine> Lines(IReadOnlyList<StateEntry> entries)
    {
        await Task.CompletedTask;
        foreach (var entry in entries)
            yield return StateLine.Of(entry);
    }

    private static async IAsyncEnumerable<StateChanged> Changes(IAsyncEnumerable<StateChange> changes, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var change in changes.WithCancellation(cancellation))
            yield return StateChanged.Of(change);
    }
}
