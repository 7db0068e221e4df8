using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>A part of a configuration as text, for whoever reads HOCON by itself: the actor engine, the sync actors.</summary>
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
            : [$"{path} = {value}"];
    }

    private static string Quoted(string key) => key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) ? $"\"{key}\"" : key;
}
