using System.Runtime.CompilerServices;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Where each command of a graph is: its block, found by a search among the blocks' first ordinals, and two bytes for
/// its offset in the block; only a block of one large record has higher ones, which it keeps itself. One writer; readers may
/// look for any ordinal that they learned of from the writer.
/// </summary>
internal sealed class CommandMap
{
    private const int LowsAtOnce = 512;

    private readonly Column<ushort> _offsets = new();
    private readonly Column<Block> _blocks = new();
    private int _blockCount;
    private int _hint;

    /// <summary>Commands that are mapped.</summary>
    public int Count => _offsets.Count;

    /// <summary>Blocks that are there.</summary>
    public int BlockCount => Volatile.Read(ref _blockCount);

    public Block BlockAt(int number) => _blocks[number];

    /// <summary>The command's offset in its block.</summary>
    public int OffsetOf(Block block, int ordinal) => block.HighOf(ordinal) << 16 | _offsets[ordinal];

    /// <summary>The newest block, or null.</summary>
    public Block? Newest => _blocks.Count == 0 ? null : _blocks[_blocks.Count - 1];

    /// <summary>
    /// The block that a record at that place belongs to: the newest, or a new one when that is full or ends elsewhere.
    /// </summary>
    public Block BlockFor(RecordPlace place, bool isNewest)
    {
        if (isNewest && Newest is { } newest && newest.Segment == place.Segment && place.End - newest.Offset <= Block.TargetBytes)
            return newest;
        return AddBlock(place.Segment, place.Offset);
    }

    /// <summary>Begins a block: the commands that are added next are in it.</summary>
    public Block AddBlock(uint segment, long offset)
    {
        var block = new Block(segment, offset, Count);
        _blocks.Add(block);
        Volatile.Write(ref _blockCount, _blocks.Count);
        return block;
    }

    /// <summary>Maps the next command to an offset in the newest block.</summary>
    public void Add(long offset)
    {
        Newest!.Reach(Count, (int)(offset >> 16));
        _offsets.Add((ushort)offset);
    }

    /// <summary>Maps the next commands to offsets in the newest block.</summary>
    public void Add(ReadOnlySpan<uint> offsets)
    {
        if (offsets.ContainsAnyExceptInRange(0u, ushort.MaxValue))
        {
            foreach (var offset in offsets)
                Add(offset);
            return;
        }
        Span<ushort> low = stackalloc ushort[LowsAtOnce];
        for (; offsets.Length > 0; offsets = offsets[Math.Min(LowsAtOnce, offsets.Length)..])
        {
            var lows = low[..Math.Min(LowsAtOnce, offsets.Length)];
            Narrow(offsets, lows);
            _offsets.AddRange(lows);
        }
    }

    public void CopyOffsetsTo(int ordinal, Span<uint> offsets)
    {
        foreach (ref var to in offsets)
        {
            Find(ordinal++, out var offset);
            to = (uint)offset;
        }
    }

    public Block Find(int ordinal, out int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ordinal, Count);
        // Forward reading stays in a block, or goes to the one behind it.
        var (count, hint) = (Volatile.Read(ref _blockCount), Volatile.Read(ref _hint));
        if (!Holds(hint, ordinal, count) && !Holds(++hint, ordinal, count))
            hint = Search(ordinal, count);
        Volatile.Write(ref _hint, hint);
        var block = _blocks[hint];
        offset = OffsetOf(block, ordinal);
        return block;
    }

    // Compiled as it shall be at once: a graph is opened before it would be compiled again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<uint> from, Span<ushort> to)
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = (ushort)from[i];
    }

    private bool Holds(int block, int ordinal, int count) =>
        block < count && _blocks[block].First <= ordinal && (block + 1 == count || _blocks[block + 1].First > ordinal);

    private int Search(int ordinal, int count)
    {
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_blocks[middle].First <= ordinal)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }
}
