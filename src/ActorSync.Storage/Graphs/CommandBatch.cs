using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Storage;

/// <summary>
/// The body of a graph's record: one append, all or nothing.
/// <code>
/// varint    count
/// count ×   varint length, the command's canonical bytes
/// </code>
/// </summary>
internal static class CommandBatch
{
    /// <summary>The record type of a batch.</summary>
    public const byte RecordType = 1;

    /// <summary>Encodes a batch, with room for the record's head before it; null when it is over the record limit.</summary>
    public static byte[]? Encode(IReadOnlyList<Command> commands)
    {
        long size = Varint.Size((uint)commands.Count);
        for (var i = 0; i < commands.Count; i++)
            size += Varint.Size((uint)commands[i].Bytes.Length) + commands[i].Bytes.Length;
        if (size > RecordFormat.MaxBodyBytes)
            return null;
        var record = GC.AllocateUninitializedArray<byte>((int)(RecordFormat.HeadSize + size));
        var at = RecordFormat.HeadSize;
        at += Varint.Write(record.AsSpan(at), (uint)commands.Count);
        for (var i = 0; i < commands.Count; i++)
        {
            var bytes = commands[i].Bytes.Span;
            at += Varint.Write(record.AsSpan(at), (uint)bytes.Length);
            bytes.CopyTo(record.AsSpan(at));
            at += bytes.Length;
        }
        return record;
    }

    /// <summary>Reads a command at an offset, which is moved behind it; false when there is no whole one.</summary>
    public static bool TryNext(ReadOnlyMemory<byte> bytes, ref int offset, out ReadOnlyMemory<byte> command)
    {
        command = default;
        if (!Varint.TryRead(bytes.Span[offset..], out var length, out var size) || length > (ulong)(bytes.Length - offset - size))
            return false;
        command = bytes.Slice(offset + size, (int)length);
        offset += size + (int)length;
        return true;
    }

    /// <summary>Reads the count at the start of a body and moves the offset behind it.</summary>
    public static bool TryCount(ReadOnlySpan<byte> body, out int count, out int offset)
    {
        var ok = Varint.TryRead(body, out var value, out offset) && value <= (ulong)body.Length;
        count = (int)value;
        return ok;
    }
}
