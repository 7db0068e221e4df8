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
        if (chunk == _chunks.Length)
            Grow();
        if (_chunks[chunk] is null || _chunks[chunk].Length == at)
            Enlarge(chunk, at);
        _chunks[chunk][at] = value;
        Count++;
    }

    public void Cut(int count) => Count = count;

    // The first chunk grows with what it holds, so that a small graph is small; a reader keeps the one it has seen.
    private void Enlarge(int chunk, int held)
    {
        var larger = new T[chunk == 0 ? Math.Min(1 << chunkBits, Math.Max(SmallestChunk, 2 * held)) : 1 << chunkBits];
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
