#nullable enable

using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Keys and their values.</summary>
public class HoconObject : IHoconElement
{
    /// <summary>The values by key.</summary>
    public Dictionary<string, HoconValue> Items { get; } = [];

    /// <summary>The value of a key, or null.</summary>
    public HoconValue? GetKey(string key) => Items.GetValueOrDefault(key);

    /// <summary>The value of a key, made where it does not exist.</summary>
    internal HoconValue GetOrCreateKey(string key)
    {
        if (!Items.TryGetValue(key, out var value))
            Items.Add(key, value = new HoconValue());
        return value;
    }

    /// <summary>Takes over every key of another object; where both hold an object the two are merged.</summary>
    internal void Merge(HoconObject other)
    {
        foreach (var (key, theirs) in other.Items)
        {
            Items[key] = Items.TryGetValue(key, out var mine) && mine.GetObject() is { } a && theirs.GetObject() is { } b
                ? HoconValue.Of(a.MergedWith(b))
                : theirs;
        }
    }

    /// <summary>One line for each key.</summary>
    public override string ToString() => ToString(0);

    internal string ToString(int indent)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Items)
            text.Append(' ', indent * 2).Append(HoconValue.QuoteIfNeeded(key, ".")).Append(" : ").Append(value.ToString(indent + 1)).Append('\n');
        return text.ToString();
    }

    /// <summary>A new object with the keys of both, the other's where both have a key that is not an object.</summary>
    internal HoconObject MergedWith(HoconObject other)
    {
        var merged = new HoconObject();
        foreach (var (key, value) in Items)
            merged.Items.Add(key, value);
        merged.Merge(other);
        return merged;
    }
}
