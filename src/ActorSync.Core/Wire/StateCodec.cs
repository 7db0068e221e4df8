using System.Text;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Wire;

/// <summary>
/// The bodies of the messages of a state. Each begins with the state's name, the exchange and the round. An entry is
/// <code>
/// byte    form: 1 a tombstone, 2 a time to live is given; a tombstone has both
/// text    the key
/// u63     milliseconds, number counter, 16 bytes node
/// number  the time to live, when given
/// bytes   the value's JSON, unless it is a tombstone
/// </code>
/// </summary>
internal static class StateCodec
{
    private const byte TombstoneForm = 1;
    private const byte TtlForm = 2;

    // Form, an empty key, three numbers of one byte, the node.
    private const int SmallestEntry = 1 + 1 + 1 + 1 + NodeId.Size + 1;

    // Depth, index, a count of nothing.
    private const int SmallestRange = 3;

    /// <summary>The most bytes of any message of a state beside its lists.</summary>
    public const int MostOverhead = SyncCodec.HeaderSize + 1 + StateName.MostBytes + sizeof(ulong) + 5 + 1 + 16 + 3 + 3;

    /// <summary>The most bytes that a range of a comparison takes beside its fingerprints.</summary>
    public const int MostRangeOverhead = 1 + 5 + 3;

