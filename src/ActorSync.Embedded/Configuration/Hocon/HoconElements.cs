#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>One part of a value: <c>a ${b} "c"</c> is three of them and the blanks between.</summary>
internal interface IHoconElement;

/// <summary>A quoted or unquoted text, or the blanks between two parts.</summary>
internal sealed record HoconLiteral(string Value) : IHoconElement;

/// <summary>An array; several in one value are one after the other.</summary>
internal sealed class HoconArray : List<HoconValue>, IHoconElement;

/// <summary>A reference to another path.</summary>
internal sealed class HoconSubstitution(string path, string where) : IHoconElement
{
    public string Path { get; set; } = path;

    /// <summary>Line and column, for messages.</summary>
    public string Where { get; } = where;

    public HoconValue? Resolved { get; set; }
}
