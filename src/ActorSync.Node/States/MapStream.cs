using System.Text.Json;
using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Node.States;

/// <summary>Writes a map of entries as it goes, however many there are.</summary>
internal static class MapStream
{
    private const int FlushBytes = 64 << 10;

    /// <summary>Writes the whole answer; gives its bytes.</summary>
    public static async Task<long> WriteAsync(
        HttpContext context, IReadOnlyList<StateEntry> entries, Action<Utf8JsonWriter, StateEntry> write, CancellationToken cancellation)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, EntryJson.Options);
        await WriteAsync(context, json, entries, write, cancellation);
        await context.Response.BodyWriter.FlushAsync(cancellation);
        return json.BytesCommitted;
    }

    /// <summary>Writes the map.</summary>
    public static async Task WriteAsync(
        HttpContext context, Utf8JsonWriter json, IReadOnlyList<StateEntry> entries, Action<Utf8JsonWriter, StateEntry> write, CancellationToken cancellation)
    {
        json.WriteStartObject();
        foreach (var entry in entries)
        {
            json.WritePropertyName(entry.Key);
            write(json, entry);
            if (json.BytesPending < FlushBytes)
                continue;
            json.Flush();
            await context.Response.BodyWriter.FlushAsync(cancellation);
        }
        json.WriteEndObject();
        json.Flush();
    }
}