    public static bool TryWrite(WireWriter to, SyncMessage message)
    {
        if (message is not StateMessage state)
            return false;
        to.Utf8(state.State.Value, StateName.MostBytes, nameof(state.State));
        to.Fixed64(state.Exchange.Value);
        to.Number(state.Round);
        switch (message)
        {
            case StatePull pull:
                Write(to, pull.Range);
                to.Fixed128(pull.Digest);
                to.Number(pull.Count, nameof(pull.Count));
                return true;
            case StateLevel:
                return true;
            case StateDigests digests:
                to.Byte((byte)digests.Depth);
                WriteFixed(to, digests.Digests, WireLimits.StateDigests, nameof(digests.Digests));
                return true;
            case StateCompare compare:
                Write(to, compare);
                return true;
            case StateEntries entries:
                Write(to, entries);
                return true;
            case StatePush push:
                to.Flag(push.WantsAnswer);
                to.Fixed128(push.Version.Digest);
                Write(to, push.Entries);
                return true;
            case StatePushed pushed:
                to.Number(pushed.Refused, nameof(pushed.Refused));
                to.Number((ulong)(pushed.Why ?? 0));
                to.Fixed128(pushed.Version.Digest);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads the body of a type; null when the type is not of a state.</summary>
    public static SyncMessage? Read(ref WireReader from, SyncType type)
    {
        if (type is < SyncType.StatePull or > SyncType.StatePushed)
            return null;
        var name = Name(ref from);
        var exchange = new ExchangeId(from.Fixed64("the exchange"));
        var round = from.UInt32("the round");
        return type switch
        {
            SyncType.StatePull => new StatePull(name, exchange, round, Range(ref from), from.Fixed128("the digest"), from.Int32("the count of entries")),
            SyncType.StateLevel => new StateLevel(name, exchange, round),
            SyncType.StateDigests => new StateDigests(name, exchange, round, Depth(ref from), ReadFixed(ref from, "the digests", WireLimits.StateDigests)),
            SyncType.StateCompare => new StateCompare(name, exchange, round, from.Fixed128("the first position"), Ranges(ref from)),
            SyncType.StateEntries => new StateEntries(
                name, exchange, round,
                from.Flag("whether more is to come") ? from.Fixed128("the next position") : null,
                from.Bits("what is held", WireLimits.StateFingerprints),
                Entries(ref from)),
            SyncType.StatePush => new StatePush(name, exchange, round, from.Flag("whether an answer is wanted"), new StateVersion(from.Fixed128("the version")), Entries(ref from)),
            _ => Pushed(ref from, name, exchange, round),
        };
    }

    /// <summary>Bytes of an entry of these fields.</summary>
    public static int SizeOf(string key, ReadOnlyMemory<byte>? value, StateStamp stamp, long? ttl)
    {
        var keyBytes = Encoding.UTF8.GetByteCount(key);
        return 1 + Varint.Size((ulong)keyBytes) + keyBytes
            + Varint.Size((ulong)stamp.Milliseconds) + Varint.Size(stamp.Counter) + NodeId.Size
            + (ttl is { } milliseconds ? Varint.Size((ulong)milliseconds) : 0)
            + (value is { } json ? Varint.Size((ulong)json.Length) + json.Length : 0);
    }

    /// <summary>Writes an entry of these fields; a value of null makes a tombstone.</summary>
    public static void WriteEntry(WireWriter to, string key, ReadOnlyMemory<byte>? value, StateStamp stamp, long? ttl)
    {
        to.Byte((byte)((value is null ? TombstoneForm : 0) | (ttl is null ? 0 : TtlForm)));
        to.Utf8(key, WireLimits.StateKeyBytes, "key");
        to.Number(stamp.Milliseconds, "milliseconds");
        to.Number(stamp.Counter);
        to.Fixed128(stamp.Node.Value);
        if (ttl is { } milliseconds)
            to.Number(milliseconds, "time to live");
        if (value is not { } json)
            return;
        to.Number((ulong)json.Length);
        to.Raw(json.Span);
    }

    /// <summary>Reads an entry; null after an error.</summary>
    public static StateEntry? ReadEntry(ref WireReader from)
    {
        var at = from.At;
        var form = from.Byte("the form of an entry");
        if (form > (TombstoneForm | TtlForm) || form == TombstoneForm)
            from.Fail(SyncErrorKind.MalformedPayload, $"the form {form} of the entry at byte {at} is none");
        var key = from.Utf8("the key", WireLimits.StateKeyBytes);
        if (key.Length == 0)
            from.Fail(SyncErrorKind.MalformedPayload, $"the entry at byte {at} has an empty key");
        var milliseconds = (long)from.Number("the time of an entry", StateEntry.MostMilliseconds);
        var stamp = new StateStamp(milliseconds, from.UInt32("the counter of an entry"), new NodeId(from.Fixed128("the node of an entry")));
        long? ttl = (form & TtlForm) == 0 ? null : (long)from.Number("the time to live", StateEntry.MostMilliseconds);
        if (ttl == 0)
            from.Fail(SyncErrorKind.MalformedPayload, $"the entry at byte {at} has no time to live");
        var isTombstone = (form & TombstoneForm) != 0;
        var size = isTombstone ? 0 : from.Count("the bytes of a value", int.MaxValue);
        if (!isTombstone && StateJson.Fault(from.Take("a value", size)) is { } fault)
            from.Fail(SyncErrorKind.MalformedPayload, $"the value of the entry at byte {at} is no JSON: {fault}");
        return from.Error is null ? new StateEntry(key, isTombstone, stamp, ttl, from.Since(at).ToArray(), size) : null;
    }

    /// <summary>Writes a list of entries.</summary>
    public static void Write(WireWriter to, IReadOnlyList<StateEntry> entries)
    {
        to.Count(entries.Count, WireLimits.StateEntriesPerMessage, nameof(entries));
        foreach (var entry in entries)
            to.Raw(entry.Bytes.Span);
    }

    /// <summary>Reads a list of entries; as many as there were before an error.</summary>
    public static IReadOnlyList<StateEntry> Entries(ref WireReader from)
    {
        var entries = new List<StateEntry>(from.Count("the entries", WireLimits.StateEntriesPerMessage, SmallestEntry));
        for (var left = entries.Capacity; left > 0 && ReadEntry(ref from) is { } entry; left--)
            entries.Add(entry);
        return entries;
    }

    private static StateName Name(ref WireReader from)
    {
        var at = from.At;
        var text = from.Text("the name of a state", StateName.MostBytes);
        if (StateName.IsName(text))
            return new StateName(text);
        from.Fail(SyncErrorKind.MalformedPayload, $"the name of a state at byte {at} is none");
        return default;
    }

    private static void Write(WireWriter to, StateRange range)
    {
        if (!range.IsValid)
            throw new ArgumentException($"{range} is no range", nameof(range));
        to.Byte((byte)range.Depth);
        to.Number(range.Index);
    }

    private static StateRange Range(ref WireReader from)
    {
        var at = from.At;
        var range = new StateRange(Depth(ref from), from.UInt32("the index of a range"));
        if (!range.IsValid)
            from.Fail(SyncErrorKind.MalformedPayload, $"the range at byte {at} has the index {range.Index}, more than {range.Depth} bits");
        return from.Error is null ? range : default;
    }

    private static int Depth(ref WireReader from)
    {
        var depth = from.Byte("the depth of a range");
        if (depth > StateRange.MostDepth)
            from.Fail(SyncErrorKind.MalformedPayload, $"the depth of a range at byte {from.At - 1} is {depth}, more than {StateRange.MostDepth}");
        return depth;
    }

    private static void Write(WireWriter to, StateCompare compare)
    {
        to.Fixed128(compare.From);
        to.Count(compare.Ranges.Count, WireLimits.StateRanges, nameof(compare.Ranges));
        foreach (var range in compare.Ranges)
        {
            Write(to, range.Range);
            WriteFixed(to, range.Fingerprints, WireLimits.StateFingerprints, nameof(range.Fingerprints));
        }
    }

    // In order and none within another, so that what an answer looks at is bounded by what the state holds.
    private static StateRangeContent[] Ranges(ref WireReader from)
    {
        var ranges = new StateRangeContent[from.Count("the ranges", WireLimits.StateRanges, SmallestRange)];
        var (before, left) = (default(StateRange?), WireLimits.StateFingerprints);
        for (var i = 0; i < ranges.Length; i++)
        {
            var at = from.At;
            var range = Range(ref from);
            if (before is { } one && range.First <= one.Last)
                from.Fail(SyncErrorKind.MalformedPayload, $"the range at byte {at} does not come after the one before it");
            ranges[i] = new StateRangeContent(range, ReadFixed(ref from, "the fingerprints", left));
            left -= ranges[i].Fingerprints.Count;
            before = range;
        }
        return ranges;
    }

    private static void Write(WireWriter to, StateEntries entries)
    {
        to.Flag(entries.Next is not null);
        if (entries.Next is { } next)
            to.Fixed128(next);
        to.Bits(entries.Held, WireLimits.StateFingerprints, nameof(entries.Held));
        Write(to, entries.Entries);
    }

    private static StatePushed Pushed(ref WireReader from, StateName name, ExchangeId exchange, uint round)
    {
        var at = from.At;
        var refused = from.Int32("the count of refused entries");
        var why = OtherCodec.Kind(ref from, "why an entry was refused", orNone: true);
        if (why == 0 != (refused == 0))
            from.Fail(SyncErrorKind.MalformedPayload, $"{refused} refused entries at byte {at} do not go with the reason {why}");
        return new StatePushed(name, exchange, round, refused, why == 0 ? null : why, new StateVersion(from.Fixed128("the version")));
    }

    private static void WriteFixed(WireWriter to, IReadOnlyList<ulong> numbers, int limit, string what)
    {
        to.Count(numbers.Count, limit, what);
        foreach (var number in numbers)
            to.Fixed64(number);
    }

    private static ulong[] ReadFixed(ref WireReader from, string what, int limit)
    {
        var numbers = new ulong[from.Count(what, limit, sizeof(ulong))];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = from.Fixed64(what);
        return numbers;
    }
}
