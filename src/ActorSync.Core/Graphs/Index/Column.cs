namespace ActorSync.Graphs.Index;

/// <summary>
/// A list that one writer appends to and cuts, in chunks that never move: readers that were handed a count may read
/// below it from any thread while the writer goes on.
/// </summary>
/// <param name="chunkBits">A chunk holds 2 to the power of this.</param>
internal sealed class Column<T>(int chunkBits = 12)
{
    private T[][] _chunks = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _chunks[index >> chunkBits][index & ((1 << chunkBits) - 1)];

    public void Add(T value)
    {
        var chunk = Count >> chunkBits;
        if (chunk == _chunks.Length)
            Grow();
        _chunks[chunk] ??= new T[1 << chunkBits];
        _chunks[chunk][Count & ((1 << chunkBits) - 1)] = value;
        Count++;
    }

    public void Cut(int count) => Count = count;

    private void Grow()
    {
        // The outer array doubles, so that appending stays O(1); a reader keeps the one it has seen.
        var chunks = new T[Math.Max(4, _chunks.Length * 2)][];
        _chunks.CopyTo(chunks, 0);
        Volatile.Write(ref _chunks, chunks);
    }
}
