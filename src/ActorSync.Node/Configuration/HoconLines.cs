using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>
/// A part of a configuration as text, for whoever reads HOCON by itself: the actor engine, the sync actors. Written here:
/// not every engine's own text of a value can be read again (an empty list, a text with a comma or a '#').
/// </summary>
internal static class HoconLines
{
    /// <summary>The keys under a path as lines of HOCON, each with its whole path.</summary>
    public static string Of(Config config, string path) => string.Join('\n', Lines(path, config.GetValue(path)));

    private static IEnumerable<string> Lines(string path, HoconValue? value)
    {
        if (value is null)
            return [];
        return value.GetObject() is { } section
            ? section.Items.SelectMany(item => Lines($"{path}.{Quoted(item.Key)}", item.Value))
            : [$"{path} = {Text(value)}"];
    }

    private static string Text(HoconValue value)
    {
        if (value.GetObject() is { } section)
            return $"{{{string.Join(", ", section.Items.Select(item => $"{Quoted(item.Key)} = {Text(item.Value)}"))}}}";
        if (value.IsString())
            return value.GetString() is { } text ? Quoted(text, dots: true) : "null";
        return value.IsEmpty ? "null" : $"[{string.Join(", ", value.Elements().Select(Text))}]";
    }

    private static string Quoted(string text, bool dots = false) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || (dots && c == '.'))
            ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
