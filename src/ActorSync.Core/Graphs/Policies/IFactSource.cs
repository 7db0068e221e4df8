namespace ActorSync.Graphs.Policies;

/// <summary>The facts that a command is evaluated over.</summary>
internal interface IFactSource
{
    /// <summary>The value at a place, null for none. The place becomes the array that is kept for it already, if one is at hand.</summary>
    byte[]? Find(ref byte[] place);

    /// <summary>All of them.</summary>
    FactTree Whole();
}

/// <summary>Facts that are at hand as a tree.</summary>
internal sealed class TreeFacts(FactTree tree) : IFactSource
{
    public byte[]? Find(ref byte[] place) => tree.Find(ref place);

    public FactTree Whole() => tree;
}

/// <summary>Facts far back, looked up one by one: putting all of them together costs what was written since.</summary>
internal sealed class PastPlaceFacts(FactHistory history, int count) : IFactSource
{
    public byte[]? Find(ref byte[] place) => history.FindAt(count, ref place);

    public FactTree Whole() => history.At(count);
}
