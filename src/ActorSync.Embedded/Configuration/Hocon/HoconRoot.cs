#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>What one HOCON text holds.</summary>
public class HoconRoot
{
    /// <summary>The root of a parsed text.</summary>
    public HoconRoot(HoconValue value) => Value = value;

    /// <summary>The outermost value, an object.</summary>
    public HoconValue Value { get; }
}
