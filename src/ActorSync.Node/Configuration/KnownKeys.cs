using System.Reflection;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>
/// The keys that may stand under <c>actorsync</c>: those that the <c>reference.conf</c> of some room names, with their
/// defaults. Any other key is refused, so that a slip of the pen is never ignored in silence.
/// </summary>
public static class KnownKeys
{
    public const string Root = "actorsync";

    /// <summary>The rooms' defaults together.</summary>
    public static Config Reference { get; } = Load();

    /// <summary>The section that goes to the actor engine.</summary>
    public const string Engine = "akka";

    /// <summary>
    /// Null, or the first key of the configuration that no room knows or that is of the wrong shape. Beside the two
    /// sections nothing may stand, not even a value that is only there to be substituted: it could be a slip of the pen.
    /// </summary>
    public static SyncError? Check(Config config)
    {
        if (config.Root?.GetObject()?.Items.Keys.FirstOrDefault(key => key is not (Root or Engine)) is { } stranger)
            return Stranger(stranger);
        if (config.GetValue(Root) is not { } mine)
            return null;
        return Compare(Root, mine, Reference.GetValue(Root)!);
    }

    /// <summary>The one nearest to a name that is not among the names, unless none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> names) => names
        .Select(candidate => (candidate, Distance: Distance(name, candidate)))
        .Where(near => near.Distance <= Math.Max(2, name.Length / 3))
        .OrderBy(near => near.Distance)
        .Select(near => near.candidate)
        .FirstOrDefault();

    /// <summary>What an unknown key is answered.</summary>
    public static SyncError Unknown(string section, string key, IReadOnlyCollection<string> names)
    {
        var hint = Nearest(key, names) is { } near ? $"did you mean {section}.{near}?" : $"{section} has {string.Join(", ", names.Order())}";
        return new SyncError(SyncErrorKind.InvalidRequest, $"unknown configuration key {section}.{key}: {hint}");
    }

    private static SyncError Stranger(string key)
    {
        var hint = Reference.HasPath($"{Root}.{key}") ? $"did you mean {Root}.{key}?"
            : Nearest(key, [Root, Engine]) is { } near ? $"did you mean {near}?"
            : $"a configuration has {Root} and {Engine}";
        return new SyncError(SyncErrorKind.InvalidRequest, $"unknown configuration key {key}: {hint}");
    }

    private static SyncError? Compare(string path, HoconValue mine, HoconValue reference)
    {
        if (reference.GetObject() is not { } known)
            return mine.IsObject() ? Wrong(path, "a value, not a section in braces") : null;
        // Peers that are named one by one stand in a list in the section's place; who reads the list checks it.
        if (path == SettingsReader.PeersPath && !mine.IsObject())
            return null;
        if (mine.GetObject() is not { } given)
            return Wrong(path, $"a section in braces with {string.Join(", ", known.Items.Keys.Order())}");
        foreach (var (key, value) in given.Items)
        {
            if (!known.Items.TryGetValue(key, out var match))
                return Unknown(path, key, known.Items.Keys);
            if (Compare($"{path}.{key}", value, match) is { } error)
                return error;
        }
        return null;
    }

    private static SyncError Wrong(string path, string expected) =>
        new(SyncErrorKind.InvalidRequest, $"the configuration key {path} must be {expected}");

    private static Config Load()
    {
        var rooms = new[] { typeof(KnownKeys).Assembly }.Concat(
            typeof(KnownKeys).Assembly.GetReferencedAssemblies()
                .Where(name => name.Name!.StartsWith("ActorSync.", StringComparison.Ordinal))
                .Select(Assembly.Load));
        return rooms
            .SelectMany(room => room.GetManifestResourceNames()
                .Where(name => name.EndsWith("reference.conf", StringComparison.Ordinal))
                .Select(name => ConfigurationFactory.FromResource(name, room)))
            .Where(room => room.HasPath(Root))
            .Aggregate(Config.Empty, (all, room) => all.WithFallback(room));
    }

    // Levenshtein's distance: letters to insert, delete or replace.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
