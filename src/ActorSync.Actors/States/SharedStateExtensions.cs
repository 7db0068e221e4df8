using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.States;

namespace ActorSync;

/// <summary>Values of a shared state as text and as objects.</summary>
public static class SharedStateExtensions
{
    /// <summary>Gives a key a value, in JSON.</summary>
    public static Task<Result<StateSetResult>> SetAsync(this ISharedState state, string key, string json, TimeSpan? ttl = null, CancellationToken cancellation = default) =>
        state.SetAsync(key, Encoding.UTF8.GetBytes(json), ttl, cancellation);

    /// <summary>Gives a key a value, written as JSON.</summary>
    public static Task<Result<StateSetResult>> SetAsync<T>(
        this ISharedState state, string key, T value, JsonTypeInfo<T> type, TimeSpan? ttl = null, CancellationToken cancellation = default) =>
        state.SetAsync(key, JsonSerializer.SerializeToUtf8Bytes(value, type), ttl, cancellation);

    /// <summary>The value of a key, read from JSON; default when it has none. A value of another shape is InvalidRequest.</summary>
    public static async Task<Result<T?>> GetAsync<T>(this ISharedState state, string key, JsonTypeInfo<T> type, CancellationToken cancellation = default)
    {
        if (!(await state.GetAsync(key, cancellation)).TryGet(out var entry, out var error))
            return error;
        try
        {
            return entry is null ? default : JsonSerializer.Deserialize(entry.Value.Span, type);
        }
        catch (JsonException shape)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, $"the value of \"{key}\" is no {typeof(T).Name}: {shape.Message}");
        }
    }

    /// <summary>The value of an entry, as JSON.</summary>
    public static string Json(this StateEntry entry) => Encoding.UTF8.GetString(entry.Value.Span);
}
