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
/// many were looked up that it is the cheaper way.
/// </summary>
internal sealed class PastPlaceFacts(FactHistory history, int count) : IFactSource
{
    private const int ManyLookups = 256;

    private FactTree? _whole;
    private int _lookups;

    public FactValue Find(ref SoughtPlace place)
    {
        if (_whole is null && _lookups++ < ManyLookups)
            return history.FindAt(count, ref place);
        return Whole().Find(ref place);
    }

    public FactTree Whole() => _whole ??= history.At(count);
}
