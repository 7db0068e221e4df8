using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// The body of a record of a graph's index: some blocks of the graph's log, and what the index holds in memory of the commands
/// in them, as it stands there, so that opening a graph copies it. Numbers are little-endian.
/// <code>
/// 0   u32  ordinal of the first command      4   u32  commands
/// 8   u32  blocks                            12  u32  segments
/// 16  u32  joints                            20  u32  runs of priorities
/// 24  u32  bytes of labels
/// blocks ×    u32 segment, u32 offset, u32 bytes, u32 commands
/// segments ×  i32 first, max cut, left, depth, skip, mark           (those that begin with one of the commands)
/// joints ×    i32 first, right, dominator, chain, strand, labels    (those among the commands)
/// runs ×      u32 commands, u32 kind and u32 value of their priority
/// commands ×  u32 offset in its block
/// commands ×  32 bytes of id
/// labels      of the joints
/// </code>
/// The blocks follow those of the record before without a gap.
/// </summary>
internal static class PackedIndexRecord
{
    /// <summary>The record type of a part of the index.</summary>
    public const byte RecordType = 2;

    private const int HeadNumbers = 7;
    private const int BlockNumbers = 4;
    private const int ShapeNumbers = 6;
    private const int PriorityNumbers = 3;

    /// <summary>Encodes the commands of some blocks, none of them the newest, with room for a record's head before.</summary>
    public static byte[] Encode(GraphIndex index, CommandMap map, int firstBlock, int blocks)
    {
        var (first, end) = (map.BlockAt(firstBlock).First, map.BlockAt(firstBlock + blocks).First);
        var (segment, endSegment) = (SegmentsBefore(index, first), SegmentsBefore(index, end));
        var (joint, endJoint) = (index.Strands.FirstFrom(first), index.Strands.FirstFrom(end));
        var (label, endLabel) = (index.Strands.LabelsEnd(joint), index.Strands.LabelsEnd(endJoint));
        var priorities = Priorities(index, first, end);
        var head = new Head(first, end - first, blocks, endSegment - segment, endJoint - joint, priorities.Count, endLabel - label);

        var record = new byte[RecordFormat.HeadSize + head.Bytes];
        var rest = record.AsSpan(RecordFormat.HeadSize);
        Put(ref rest, [head]);
        for (var i = firstBlock; i < firstBlock + blocks; i++)
        {
            var block = map.BlockAt(i);
            Put(ref rest, [new KeptBlock(block.Segment, (uint)block.Offset, block.Length, map.BlockAt(i + 1).First - block.First)]);
        }
        var segments = new Segment[head.Segments];
        index.Runs.CopyTo(segment, segments);
        Put<Segment>(ref rest, segments);
        var joints = new Joint[head.Joints];
        index.Strands.CopyTo(joint, joints);
        Put<Joint>(ref rest, joints);
        Put<PriorityRun>(ref rest, CollectionsMarshal.AsSpan(priorities));
        var offsets = new uint[head.Commands];
        map.CopyOffsetsTo(first, offsets);
        Put<uint>(ref rest, offsets);
        for (var ordinal = first; ordinal < end; ordinal++, rest = rest[CommandId.Size..])
            index.IdOf(ordinal).CopyTo(rest);
        index.Strands.CopyLabelsTo(label, rest);
        return record;
    }

    /// <summary>Adds what a record says to an index and a map; false when it does not go on where they end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, GraphIndex index, CommandMap map)
    {
        if (body.Length < HeadNumbers * sizeof(int))
            return false;
        var head = Take<Head>(ref body, 1)[0];
        if (head.First != index.Count || head.Commands <= 0 || head.Blocks <= 0 || head.Segments < 0 || head.Joints < 0 || head.Priorities <= 0 || head.Labels < 0
            || HeadNumbers * sizeof(int) + body.Length != head.Bytes)
            return false;
        var blocks = Take<KeptBlock>(ref body, head.Blocks);
        var segments = Take<Segment>(ref body, head.Segments);
        var joints = Take<Joint>(ref body, head.Joints);
        var priorities = Take<PriorityRun>(ref body, head.Priorities);
        var offsets = Take<uint>(ref body, head.Commands);
        var ids = body[..(head.Commands * CommandId.Size)];
        var kept = new KeptCommands { Ids = ids, Priorities = priorities, Segments = segments, Joints = joints, Labels = body[ids.Length..] };
        if (!AreSound(blocks, head.Commands) || !index.TryRestore(in kept))
            return false;
        foreach (var block in blocks)
        {
            map.AddBlock(block.Segment, block.Offset).Length = block.Bytes;
            map.Add(offsets[..block.Commands]);
            offsets = offsets[block.Commands..];
        }
        return true;
    }

    private static bool AreSound(ReadOnlySpan<KeptBlock> blocks, int commands)
    {
        long all = 0;
        foreach (var block in blocks)
        {
            if (block.Bytes <= 0 || block.Commands <= 0)
                return false;
            all += block.Commands;
        }
        return all == commands;
    }

    private static int SegmentsBefore(GraphIndex index, int ordinal) => ordinal == 0 ? 0 : index.Runs.NumberOf(ordinal - 1) + 1;

    private static List<PriorityRun> Priorities(GraphIndex index, int first, int end)
    {
        var runs = new List<PriorityRun>();
        var (start, priority) = (first, index.PriorityAt(first));
        for (var ordinal = first + 1; ordinal <= end; ordinal++)
        {
            var next = ordinal < end ? index.PriorityAt(ordinal) : priority;
            if (ordinal < end && next == priority)
                continue;
            runs.Add(new PriorityRun(ordinal - start, (int)priority.Kind, priority.Value));
            (start, priority) = (ordinal, next);
        }
        return runs;
    }

    // All that is put and taken are numbers of four bytes.
    private static void Put<T>(ref Span<byte> rest, scoped ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(rest);
        if (!BitConverter.IsLittleEndian)
            Reverse(rest[..bytes.Length]);
        rest = rest[bytes.Length..];
    }

    private static ReadOnlySpan<T> Take<T>(ref ReadOnlySpan<byte> rest, int count) where T : unmanaged
    {
        var bytes = rest[..(count * Unsafe.SizeOf<T>())];
        rest = rest[bytes.Length..];
        if (!BitConverter.IsLittleEndian)
        {
            var copy = bytes.ToArray();
            Reverse(copy);
            bytes = copy;
        }
        return MemoryMarshal.Cast<byte, T>(bytes);
    }

    private static void Reverse(Span<byte> bytes)
    {
        var numbers = MemoryMarshal.Cast<byte, int>(bytes);
        BinaryPrimitives.ReverseEndianness(numbers, numbers);
    }

    private readonly record struct Head(int First, int Commands, int Blocks, int Segments, int Joints, int Priorities, int Labels)
    {
        /// <summary>Bytes of the body.</summary>
        public long Bytes => sizeof(int) * (HeadNumbers + (long)Blocks * BlockNumbers + ((long)Segments + Joints) * ShapeNumbers + (long)Priorities * PriorityNumbers + Commands)
            + (long)Commands * CommandId.Size + Labels;
    }

    private readonly record struct KeptBlock(uint Segment, uint Offset, int Bytes, int Commands);
}
