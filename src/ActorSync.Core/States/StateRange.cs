namespace ActorSync.States;

/// <summary>
/// A part of a state: the keys whose position begins with <paramref name="Depth"/> given bits. Two nodes compare the
/// digests of such parts, and look closer where they differ.
/// </summary>
/// <param name="Depth">How many bits are given: 0, for the whole state, to <see cref="MostDepth"/>.</param>
/// <param name="Index">Those bits, as a number below 2^depth.</param>
public readonly record struct StateRange(int Depth, uint Index)
{
    /// <summary>Bits that a range may give.</summary>
    public const int MostDepth = 32;

    private const int PositionBits = 128;

    /// <summary>The whole state.</summary>
    public static readonly StateRange All;

    /// <summary>The first position in it.</summary>
    public UInt128 First => Depth == 0 ? 0 : (UInt128)Index << (PositionBits - Depth);

    /// <summary>The last position in it.</summary>
    public UInt128 Last => First | UInt128.MaxValue >> Depth;

    /// <summary>Whether such a range may be.</summary>
    public bool IsValid => Depth is >= 0 and <= MostDepth && Index <= uint.MaxValue >> MostDepth - Math.Max(Depth, 1) && (Depth > 0 || Index == 0);

    public bool Contains(UInt128 position) => position >= First && position <= Last;

    /// <summary>One of the 2^(depth - <see cref="Depth"/>) ranges that this one falls into at a depth.</summary>
    public StateRange Part(int depth, int number) => new(depth, (uint)(((ulong)Index << depth - Depth) + (ulong)number));

    /// <summary>In which of its parts at a depth a position of it lies.</summary>
    public int PartOf(int depth, UInt128 position) =>
        depth == Depth ? 0 : (int)((uint)(position >> PositionBits - depth) - (uint)((ulong)Index << depth - Depth));
}
