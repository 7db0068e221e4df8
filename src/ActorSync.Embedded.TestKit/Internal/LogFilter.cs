using System.Text.RegularExpressions;
using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>A filter that counts what it matches.</summary>
internal sealed class LogFilter(string description, Func<LogEvent, bool> matches)
{
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    internal bool Takes(LogEvent logEvent)
    {
        if (!matches(logEvent))
            return false;
        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>The same filter with a count of its own.</summary>
    internal LogFilter Fresh() => new(description, matches);

    public override string ToString() => description;
}

/// <summary>A condition on the text of a log event.</summary>
internal sealed class TextMatcher
{
    private readonly string _description;
    private readonly Func<string, bool> _matches;

    private TextMatcher(string description, Func<string, bool> matches) => (_description, _matches) = (description, matches);

    internal static TextMatcher Of(string message, string start, string contains) => (message, start, contains) switch
    {
        ({ }, _, _) => new($"== \"{message}\"", text => text == message),
        (_, { }, _) => new($"starts with \"{start}\"", text => text.StartsWith(start, StringComparison.Ordinal)),
        (_, _, { }) => new($"contains \"{contains}\"", text => text.Contains(contains, StringComparison.Ordinal)),
        _ => new("with any text", _ => true),
    };

    internal static TextMatcher Of(Regex pattern) => new($"matches {pattern}", pattern.IsMatch);

    /// <summary>Whether an event is of a source: a name, or an actor's path with or without its address.</summary>
    internal static bool IsSource(string source, LogEvent logEvent)
    {
        var actual = logEvent.LogSource;
        if (source is null || string.Equals(source, actual, StringComparison.OrdinalIgnoreCase))
            return true;
        var address = actual.IndexOf("://", StringComparison.Ordinal);
        var path = address < 0 ? -1 : actual.IndexOf('/', address + 3);
        return path >= 0 && actual.AsSpan(path).Equals(source, StringComparison.OrdinalIgnoreCase);
    }

    internal bool Matches(object message) => _matches(message?.ToString() ?? "null");

    public override string ToString() => _description;
}
