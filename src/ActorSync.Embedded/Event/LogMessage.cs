using System.Globalization;
using System.Text;

namespace Akka.Event;

/// <summary>A log message that is formatted when it is printed.</summary>
public abstract class LogMessage
{
    private protected LogMessage(string format) => Format = format;

    public string Format { get; }
}

internal sealed class TemplateMessage(string format, object[] arguments) : LogMessage(format)
{
    public override string ToString() => MessageTemplate.Fill(Format, arguments);
}

/// <summary>Fills <c>{0}</c>, <c>{0:x}</c>, <c>{Name}</c> and <c>{Name:x}</c>; a place without an argument stays as it is.</summary>
internal static class MessageTemplate
{
    internal static string Fill(string template, object[] arguments)
    {
        var text = new StringBuilder();
        var rest = template.AsSpan();
        var next = 0;
        while (rest.IndexOfAny('{', '}') is var at and >= 0)
        {
            text.Append(rest[..at]);
            var doubled = at + 1 < rest.Length && rest[at + 1] == rest[at];
            var end = rest[at] == '{' && !doubled ? rest[at..].IndexOf('}') : -1;
            if (end < 0)
            {
                text.Append(rest[at]);
                rest = rest[(at + (doubled ? 2 : 1))..];
                continue;
            }
            var place = rest.Slice(at, end + 1);
            Append(text, place, arguments, ref next);
            rest = rest[(at + place.Length)..];
        }
        return text.Append(rest).ToString();
    }

    private static void Append(StringBuilder text, ReadOnlySpan<char> place, object[] arguments, ref int next)
    {
        var inside = place[1..^1];
        var colon = inside.IndexOf(':');
        var name = colon < 0 ? inside : inside[..colon];
        var index = int.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number : next++;
        if (index < 0 || index >= arguments.Length)
            text.Append(place);
        else if (arguments[index] is IFormattable value)
            text.Append(value.ToString(colon < 0 ? null : inside[(colon + 1)..].ToString(), CultureInfo.InvariantCulture));
        else
            text.Append(arguments[index]);
    }
}
