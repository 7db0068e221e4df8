using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>The keys that the actor engine is given; it refuses those that it does not know.</summary>
internal static class EngineKeys
{
    private const string Root = "akka";

    /// <summary>The keys under <c>akka</c> as lines of HOCON.</summary>
    public static string Of(Config config) => string.Join('\n', Lines(Root, config.GetValue(Root)));

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
