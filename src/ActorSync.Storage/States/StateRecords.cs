using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Storage;

/// <summary>
/// What a state's log is made of: entries as they are on the wire, one after the other, to the end of the record.
/// <code>
/// type 1  entries of one append
/// type 2  in place of all before: varint milliseconds and varint counter of the latest stamp, then all entries
/// </code>
/// </summary>
internal static class StateRecords
{
    public const byte AppendType = 1;
    public const byte SnapshotType = 2;

    private const int MostClockBytes = 2 * Varint.MaxSize;

    /// <summary>An append, with room for a record's head before it.</summary>
    public static byte[] Append(IReadOnlyCollection<StateEntry> entries)
    {
        var record = new byte[RecordFormat.HeadSize + entries.Sum(entry => entry.Bytes.Length)];
        Write(entries, record.AsSpan(RecordFormat.HeadSize));
        return record;
    }

    /// <summary>All that is held, with room for a record's head before it.</summary>
    public static byte[] Snapshot(IReadOnlyCollection<StateEntry> entries, StateStamp clock)
    {
        Span<byte> head = stackalloc byte[MostClockBytes];
        var size = Varint.Write(head, (ulong)clock.Milliseconds);
        size += Varint.Write(head[size..], clock.Counter);
        var record = new byte[RecordFormat.HeadSize + size + entries.Sum(entry => entry.Bytes.Length)];
        head[..size].CopyTo(record.AsSpan(RecordFormat.HeadSize));
        Write(entries, record.AsSpan(RecordFormat.HeadSize + size));
        return record;
    }

    /// <summary>Reads a record. Gives why it cannot be read, or null.</summary>
    public static string? Read(byte type, ReadOnlySpan<byte> body, ref StateStamp clock, Action<StateEntry> visit)
    {
        if (type is not (AppendType or SnapshotType))
            return $"a record of a state is of type {type}, which is none";
        var from = new WireReader(body);
        if (type == SnapshotType)
            clock = new StateStamp((long)from.Number("the clock", StateEntry.MostMilliseconds), from.UInt32("the counter"), default);
        while (from.Remaining > 0 && StateCodec.ReadEntry(ref from) is { } entry)
            visit(entry);
        return from.Error?.Message;
    }

    private static void Write(IEnumerable<StateEntry> entries, Span<byte> to)
    {
        foreach (var entry in entries)
        {
            entry.Bytes.Span.CopyTo(to);
            to = to[entry.Bytes.Length..];
        }
    }
}
