using System.Globalization;

namespace ActorSync.Node.Configuration;

/// <summary>Durations as people type them on the command line: <c>500ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c>.</summary>
public static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    /// <summary>The longest that is read.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static Result<TimeSpan> Parse(string text)
    {
        foreach (var (unit, length) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
                continue;
            if (count * length.TotalSeconds > Longest.TotalSeconds)
                return new SyncError(SyncErrorKind.InvalidRequest, $"the duration '{text}' is longer than {Longest.TotalDays} days");
            return length * count;
        }
        return new SyncError(SyncErrorKind.InvalidRequest, $"'{text}' is not a duration: write a number and ms, s, m or h, for example 30s");
    }
}
