#nullable enable

using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>A value: a text, an array, an object, or a substitution that stands for one of them.</summary>
public class HoconValue
{
    // Unquoted, these end a text or mean something else.
    private const string MustBeQuoted = "$\"{}[]:=,#`^?!@*&\\/ \t\r\n";

    private readonly List<IHoconElement> _parts = [];

    /// <summary>Whether there is nothing in it, or an object without keys.</summary>
    public bool IsEmpty => _parts.Count == 0 || _parts[0] is HoconObject { Items.Count: 0 };

    internal IReadOnlyList<IHoconElement> Parts => _parts;

    /// <summary>Whether this is an object.</summary>
    public bool IsObject() => GetObject() is not null;

    /// <summary>The object, or null.</summary>
    public HoconObject? GetObject() => _parts.Count == 0
        ? null
        : _parts[0] switch
        {
            HoconObject o => o,
            HoconSubstitution s => s.Resolved?.GetObject(),
            _ => null,
        };

    /// <summary>The value of a key, or null where this is no object or lacks the key.</summary>
    internal HoconValue? GetChildObject(string key) => GetObject()?.GetKey(key);

    /// <summary>Whether this is text.</summary>
    public bool IsString() => _parts.Count > 0 && _parts.TrueForAll(p => p switch
    {
        HoconLiteral => true,
        HoconSubstitution s => s.Resolved?.IsString() == true,
        _ => false,
    });

    /// <summary>The text, trimmed; null for <c>null</c>, an object or an array.</summary>
    public string? GetString()
    {
        if (!IsString())
            return null;
        var text = string.Concat(_parts.Select(p => p is HoconSubstitution s ? s.Resolved?.GetString() : ((HoconLiteral)p).Value)).Trim();
        return text == "null" ? null : text;
    }

    /// <summary>The elements; empty where this is no array.</summary>
    public IList<HoconValue> GetArray() => _parts
        .SelectMany(p => p switch
        {
            HoconArray a => a,
            HoconSubstitution { Resolved: { } r } => r.GetArray(),
            _ => (IEnumerable<HoconValue>)[],
        })
        .ToList();

    /// <summary>on, off, true or false.</summary>
    /// <exception cref="NotSupportedException">It is none of them.</exception>
    public bool GetBoolean() => GetString() switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        var other => throw new NotSupportedException($"Unknown boolean format: {other} (expected on or off)"),
    };

    /// <summary>A whole number.</summary>
    public int GetInt() => int.Parse(Text(), NumberFormatInfo.InvariantInfo);

    /// <summary>A number.</summary>
    public double GetDouble() => double.Parse(Text(), NumberFormatInfo.InvariantInfo);

    /// <summary>A duration.</summary>
    /// <param name="allowInfinite">Whether <c>infinite</c> is one.</param>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) => HoconUnits.ParseDuration(Text(), allowInfinite);

    /// <summary>A size in bytes, or null for an empty text.</summary>
    public long? GetByteSize() => GetString() is { Length: > 0 } text ? HoconUnits.ParseSize(text) : null;

    /// <summary>The texts of an array.</summary>
    public IList<string> GetStringList() => GetArray().Select(v => v.GetString()!).ToList();

    /// <summary>The value as HOCON.</summary>
    public override string ToString() => ToString(0);

    /// <summary>The value as HOCON; the outermost object (indent 0) without its braces.</summary>
    internal string ToString(int indent)
    {
        if (IsString())
            return GetString() is { } text ? QuoteIfNeeded(text) : "null";
        if (GetObject() is { } o)
            return indent == 0 ? o.ToString(0) : $"{{\n{o.ToString(indent)}{new string(' ', (indent - 1) * 2)}}}";
        return $"[{string.Join(", ", GetArray().Select(v => v.ToString(indent + 1)))}]";
    }

    internal static HoconValue Of(IHoconElement element)
    {
        var value = new HoconValue();
        value._parts.Add(element);
        return value;
    }

    internal static string QuoteIfNeeded(string text, string also = "") =>
        text.Length > 0 && text.AsSpan().IndexOfAny(MustBeQuoted + also) < 0
            ? text
            : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
                .Replace("\t", "\\t", StringComparison.Ordinal) + "\"";

    internal HoconValue? At(IEnumerable<string> keys)
    {
        HoconValue? value = this;
        foreach (var key in keys)
            value = value?.GetChildObject(key);
        return value;
    }

    internal void Append(IHoconElement part) => _parts.Add(part);

    internal void Clear() => _parts.Clear();

    private string Text() => GetString() ?? throw new FormatException("expected a text or a number");
}
