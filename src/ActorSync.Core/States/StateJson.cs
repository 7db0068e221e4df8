using System.Text.Json;
using System.Text.Unicode;

namespace ActorSync.States;

/// <summary>The values of a state: JSON of any kind, in UTF-8.</summary>
public static class StateJson
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MostDepth = 64;

    /// <summary>Why the bytes are no JSON value; null when they are one.</summary>
    public static string? Fault(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "it is not UTF-8";
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MostDepth });
            while (reader.Read())
            {
                // Half of a pair of escapes (\ud800) is a token like any other, and no text that anyone could read.
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
            return null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Sentence(fault);
        }
    }

    /// <summary>What is wrong, for people: what the parser itself says is for programmers, but not where it stopped.</summary>
    internal static string Sentence(Exception fault) => fault switch
    {
        JsonException { LineNumber: { } line, BytePositionInLine: { } at } => $"it ceases to be JSON, or is nested deeper than {MostDepth}, at byte {at + 1} of line {line + 1}",
        JsonException => fault.Message,
        _ => "a text in it has half of a surrogate pair",
    };

    /// <summary>A value without the white space between its parts. It must be one.</summary>
    public static ReadOnlyMemory<byte> Compact(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOfAny(" \t\r\n"u8) < 0)
            return json;
        var compact = new byte[json.Length];
        var (size, inString, escaped) = (0, false, false);
        foreach (var b in json.Span)
        {
            if (!inString && b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            compact[size++] = b;
            if (b == '"' && !escaped)
                inString = !inString;
            escaped = inString && b == '\\' && !escaped;
        }
        return compact.AsMemory(0, size);
    }
}
