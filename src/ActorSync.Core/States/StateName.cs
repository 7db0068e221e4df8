using System.Text;

namespace ActorSync.States;

/// <summary>The name of a shared state: 1 to <see cref="MostBytes"/> bytes of UTF-8 without control characters.</summary>
public readonly record struct StateName
{
    /// <summary>Bytes of a name.</summary>
    public const int MostBytes = 64;

    private const string Members = "members";

    private readonly string? _value;

    /// <exception cref="ArgumentException">No such name may be.</exception>
    public StateName(string value)
    {
        if (!IsName(value))
            throw new ArgumentException($"a state's name has 1 to {MostBytes} bytes of UTF-8 without control characters", nameof(value));
        _value = value;
    }

    /// <summary>
    /// Whether the name is the nodes' own, for what they tell each other of themselves: "members", and what begins with
    /// "actorsync.". Applications cannot open such states.
    /// </summary>
    public bool IsReserved => Value == Members || Value.StartsWith("actorsync.", StringComparison.Ordinal);

    /// <summary>The name; empty for the name that was never given.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether a state may have that name.</summary>
    public static bool IsName(string? text) =>
        !string.IsNullOrEmpty(text) && text.Length <= MostBytes && !text.Any(char.IsControl) && StateEntry.IsText(text) && Encoding.UTF8.GetByteCount(text) <= MostBytes;

    public override string ToString() => Value;
}
