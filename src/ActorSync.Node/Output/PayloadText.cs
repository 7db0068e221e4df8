using System.Text;

namespace ActorSync.Node.Output;

/// <summary>A payload for people: its text when it is printable UTF-8, with line breaks and tabs escaped, else hexadecimal.</summary>
public static class PayloadText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <param name="payload">The bytes.</param>
    /// <param name="most">Characters shown; what is cut is counted.</param>
    public static string Of(ReadOnlySpan<byte> payload, int most)
    {
        // A cut in the middle of a character must not make a text binary: the whole is looked at.
        var text = Printable(payload);
        if (text is null)
        {
            var shown = payload[..Math.Min(payload.Length, most / 2)];
            return $"0x{Convert.ToHexStringLower(shown)}{Rest(payload.Length - shown.Length, "bytes")}";
        }
        var cut = Math.Min(text.Length, most);
        if (cut < text.Length && char.IsHighSurrogate(text[cut - 1]))
            cut--;
        return $"\"{Escape(text[..cut])}\"{Rest(text.Length - cut, "characters")}";
    }

    private static string? Printable(ReadOnlySpan<byte> payload)
    {
        try
        {
            var text = Strict.GetString(payload);
            return text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);

    private static string Rest(int count, string unit) => count == 0 ? "" : $"…(+{count} {unit})";
}
