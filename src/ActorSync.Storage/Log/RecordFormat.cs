using System.Buffers.Binary;
using System.Numerics;

namespace ActorSync.Storage;

/// <summary>Which log a segment file belongs to.</summary>
internal enum LogKind : ushort
{
    Graph = 1,
    PeerKnowledge = 2,
    Index = 3,
    State = 4,
}

/// <summary>The head of a record.</summary>
/// <param name="Length">Bytes of body.</param>
/// <param name="Type">What the body is, as the log's owner numbers it; 0 is the log's own closing mark.</param>
/// <param name="Durable">Bytes of the segment that were known to be on the disk when the record was written.</param>
/// <param name="State">The checksum's state after the head.</param>
internal readonly record struct RecordHead(int Length, byte Type, uint Durable, uint State);

/// <summary>What the header of a segment file says.</summary>
/// <param name="Salt">The log's salt.</param>
/// <param name="Before">Bytes of the file before; 0 when there was none, or it is not known.</param>
internal readonly record struct SegmentHeader(ulong Salt, uint Before);

/// <summary>
/// Segment files and records, byte by byte (docs/storage.md); numbers are little-endian.
/// <para>
/// A record's checksums start from where it stands: the log's salt, the segment's number, the record's offset. A record
/// that strayed, a leftover and a payload that looks like a record are therefore no records. The head has a checksum of
/// its own, so that a search for records behind a bad one looks at each byte once.
/// </para>
/// </summary>
internal static class RecordFormat
{
    public const ushort Version = 1;
    public const int SegmentHeaderSize = 32;
    public const int HeadSize = 17;

    /// <summary>The most bytes in the body of one record.</summary>
    public const int MaxBodyBytes = 1 << 30;

    /// <summary>The type of the mark that a log ends with when it was closed: all before it is on the disk.</summary>
    public const byte ClosedType = 0;

    private static ReadOnlySpan<byte> Magic => "ASYNCLOG"u8;

    public static void WriteSegmentHeader(Span<byte> bytes, LogKind kind, uint segment, SegmentHeader header)
    {
        bytes[..SegmentHeaderSize].Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], (ushort)kind);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], segment);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], header.Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], header.Before);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], Crc.Of(bytes[..28]));
    }

    /// <summary>Whether the bytes are an intact header, of whatever version, kind and number.</summary>
    public static bool IsSegmentHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= SegmentHeaderSize && bytes.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) == Crc.Of(bytes[..28]);

    /// <summary>Reads a segment's header; says what is wrong with it, or null.</summary>
    public static string? ReadSegmentHeader(ReadOnlySpan<byte> bytes, LogKind kind, uint segment, out SegmentHeader header)
    {
        header = default;
        if (!IsSegmentHeader(bytes))
            return "it does not begin with a segment's header";
        header = new SegmentHeader(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version != Version)
            return $"it is of format version {version}, this program reads version {Version}";
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) != (ushort)kind)
            return $"it is a file of another kind of log than {kind}";
        var number = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        return number == segment ? null : $"its header says segment {number:x8}";
    }

    /// <summary>The checksum's state that all records of a segment start from.</summary>
    public static uint Seed(ulong salt, uint segment) => BitOperations.Crc32C(BitOperations.Crc32C(Crc.Start, salt), segment);

    /// <summary>Fills in the head of a record whose body stands behind it already.</summary>
    public static void WriteHead(Span<byte> record, byte type, uint durable, uint seed, uint offset)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeadSize);
        record[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(record[5..], durable);
        var state = HeadState(record, seed, offset);
        BinaryPrimitives.WriteUInt32LittleEndian(record[9..], Crc.End(state));
        BinaryPrimitives.WriteUInt32LittleEndian(record[13..], Crc.End(Crc.Add(state, record[HeadSize..])));
    }

    /// <summary>Reads a head at an offset of its segment; false when there is none.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> bytes, uint seed, uint offset, out RecordHead head)
    {
        head = default;
        if (bytes.Length < HeadSize)
            return false;
        var state = HeadState(bytes, seed, offset);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[9..]) != Crc.End(state))
            return false;
        head = new RecordHead(BinaryPrimitives.ReadInt32LittleEndian(bytes), bytes[4], BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]), state);
        return head.Length is >= 0 and <= MaxBodyBytes && head.Durable <= offset;
    }

    /// <summary>Whether the body, which stands behind the head, is the one that was written.</summary>
    public static bool IsBodyIntact(ReadOnlySpan<byte> record, RecordHead head) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[13..]) == Crc.End(Crc.Add(head.State, record.Slice(HeadSize, head.Length)));

    private static uint HeadState(ReadOnlySpan<byte> head, uint seed, uint offset) =>
        BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(seed, offset), BinaryPrimitives.ReadUInt64LittleEndian(head)), head[8]);
}
