namespace ActorSync.Graphs.Policies;

/// <summary>
/// What a graph's commands have written, at one moment: names and keys to values, immutable. It may be read from any
/// thread while commits go on.
/// </summary>
public sealed class Facts
{
    /// <summary>No facts at all.</summary>
    public static readonly Facts None = new(FactVersion.Empty);

    private readonly FactVersion _version;

    internal Facts(FactVersion version)
    {
        _version = version;
    }

    /// <summary>How many facts there are.</summary>
    public int Count => _version.Count;

    /// <summary>The value under a name and a key.</summary>
    public bool TryGet(string name, ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        var found = _version.Tree.Find(FactPlace.Of(name, key));
        value = found.Memory;
        return !found.IsNone;
    }

    /// <summary>The facts of a name whose keys begin so, in the order of their keys.</summary>
    public IEnumerable<Fact> Query(string name, ReadOnlySpan<byte> keyPrefix = default) => Query(_version.Tree, FactPlace.Of(name, keyPrefix));

    /// <summary>All facts, in the order of names and keys.</summary>
    public IEnumerable<Fact> All() => Query(_version.Tree, []);

    /// <summary>Whether these are the same facts.</summary>
    public bool IsSameAs(Facts other) =>
        _version == other._version || Count == other.Count && _version.Tree.From([]).Zip(other._version.Tree.From([])).All(pair => IsSame(pair.First, pair.Second));

    internal static IEnumerable<Fact> Query(FactTree tree, byte[] prefix) => tree.From(prefix).Select(node => FactPlace.ToFact(node.Place, node.Value));

    private static bool IsSame(FactTree.Node one, FactTree.Node other) =>
        one == other || one.Place.AsSpan().SequenceEqual(other.Place) && one.Value.Span.SequenceEqual(other.Value.Span);
}
