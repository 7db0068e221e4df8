#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>What one HOCON text holds.</summary>
public class HoconRoot
{
    /// <summary>The root of a parsed text.</summary>
    public HoconRoot(HoconValue value)
        : this(value, [])
    {
    }

    internal HoconRoot(HoconValue value, IReadOnlyList<HoconSubstitution> substitutions) => (Value, Substitutions) = (value, substitutions);

    /// <summary>The outermost value, an object.</summary>
    public HoconValue Value { get; }

    /// <summary>Resolved once more where the text is included, by their paths there.</summary>
    internal IReadOnlyList<HoconSubstitution> Substitutions { get; }
}
