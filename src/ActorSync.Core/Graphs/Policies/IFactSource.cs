namespace ActorSync.Graphs.Policies;

/// <summary>The facts that a command is evaluated over.</summary>
internal interface IFactSource
{
    /// <summary>The value at a place, or none.</summary>
    FactValue Find(ref SoughtPlace place);

    /// <summary>All of them.</summary>
    FactTree Whole();
}

/// <summary>A place that is looked for, in memory that is used again: an array is made of it where nobody keeps one already.</summary>
internal ref struct SoughtPlace(ReadOnlySpan<byte> bytes, uint mark)
{
    public readonly ReadOnlySpan<byte> Bytes = bytes;

    /// <summary>Its mark, of whatever kind.</summary>
    public readonly uint Mark = mark;

    /// <summary>Where the table has the place in which it was found last.</summary>
    public int Slot;

    private byte[]? _kept;

    /// <summary>The array that is kept for the place already, as soon as one is found.</summary>
    public byte[] Kept
    {
        get => _kept ??= Bytes.ToArray();
        set => _kept = value;
    }
}

/// <summary>Facts that are at hand as a tree.</summary>
internal sealed class TreeFacts(FactTree tree) : IFactSource
{
    public FactValue Find(ref SoughtPlace place) => tree.Find(ref place);

    public FactTree Whole() => tree;
}

/// <summary>
/// Facts far back, looked up one by one: putting all of them together costs what was written since, and is done once so
/// many were looked up that it is the cheaper way. Put together they stay what they are; until then they are found in the
/// history, at a place that must be told anew when the weave has changed.
/// </summary>
internal sealed class PastPlaceFacts : IFactSource
{
    private const int ManyLookups = 1024;

    private FactHistory? _history;
    private int _count;
    private FactTree? _whole;
    private int _lookups;

    /// <summary>Whether they are put together.</summary>
    public bool IsWhole => _whole is not null;

    /// <summary>Whether they are put together, or it is known where they are.</summary>
    public bool IsFound => IsWhole || _history is not null;

    /// <summary>They are those after so many places of the history.</summary>
    public void MoveTo(FactHistory history, int count) => (_history, _count) = (history, count);

    /// <summary>The weave may change: where they are is no longer known.</summary>
    public void Lose() => _history = null;

    public FactValue Find(ref SoughtPlace place)
    {
        if (_whole is null && _lookups++ < ManyLookups)
            return _history!.FindAt(_count, ref place);
        return Whole().Find(ref place);
    }

    /// <summary>These are the facts now with those.</summary>
    public void Write(PlaceTable values) => _whole = Whole().With(values);

    public FactTree Whole() => _whole ??= _history!.At(_count);
}
