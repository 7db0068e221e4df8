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
