namespace ActorSync.Graphs.Index;

/// <summary>
/// A list that one writer appends to and cuts, in chunks that never move: readers that were handed a count may read
/// below it from any thread while the writer goes on.
/// </summary>
internal sealed class Column<T>
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private T[][] _chunks = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    public void Add(T value)
    {
        var chunk = Count >> ChunkBits;
        if (chunk == _chunks.Length)
            Grow();
        _chunks[chunk] ??= new T[ChunkSize];
        _chunks[chunk][Count & (ChunkSize - 1)] = value;
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
