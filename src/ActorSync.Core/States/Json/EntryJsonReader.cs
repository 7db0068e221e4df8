using System.Text.Json;
using System.Text.Unicode;
using ActorSync.Peers;

namespace ActorSync.States.Json;

/// <summary>
/// Reads maps of entries (<see cref="EntryJson"/>): all of one, or why not. What is no such map, or names a key or
/// a field of an entry twice, is MalformedPayload; the error says which key and what is wrong with it.
/// </summary>
public static class EntryJsonReader
{
    /// <summary>Writes of an application: a value is needed, a ttl and a ts are not.</summary>
    public static Result<IReadOnlyList<StateSet>> ReadSets(ReadOnlyMemory<byte> json) => Read(json, isStrict: true, ToSet);

    /// <summary>The same of one key.</summary>
    public static Result<IReadOnlyList<StateSet>> ReadSet(string key, ReadOnlyMemory<byte> json)
    {
        var name = JsonEncodedText.Encode(key).EncodedUtf8Bytes;
        var sets = ReadSets((byte[])[.. "{\""u8, .. name, .. "\":"u8, .. json.Span, .. "}"u8]);
        return sets.Error is null && sets.Value.Count != 1 ? Malformed("expected one entry") : sets;
    }

    /// <summary>
    /// Entries of a peer: value and ts are needed. One that does not know of counter and node has zeros there, and what
    /// else it may say of an entry is passed over.
    /// </summary>
    /// <param name="json">The map.</param>
    /// <param name="tombstoneTtl">How long a deletion is remembered that does not say it.</param>
    public static Result<IReadOnlyList<StateEntry>> ReadEntries(ReadOnlyMemory<byte> json, TimeSpan tombstoneTtl) => Read(json, isStrict: false, (key, fields) =>
    {
        if (key.Length == 0)
            throw new JsonException("a key has at least one character");
        // How many this node takes its limits say; more than this no message between nodes can hold.
        if (System.Text.Encoding.UTF8.GetByteCount(key) is > Wire.WireLimits.StateKeyBytes and var bytes)
            throw new JsonException($"it has {bytes} bytes, and no node takes one of more than {Wire.WireLimits.StateKeyBytes}");
        var stamp = new StateStamp(fields.Time ?? throw new JsonException("it has no ts"), fields.Counter ?? 0, fields.Node ?? default);
        return fields.Deleted == true
            ? StateEntry.Tombstone(key, stamp, fields.Ttl ?? (long)tombstoneTtl.TotalMilliseconds)
            : StateEntry.Live(key, StateJson.Compact(Sound(fields.Value ?? throw new JsonException("it has no value"))), stamp, fields.Ttl);
    });

    private static ReadOnlyMemory<byte> Sound(ReadOnlyMemory<byte> value) => StateJson.Fault(value.Span) is { } fault ? throw new JsonException(fault) : value;

    private static StateSet ToSet(string key, Fields fields)
    {
        if (fields.Counter is not null || fields.Node is not null || fields.Deleted is not null)
            throw new JsonException("it has value, ts and ttl, and nothing else");
        return StateSet.To(key, fields.Value ?? throw new JsonException("it has no value"), fields.Ttl, fields.Time);
    }

    private static Result<IReadOnlyList<T>> Read<T>(ReadOnlyMemory<byte> json, bool isStrict, Func<string, Fields, T> make)
    {
        if (!Utf8.IsValid(json.Span))
            return Malformed("it is not UTF-8");
        string? key = null;
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = EntryJson.MostDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Malformed("""expected a map such as {"key": {"value": 1}}""");
            var (items, keys) = (new List<T>(), new HashSet<string>());
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                key = reader.GetString()!;
                if (!keys.Add(key))
                    throw new JsonException("it stands there twice");
                items.Add(make(key, ReadFields(ref reader, json, isStrict)));
                key = null;
            }
            // Reads to the end: there must be nothing behind the map.
            reader.Read();
            return items;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return Malformed(key is null ? StateJson.Sentence(e) : $"the key {StateChecks.Quoted(key)}: {StateJson.Sentence(e)}");
        }
    }

    private static Fields ReadFields(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, bool isStrict)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("""expected {"value": …, "ts": …, "ttl": …}""");
        var (fields, seen) = (new Fields(), 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldAt(ref reader);
            // Of a field that stands there twice readers elsewhere take the first, or the last.
            if (field != Field.Other && seen == (seen |= 1 << (int)field))
                throw new JsonException($"its {reader.GetString()} stands there twice");
            switch (field)
            {
                case Field.Value:
                    fields.Value = Raw(ref reader, json);
                    break;
                case Field.Time:
                    fields.Time = Number(ref reader, "ts", 0, StateEntry.MostMilliseconds);
                    break;
                case Field.Ttl:
                    fields.Ttl = Number(ref reader, "ttl", 1, StateEntry.MostMilliseconds);
                    break;
                case Field.Counter:
                    fields.Counter = (uint?)Number(ref reader, "counter", 0, uint.MaxValue);
                    break;
                case Field.Node:
                    fields.Node = reader.Read() && reader.TokenType == JsonTokenType.String && NodeId.TryParse(reader.GetString(), out var node) ? node : throw new JsonException("its node is not 32 hexadecimal digits");
                    break;
                case Field.Deleted:
                    fields.Deleted = reader.Read() && reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw new JsonException("its deleted is neither true nor false");
                    break;
                case Field.Other when isStrict:
                    throw new JsonException($"it has value, ts and ttl, and no {reader.GetString()}");
                default:
                    reader.Skip();
                    break;
            }
        }
        return fields;
    }

    private static Field FieldAt(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals(EntryJson.Value) ? Field.Value
        : reader.ValueTextEquals(EntryJson.Time) ? Field.Time
        : reader.ValueTextEquals(EntryJson.Ttl) ? Field.Ttl
        : reader.ValueTextEquals(EntryJson.Counter) ? Field.Counter
        : reader.ValueTextEquals(EntryJson.Node) ? Field.Node
        : reader.ValueTextEquals(EntryJson.Deleted) ? Field.Deleted
        : Field.Other;

    private static ReadOnlyMemory<byte> Raw(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static long? Number(ref Utf8JsonReader reader, string name, long least, long most)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw new JsonException($"its {name} is no whole number from {least} to {most}");
    }

    private static SyncError Malformed(string why) => new(SyncErrorKind.MalformedPayload, $"the body is no map of entries: {why.TrimEnd('.')}");

    private enum Field
    {
        Other,
        Value,
        Time,
        Ttl,
        Counter,
        Node,
        Deleted,
    }

    private struct Fields
    {
        public ReadOnlyMemory<byte>? Value;
        public long? Time;
        public long? Ttl;
        public uint? Counter;
        public NodeId? Node;
        public bool? Deleted;
    }
}
