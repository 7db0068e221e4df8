namespace ActorSync.Graphs.Policies;

/// <summary>How a command touched the facts at a place.</summary>
internal enum TouchKind
{
    Read = 0,
    Write = 1,

    /// <summary>It read all whose places begin so.</summary>
    Query = 2,
}

/// <summary>
/// A place that a command read or wrote: what it does anew hangs on these, and others' on those it wrote.
/// </summary>
/// <param name="Place">The place; of a query what places begin with.</param>
/// <param name="Mark">The place's mark, which says the kind too.</param>
/// <param name="Before">What stood there before the command; none, too, of a query.</param>
/// <param name="After">What stands there after it.</param>
internal readonly record struct FactTouch(byte[] Place, uint Mark, FactValue Before, FactValue After)
{
    /// <summary>Where a table has the place, if it does: looked for once, it is found again.</summary>
    public int Slot { get; init; }

    public TouchKind Kind => FactMark.KindOf(Mark);

    public bool IsWrite => Kind == TouchKind.Write;

    public FactTouch As(TouchKind kind) => this with { Mark = FactMark.Of(Mark, kind) };
}

/// <summary>
/// Four bytes in which places are looked for, since comparing those is quick: all but two bits of a hash, and the kind of
/// touch. Hashes are seeded anew in each process, so that nobody can choose keys that are confused.
/// </summary>
internal static class FactMark
{
    private const uint KindMask = 3;

    public static uint Of(ReadOnlySpan<byte> place, TouchKind kind) => Of((uint)PlaceComparer.HashOf(place), kind);

    public static uint Of(uint mark, TouchKind kind) => mark & ~KindMask | (uint)kind;

    public static TouchKind KindOf(uint mark) => (TouchKind)(mark & KindMask);

    /// <summary>Whether two marks are of the same place, if they are of places that are the same at all.</summary>
    public static bool AreAlike(uint one, uint other) => ((one ^ other) & ~KindMask) == 0;
}

/// <summary>Places are the same when their bytes are.</summary>
internal sealed class PlaceComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly PlaceComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => HashOf(obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => HashOf(alternate);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public static int HashOf(ReadOnlySpan<byte> place)
    {
        var hash = new HashCode();
        hash.AddBytes(place);
        return hash.ToHashCode();
    }
}
