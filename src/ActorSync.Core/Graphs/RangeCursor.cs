using ActorSync.Graphs.Index;

namespace ActorSync.Graphs;

/// <summary>A place in a list of ascending ranges of ordinals; a value, so that a place is kept by copying it.</summary>
internal struct RangeCursor(IReadOnlyList<OrdinalRange> ranges)
{
    private int _range;
    private int _offset;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool AtEnd => _range == ranges.Count;

    /// <summary>Whether it has not moved yet.</summary>
    public readonly bool IsAtStart => _range == 0 && _offset == 0;

    /// <summary>The ordinal at this place.</summary>
    public readonly int Ordinal => ranges[_range].First + _offset;

    public void MoveNext()
    {
        if (++_offset < ranges[_range].Count)
            return;
        _range++;
        _offset = 0;
    }
}
