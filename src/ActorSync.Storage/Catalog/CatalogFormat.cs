using System.Buffers.Binary;

namespace ActorSync.Storage;

/// <summary>
/// The bytes of the file "catalog" (docs/storage.md); numbers are little-endian.
/// <code>
/// 0   8 bytes  "ASYNCCAT"
/// 8   u16      format version, 1
/// 10  u16      1: an earlier catalog was lost, and what it named beside this is not known
/// 12  u32      count of entries
/// 16           entries, sorted by kind and name
///     u8       kind: 1 a graph, 4 a state
///     u8       1: missing, and the node has a new instance id for that; 2 more: its place is free for what peers send
///     u16      bytes of the name
///     u32 u64  newest file of its log and bytes of it, when that was last known to be on the disk; 0 for not known
///     u64      salt of its log
///              the name: 32 bytes of a graph's id; of a state's name the bytes in UTF-8
/// end u32      CRC32C of all bytes before
/// </code>
/// </summary>
internal static class CatalogFormat
{
    public const ushort Version = 1;

    private const int HeadSize = 16;
    private const int EntrySize = 24;
    private const int CheckSize = sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "ASYNCCAT"u8;

    public static byte[] Encode(bool isPartial, IReadOnlyCollection<CatalogEntry> entries)
    {
        var bytes = new byte[HeadSize + entries.Sum(entry => EntrySize + entry.Name.Length / 2) + CheckSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)(isPartial ? 1 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)entries.Count);
        var at = HeadSize;
        foreach (var entry in entries)
        {
            var name = Convert.FromHexString(entry.Name);
            var head = bytes.AsSpan(at);
            head[0] = (byte)entry.Kind;
            head[1] = (byte)entry.Loss;
            BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(head[4..], entry.End.Segment);
            BinaryPrimitives.WriteInt64LittleEndian(head[8..], entry.End.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(head[16..], entry.End.Salt);
            name.CopyTo(head[EntrySize..]);
            at += EntrySize + name.Length;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc.Of(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Reads it; says what is wrong with it, or null.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes, List<CatalogEntry> entries, out bool isPartial)
    {
        isPartial = false;
        if (bytes.Length < HeadSize + CheckSize || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^CheckSize..]) != Crc.Of(bytes[..^CheckSize]))
            return "it is not intact";
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version != Version)
            return $"it is of format version {version}, this program reads version {Version}";
        isPartial = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) != 0;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        var rest = bytes[HeadSize..^CheckSize];
        for (var i = 0u; i < count; i++)
        {
            if (rest.Length < EntrySize || BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) is var length && rest.Length < EntrySize + length)
                return $"it ends after {i} of {count} entries";
            var end = new LogEnd(BinaryPrimitives.ReadUInt64LittleEndian(rest[16..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]), BinaryPrimitives.ReadInt64LittleEndian(rest[8..]));
            entries.Add(new CatalogEntry((LogKind)rest[0], Convert.ToHexStringLower(rest.Slice(EntrySize, length)), (KnownLoss)rest[1], end));
            rest = rest[(EntrySize + length)..];
        }
        return rest.IsEmpty ? null : "bytes stand behind its last entry";
    }
}
