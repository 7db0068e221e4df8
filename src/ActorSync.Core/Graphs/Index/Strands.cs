using System.Runtime.CompilerServices;

namespace ActorSync.Graphs.Index;

/// <summary>
/// Labels that settle most questions about who comes before whom at a glance. Every command lies on one of 16 strands,
/// and a segment knows the newest command of each strand that comes before it. What lies above that on its strand does
/// not come before the segment; what lies below it on the same chain does.
/// <para>
/// A chain is a way from child to child: the first that follows a chain's end goes on with it, of a merge's two priors
/// the one of the greater max cut. When a new chain begins and all strands are taken, it takes that of the chain that
/// grew longest ago: of two chains on one strand the labels may say nothing, never something wrong.
/// </para>
/// A vector takes 64 bytes. Merges and branches have one each, a run that goes on with its chain has that of its prior.
/// </summary>
internal sealed class Strands
{
    public const int Most = 16;

    private readonly Column<Newest> _vectors = new(chunkBits: 8);
    private readonly int[] _ends = new int[Most];

    public Strands() => Array.Fill(_ends, -1);

    /// <summary>A command was added to a segment of this strand.</summary>
    public void Extend(int strand, int ordinal) => _ends[strand] = ordinal;

    /// <summary>Where the segment that begins with this command lies.</summary>
    public Place PlaceOf(GraphIndex index, int left, int right, int ordinal)
    {
        if (left < 0)
            return new Place(0, ordinal, -1);
        var (first, second) = right >= 0 && index.MaxCutOf(right) > index.MaxCutOf(left) ? (right, left) : (left, right);
        var next = IsEnd(index, first) ? first : second >= 0 && IsEnd(index, second) ? second : -1;
        if (next >= 0 && right < 0)
            return index.SegmentOf(next).Place;
        var vector = VectorOf(index, left);
        if (right >= 0)
        {
            var other = VectorOf(index, right);
            for (var strand = 0; strand < Most; strand++)
                vector[strand] = Math.Max(vector[strand], other[strand]);
        }
        _vectors.Add(vector);
        return next >= 0
            ? index.SegmentOf(next).Place with { Vector = _vectors.Count - 1 }
            : new Place(_ends.IndexOf(_ends.Min()), ordinal, _vectors.Count - 1);
    }

    /// <summary>Whether the command lies on the way to the other, whose ordinal is not lower; null when the labels do not say.</summary>
    public bool? IsAncestor(GraphIndex index, int ancestor, int descendant)
    {
        var place = index.SegmentOf(ancestor).Place;
        var to = index.SegmentOf(descendant).Place;
        var newest = to.Strand == place.Strand ? descendant : to.Vector < 0 ? -1 : _vectors[to.Vector][place.Strand];
        if (newest < ancestor)
            return false;
        return index.SegmentOf(newest).Place.Chain == place.Chain ? true : null;
    }

    /// <summary>The newest segments were cut.</summary>
    public void Cut(GraphIndex index)
    {
        var vectors = 0;
        Array.Fill(_ends, -1);
        for (var at = 0; at < index.Count; at = index.EndOf(at) + 1)
        {
            var place = index.SegmentOf(at).Place;
            _ends[place.Strand] = index.EndOf(at);
            vectors = Math.Max(vectors, place.Vector + 1);
        }
        _vectors.Cut(vectors);
    }

    private bool IsEnd(GraphIndex index, int ordinal) => _ends[index.SegmentOf(ordinal).Place.Strand] == ordinal;

    // The newest of each strand that is the command or comes before it.
    private Newest VectorOf(GraphIndex index, int ordinal)
    {
        var place = index.SegmentOf(ordinal).Place;
        var vector = place.Vector < 0 ? Newest.Nothing : _vectors[place.Vector];
        vector[place.Strand] = ordinal;
        return vector;
    }

    /// <param name="Strand">The strand.</param>
    /// <param name="Chain">Ordinal of the first command of the chain.</param>
    /// <param name="Vector">Which vector says what comes before; -1 while nothing does on another strand.</param>
    internal readonly record struct Place(int Strand, int Chain, int Vector);

    [InlineArray(Most)]
    private struct Newest
    {
        private int _first;

        public static Newest Nothing
        {
            get
            {
                var vector = default(Newest);
                ((Span<int>)vector).Fill(-1);
                return vector;
            }
        }
    }
}
