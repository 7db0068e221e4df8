#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>A path is keys joined by dots; a key in double quotes may hold dots itself.</summary>
internal static class HoconPath
{
    public static IEnumerable<string> Split(string path)
    {
        var at = 0;
        while (at < path.Length)
        {
            var quoted = path[at] == '"';
            var end = path.IndexOf(quoted ? '"' : '.', quoted ? at + 1 : at);
            if (quoted && end < 0)
                throw new FormatException($"The path {path} lacks a closing quote.");
            if (end < 0)
                end = path.Length;
            yield return quoted ? path[(at + 1)..end] : path[at..end];
            at = quoted ? end + 2 : end + 1;
        }
    }
}
