using System.Numerics;

namespace ActorSync.Graphs.Index;

/// <summary>
/// The segments of a graph, and which of them each command lies in: a bit for each command says whether a segment begins
/// with it, and with every 64 bits stands how many began before, so that counting bits finds the segment.
/// </summary>
internal sealed class Runs
{
    private const int WordBits = 64;

    private readonly Column<Segment> _segments = new(chunkBits: 11);
    private readonly Column<Word> _words = new();

    public int Count => _segments.Count;

    public ref Segment this[int number] => ref _segments[number];

    /// <summary>The segment that the command lies in.</summary>
    public ref Segment Of(int ordinal) => ref _segments[NumberOf(ordinal)];

    public int NumberOf(int ordinal)
    {
        ref var word = ref _words[ordinal / WordBits];
        return word.Before + BitOperations.PopCount(word.Begins << (WordBits - 1 - ordinal % WordBits)) - 1;
    }

    /// <summary>Begins a segment with a command that comes after all before.</summary>
    public void Add(in Segment segment)
    {
        Cover(segment.First);
        _segments.Add(segment);
        _words[segment.First / WordBits].Begins |= 1UL << segment.First % WordBits;
    }

    /// <summary>The newest segment reaches to this command at least.</summary>
    public void Cover(int ordinal)
    {
        while (_words.Count <= ordinal / WordBits)
            _words.Add(new Word { Before = _segments.Count });
    }

    /// <summary>The first so many commands are left.</summary>
    public void Cut(int commands)
    {
        _segments.Cut(commands == 0 ? 0 : NumberOf(commands - 1) + 1);
        _words.Cut((commands + WordBits - 1) / WordBits);
        if (commands % WordBits != 0)
            _words[commands / WordBits].Begins &= (1UL << commands % WordBits) - 1;
    }

    public void CopyTo(int first, Span<Segment> segments) => _segments.CopyTo(first, segments);

    private struct Word
    {
        public ulong Begins;
        public int Before;
    }
}
