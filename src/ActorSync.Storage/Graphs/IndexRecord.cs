using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// The body of a record of a graph's index as it was first written, and is read still: some blocks of the graph's log, and of
/// each command in them what the index follows from. <see cref="PackedIndexRecord"/> took its place. Numbers are little-endian.
/// <code>
/// 0   u32  ordinal of the first command      4   u32  commands
/// 8   u32  blocks                            12  u32  runs
/// blocks ×    u32 segment, u32 offset, u32 bytes, u32 commands
/// runs ×      u32 commands, u32 kind and u32 value of their priority,
///             i32 left, i32 right: ordinals of the first one's priors, -1 where there is none
/// commands ×  32 bytes of id
/// commands ×  u32 offset in its block
/// </code>
/// The blocks follow those of the record before without a gap; a run goes on linearly, with one priority, and its
/// first command may go on with the run before.
/// </summary>
internal static class IndexRecord
{
    /// <summary>The record type of a part of the index.</summary>
    public const byte RecordType = 1;

    private const int HeadSize = 16;
    private const int BlockSize = 16;
    private const int RunSize = 20;

    /// <summary>Adds what a record says to an index and a map; false when it does not go on where they end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, GraphIndex index, CommandMap map)
    {
        if (body.Length < HeadSize)
            return false;
        var (first, commands, blocks, runs) = (Number(body, 0), Number(body, 4), Number(body, 8), Number(body, 12));
        if (first != index.Count || commands <= 0 || blocks <= 0 || runs <= 0 || body.Length != SizeOf(commands, blocks, runs))
            return false;
        var atRuns = HeadSize + blocks * BlockSize;
        var atIds = atRuns + runs * RunSize;
        var atOffsets = atIds + commands * CommandId.Size;
        return TryReadRuns(body[atRuns..atIds], body[atIds..atOffsets], index)
            && TryReadBlocks(body[HeadSize..atRuns], body[atOffsets..], map);
    }

    private static bool TryReadRuns(ReadOnlySpan<byte> runs, ReadOnlySpan<byte> ids, GraphIndex index)
    {
        for (; runs.Length > 0; runs = runs[RunSize..])
        {
            var (commands, kind, value, left, right) = (Number(runs, 0), Number(runs, 4), (uint)Number(runs, 8), Number(runs, 12), Number(runs, 16));
            var isInit = index.Count == 0 && left == -1 && right == -1;
            var follows = left >= 0 && left < index.Count && right >= -1 && right < index.Count && left != right;
            if (commands <= 0 || commands > ids.Length / CommandId.Size || !(isInit || follows) || kind is < 0 or > (int)PriorityKind.Init || (value > 0 && kind != (int)PriorityKind.Basic))
                return false;
            index.Restore(left, right, Priority.Of((PriorityKind)kind, value), ids[..(commands * CommandId.Size)]);
            ids = ids[(commands * CommandId.Size)..];
        }
        return ids.Length == 0;
    }

    private static bool TryReadBlocks(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> offsets, CommandMap map)
    {
        for (; blocks.Length > 0; blocks = blocks[BlockSize..])
        {
            var (segment, offset, bytes, commands) = ((uint)Number(blocks, 0), (uint)Number(blocks, 4), Number(blocks, 8), Number(blocks, 12));
            if (bytes <= 0 || commands <= 0 || commands > offsets.Length / sizeof(uint))
                return false;
            map.AddBlock(segment, offset).Length = bytes;
            for (var i = 0; i < commands; i++, offsets = offsets[sizeof(uint)..])
                map.Add((uint)Number(offsets, 0));
        }
        return offsets.Length == 0;
    }

    private static long SizeOf(long commands, long blocks, long runs) =>
        HeadSize + blocks * BlockSize + runs * RunSize + commands * (CommandId.Size + sizeof(uint));

    private static int Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
}
