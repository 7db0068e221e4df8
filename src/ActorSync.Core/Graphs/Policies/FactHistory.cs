namespace ActorSync.Graphs.Policies;

/// <summary>The facts after the last place of the weave, and at each place what it wrote over: so those at any place are found.</summary>
internal sealed class FactHistory
{
    private const int FewWrites = 64;

    private readonly List<FactUndo> _undo = [];
    private readonly List<int> _ends = [];

    /// <summary>Places.</summary>
    public int Count => _ends.Count;

    /// <summary>The facts after all places.</summary>
    public FactTree Facts { get; private set; }

    /// <summary>Goes on by one place.</summary>
    public void Add(Evaluated evaluated)
    {
        _undo.AddRange(evaluated.Undo);
        _ends.Add(_undo.Count);
        Facts = evaluated.Facts;
    }

    /// <summary>The facts after so many places. Costs what was written since.</summary>
    public FactTree At(int count)
    {
        if (count == 0)
            return FactTree.Empty;
        var start = _ends[count - 1];
        var facts = Facts;
        if (_undo.Count - start <= FewWrites)
        {
            for (var i = _undo.Count - 1; i >= start; i--)
                facts = _undo[i].Apply(facts);
            return facts;
        }
        // Of many writes over one place only the oldest counts: it knows what stood there first.
        var seen = new HashSet<byte[]>(PlaceComparer.Instance);
        for (var i = start; i < _undo.Count; i++)
        {
            if (seen.Add(_undo[i].Place))
                facts = _undo[i].Apply(facts);
        }
        return facts;
    }

    /// <summary>Goes back to so many places; what is cut off can be put back.</summary>
    public FactTail Cut(int count)
    {
        var start = count == 0 ? 0 : _ends[count - 1];
        var tail = new FactTail(count, Facts, _undo.GetRange(start, _undo.Count - start), _ends.GetRange(count, Count - count));
        Facts = At(count);
        _undo.RemoveRange(start, _undo.Count - start);
        _ends.RemoveRange(count, Count - count);
        return tail;
    }

    /// <summary>Puts back what the latest cut that was not put back yet had cut off.</summary>
    public void Restore(FactTail tail)
    {
        if (tail.Count < Count)
            Cut(tail.Count);
        _undo.AddRange(tail.Undo);
        _ends.AddRange(tail.Ends);
        Facts = tail.Facts;
    }
}

/// <summary>The places from one on, cut off.</summary>
internal sealed record FactTail(int Count, FactTree Facts, IReadOnlyList<FactUndo> Undo, IReadOnlyList<int> Ends);

/// <summary>Places are the same when their bytes are.</summary>
internal sealed class PlaceComparer : IEqualityComparer<byte[]>
{
    public static readonly PlaceComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
