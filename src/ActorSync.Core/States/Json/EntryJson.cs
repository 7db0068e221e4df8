using System.Text.Json;

namespace ActorSync.States.Json;

/// <summary>
/// Entries as JSON, a map by keys. For applications an entry is
/// <code>{"value": …, "ts": 1790000000000, "ttl": null}</code>
/// and between nodes it carries all that the version covers, deletions too, so that both hold exactly the same:
/// <code>
/// {"value": …, "ts": 1790000000000, "ttl": null, "counter": 0, "node": "32 hexadecimal digits"}
/// {"value": null, "ts": 1790000000000, "ttl": 86400000, "counter": 0, "node": "…", "deleted": true}
/// </code>
/// </summary>
public static class EntryJson
{
    /// <summary>How deep a map may nest: a value, within an entry, within the map.</summary>
    internal const int MostDepth = StateJson.MostDepth + 2;

    internal static ReadOnlySpan<byte> Value => "value"u8;

    internal static ReadOnlySpan<byte> Time => "ts"u8;

    internal static ReadOnlySpan<byte> Ttl => "ttl"u8;

    internal static ReadOnlySpan<byte> Counter => "counter"u8;

    internal static ReadOnlySpan<byte> Node => "node"u8;

    internal static ReadOnlySpan<byte> Deleted => "deleted"u8;

    /// <summary>What goes between nodes: a map of all entries, as a whole.</summary>
    public static byte[] ToBytes(IReadOnlyCollection<StateEntry> entries)
    {
        using var bytes = new MemoryStream(entries.Sum(entry => entry.Bytes.Length + 96));
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            foreach (var entry in entries)
            {
                writer.WritePropertyName(entry.Key);
                WriteWhole(writer, entry);
            }
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>How JSON is written: the values were checked when they came.</summary>
    public static JsonWriterOptions Options { get; } = new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an entry as applications read it.</summary>
    public static void Write(Utf8JsonWriter to, StateEntry entry)
    {
        to.WriteStartObject();
        WriteFields(to, entry);
        to.WriteEndObject();
    }

    /// <summary>Writes an entry as nodes read it.</summary>
    public static void WriteWhole(Utf8JsonWriter to, StateEntry entry)
    {
        to.WriteStartObject();
        WriteFields(to, entry);
        to.WriteNumber(Counter, entry.Stamp.Counter);
        to.WriteString(Node, entry.Stamp.Node.ToString());
        if (entry.IsTombstone)
            to.WriteBoolean(Deleted, true);
        to.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter to, StateEntry entry)
    {
        to.WritePropertyName(Value);
        to.WriteRawValue(entry.IsTombstone ? "null"u8 : entry.Value.Span, skipInputValidation: true);
        to.WriteNumber(Time, entry.Stamp.Milliseconds);
        if (entry.TtlMilliseconds is { } ttl)
            to.WriteNumber(Ttl, ttl);
        else
            to.WriteNull(Ttl);
    }
}
