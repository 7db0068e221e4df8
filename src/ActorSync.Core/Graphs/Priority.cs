namespace ActorSync.Graphs;

/// <summary>The kinds of priority, lowest first.</summary>
public enum PriorityKind : byte
{
    Merge = 0,
    Basic = 1,
    Finalize = 2,
    Init = 3,
}

/// <summary>Merge &lt; Basic(u32) &lt; Finalize &lt; Init.</summary>
public readonly record struct Priority : IComparable<Priority>
{
    private Priority(PriorityKind kind, uint value)
    {
        Kind = kind;
        Value = value;
    }

    public static readonly Priority Merge = new(PriorityKind.Merge, 0);
    public static readonly Priority Finalize = new(PriorityKind.Finalize, 0);
    public static readonly Priority Init = new(PriorityKind.Init, 0);

    public PriorityKind Kind { get; }

    /// <summary>The number of a basic priority; 0 for the others.</summary>
    public uint Value { get; }

    public static Priority Basic(uint value) => new(PriorityKind.Basic, value);

    /// <summary>The priority of a kind that is known to be one, and of a value that only a basic one has.</summary>
    internal static Priority Of(PriorityKind kind, uint value) => new(kind, value);

    public int CompareTo(Priority other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : Value.CompareTo(other.Value);

    public static bool operator <(Priority left, Priority right) => left.CompareTo(right) < 0;

    public static bool operator >(Priority left, Priority right) => left.CompareTo(right) > 0;

    public static bool operator <=(Priority left, Priority right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Priority left, Priority right) => left.CompareTo(right) >= 0;

    public override string ToString() => Kind == PriorityKind.Basic ? $"basic {Value}" : Kind.ToString().ToLowerInvariant();
}
