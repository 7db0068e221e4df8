namespace ActorSync.Graphs;

/// <summary>
/// Where a command stands in its graph: its id and its max cut, which is the greatest number of steps from the init
/// command (0) to it.
/// </summary>
public readonly record struct Address(CommandId Id, int MaxCut)
{
    public override string ToString() => $"{Id.ToShortString()}@{MaxCut}";
}

/// <summary>What a command follows: nothing (an init command), one command, or two (a merge).</summary>
public readonly record struct Prior
{
    private Prior(PriorKind kind, Address left, Address right)
    {
        Kind = kind;
        Left = left;
        Right = right;
    }

    public static readonly Prior None;

    public PriorKind Kind { get; }

    /// <summary>The one prior of a single, or the merge's prior with the lower id.</summary>
    public Address Left { get; }

    /// <summary>The merge's prior with the higher id.</summary>
    public Address Right { get; }

    /// <summary>The max cut that follows: none 0, single p + 1, merge max(l, r) + 1.</summary>
    public int MaxCut => Kind switch
    {
        PriorKind.None => 0,
        PriorKind.Single => Left.MaxCut + 1,
        _ => Math.Max(Left.MaxCut, Right.MaxCut) + 1,
    };

    public static Prior Single(Address address) => new(PriorKind.Single, address, default);

    /// <summary>A merge's two priors, put in order of their ids.</summary>
    /// <exception cref="ArgumentException">Both are the same command.</exception>
    public static Prior Merge(Address one, Address other) => one.Id.CompareTo(other.Id) switch
    {
        < 0 => new(PriorKind.Merge, one, other),
        > 0 => new(PriorKind.Merge, other, one),
        _ => throw new ArgumentException($"a command cannot be merged with itself: {one}", nameof(other)),
    };

    /// <summary>The same of two that are known to be in that order.</summary>
    internal static Prior Ordered(Address left, Address right) => new(PriorKind.Merge, left, right);
}

public enum PriorKind : byte
{
    None = 0,
    Single = 1,
    Merge = 2,
}
