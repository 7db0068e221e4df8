namespace ActorSync.Graphs.Index;

/// <summary>
/// A list that one writer appends to and cuts, in chunks: readers that were handed a count may read below it from any
/// thread while the writer goes on.
/// </summary>
/// <param name="chunkBits">A chunk holds 2 to the power of this.</param>
internal sealed class Column<T>(int chunkBits = 12)
{
    private const int SmallestChunk = 16;

    private T[][] _chunks = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _chunks[index >> chunkBits][index & ((1 << chunkBits) - 1)];

    public void Add(T value)
    {
        var (chunk, at) = (Count >> chunkBits, Count & ((1 << chunkBits) - 1));
        Reach(chunk, at + 1);
        _chunks[chunk][at] = value;
        Count++;
    }

    public void AddRange(ReadOnlySpan<T> values)
    {
        while (values.Length > 0)
        {
            var (chunk, at) = (Count >> chunkBits, Count & ((1 << chunkBits) - 1));
            var taken = Math.Min(values.Length, (1 << chunkBits) - at);
            Reach(chunk, at + taken);
            values[..taken].CopyTo(_chunks[chunk].AsSpan(at));
            values = values[taken..];
            Count += taken;
        }
    }

    public void AddRange(T value, int count)
    {
        while (count > 0)
        {
            var (chunk, at) = (Count >> chunkBits, Count & ((1 << chunkBits) - 1));
            var taken = Math.Min(count, (1 << chunkBits) - at);
            Reach(chunk, at + taken);
            _chunks[chunk].AsSpan(at, taken).Fill(value);
            count -= taken;
            Count += taken;
        }
    }

    /// <summary>Values that all stand in one chunk.</summary>
    public ReadOnlySpan<T> Part(int first, int count) => _chunks[first >> chunkBits].AsSpan(first & ((1 << chunkBits) - 1), count);

    public void CopyTo(int first, Span<T> destination)
    {
        while (destination.Length > 0)
        {
            var (chunk, at) = (first >> chunkBits, first & ((1 << chunkBits) - 1));
            var taken = Math.Min(destination.Length, (1 << chunkBits) - at);
            _chunks[chunk].AsSpan(at, taken).CopyTo(destination);
            destination = destination[taken..];
            first += taken;
        }
    }

    public void Cut(int count) => Count = count;

    // The chunk must be there, with room for so many.
    private void Reach(int chunk, int room)
    {
        if (chunk == _chunks.Length)
            Grow();
        if (_chunks[chunk] is not { } there || there.Length < room)
            Enlarge(chunk, room);
    }

    // The first chunk grows with what it holds, so that a small graph is small; a reader keeps the one it has seen.
    private void Enlarge(int chunk, int room)
    {
        var most = 1 << chunkBits;
        var larger = new T[chunk == 0 ? Math.Min(most, Math.Max(SmallestChunk, Math.Max(room, 2 * (_chunks[0]?.Length ?? 0)))) : most];
        _chunks[chunk]?.CopyTo(larger, 0);
        Volatile.Write(ref _chunks[chunk], larger);
    }

    private void Grow()
    {
        // The outer array doubles, so that appending stays O(1); a reader keeps the one it has seen.
        var chunks = new T[Math.Max(4, _chunks.Length * 2)][];
        _chunks.CopyTo(chunks, 0);
        Volatile.Write(ref _chunks, chunks);
    }
}
