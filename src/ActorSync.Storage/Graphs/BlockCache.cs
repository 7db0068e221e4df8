namespace ActorSync.Storage;

/// <summary>
/// A run of whole records of one graph that is read, checked and kept in memory together.
/// </summary>
internal sealed class Block(uint segment, long offset, int first)
{
    /// <summary>Bytes up to which records share a block; a larger record has one of its own.</summary>
    public const int TargetBytes = 64 << 10;

    private byte[]? _data;
    private (int Ordinal, int High)[] _highs = [];

    public uint Segment => segment;

    /// <summary>Where its first record begins in the file.</summary>
    public long Offset => offset;

    /// <summary>Ordinal of its first command.</summary>
    public int First => first;

    /// <summary>Bytes of records; grows while it is the graph's newest.</summary>
    public int Length { get; set; }

    public long End => offset + Length;

    /// <summary>Checked bytes that never change below <see cref="Length"/>, or null when they have to be read.</summary>
    public byte[]? Data
    {
        get => Volatile.Read(ref _data);
        set => Volatile.Write(ref _data, value);
    }

    /// <summary>Whether it was read since the cache last looked.</summary>
    public bool WasUsed { get; set; }

    /// <summary>The upper half of a command's offset: 0 but in a block of one large record.</summary>
    public int HighOf(int ordinal)
    {
        var highs = Volatile.Read(ref _highs);
        var (low, high) = (0, highs.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (highs[middle].Ordinal <= ordinal)
                low = middle + 1;
            else
                high = middle;
        }
        return low == 0 ? 0 : highs[low - 1].High;
    }

    /// <summary>Says the upper half of the next command's offset; a reader keeps the list that it has seen.</summary>
    public void Reach(int ordinal, int high)
    {
        if (high != (_highs.Length == 0 ? 0 : _highs[^1].High))
            Volatile.Write(ref _highs, [.. _highs, (ordinal, high)]);
    }

    /// <summary>Where in these bytes of the block no intact record is; -1 when all are.</summary>
    /// <param name="data">What was read.</param>
    /// <param name="seed">See <see cref="RecordFormat.Seed"/>.</param>
    public int FindDamage(ReadOnlySpan<byte> data, uint seed)
    {
        for (var at = 0; at < data.Length;)
        {
            var record = data[at..];
            if (!RecordFormat.TryReadHead(record, seed, (uint)(offset + at), out var head)
                || head.Length > record.Length - RecordFormat.HeadSize
                || !RecordFormat.IsBodyIntact(record, head))
                return at;
            at += RecordFormat.HeadSize + head.Length;
        }
        return -1;
    }
}

/// <summary>
/// Keeps the blocks of all graphs of a node within a number of bytes: the oldest goes, unless it was used since it last
/// was the oldest. Memory that readers hold stays theirs; the cache only lets go of it.
/// </summary>
internal sealed class BlockCache(long limitBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<Block> _blocks = new();
    private long _bytes;

    /// <summary>Takes a block that has just got its data and will not grow any more.</summary>
    public void Add(Block added)
    {
        lock (_gate)
        {
            _blocks.Enqueue(added);
            _bytes += added.Length;
            while (_bytes > limitBytes && _blocks.TryDequeue(out var oldest))
            {
                if (oldest.WasUsed && oldest != added)
                {
                    oldest.WasUsed = false;
                    _blocks.Enqueue(oldest);
                    continue;
                }
                oldest.Data = null;
                _bytes -= oldest.Length;
            }
        }
    }
}
