namespace ActorSync.Graphs.Policies;

/// <summary>
/// A fact's value, or that there is none. Values of commands that follow each other stand in memory that they share: a
/// graph's history keeps them all, and the garbage collector need not look at each.
/// </summary>
internal readonly struct FactValue(byte[]? bytes, int start, int length)
{
    /// <summary>No value.</summary>
    public static readonly FactValue None;

    public bool IsNone => bytes is null;

    public int Length => length;

    public ReadOnlySpan<byte> Span => bytes.AsSpan(start, length);

    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(start, length);

    public static implicit operator FactValue(byte[]? bytes) => new(bytes, 0, bytes?.Length ?? 0);
}

/// <summary>
/// Where values are put behind each other. Blocks begin small, as most graphs are, and grow until they are large objects:
/// those are moved by no collection, where values that all survive were moved twice.
/// </summary>
internal sealed class FactValues
{
    private const int SmallestBlock = 4 << 10;
    private const int LargestBlock = 128 << 10;
    private const int LargestShared = SmallestBlock / 8;

    private byte[] _block = [];
    private int _used;

    public FactValue Put(ReadOnlySpan<byte> value)
    {
        if (value.Length > LargestShared)
            return value.ToArray();
        if (value.Length > _block.Length - _used)
            (_block, _used) = (GC.AllocateUninitializedArray<byte>(Math.Clamp(2 * _block.Length, SmallestBlock, LargestBlock)), 0);
        var start = _used;
        value.CopyTo(_block.AsSpan(start));
        _used += value.Length;
        return new FactValue(_block, start, value.Length);
    }

    /// <summary>How much of the block is used, to go back to.</summary>
    public (byte[] Block, int Used) Mark => (_block, _used);

    /// <summary>Nobody keeps what was put in since.</summary>
    public void GoBack((byte[] Block, int Used) mark)
    {
        if (mark.Block == _block)
            _used = mark.Used;
    }
}
