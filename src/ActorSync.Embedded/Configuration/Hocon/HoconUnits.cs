#nullable enable

using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>Durations and sizes with their units, by the names that Akka.NET knows.</summary>
internal static class HoconUnits
{
    private static readonly Dictionary<string, double> TicksByUnit = Table<double>(
        (0.01, "nanoseconds nanosecond nanos nano ns"),
        (TimeSpan.TicksPerMicrosecond, "microseconds microsecond micros micro"),
        (TimeSpan.TicksPerMillisecond, "milliseconds millisecond millis milli ms"),
        (TimeSpan.TicksPerSecond, "seconds second s"),
        (TimeSpan.TicksPerMinute, "minutes minute m"),
        (TimeSpan.TicksPerHour, "hours hour h"),
        (TimeSpan.TicksPerDay, "days day d"));

    private static readonly Dictionary<string, long> BytesByUnit = Table<long>(
        (1, "b B byte bytes"),
        (1000, "kB kilobyte kilobytes"),
        (1L << 10, "K k Ki KiB kibibyte kibibytes"),
        (1000_000, "MB megabyte megabytes"),
        (1L << 20, "M m Mi MiB mebibyte mebibytes"),
        (1000_000_000, "GB gigabyte gigabytes"),
        (1L << 30, "G g Gi GiB gibibyte gibibytes"),
        (1000_000_000_000, "TB terabyte terabytes"),
        (1L << 40, "T t Ti TiB tebibyte tebibytes"),
        (1000_000_000_000_000, "PB petabyte petabytes"),
        (1L << 50, "P p Pi PiB pebibyte pebibytes"),
        (1000_000_000_000_000_000, "EB exabyte exabytes"),
        (1L << 60, "E e Ei EiB exbibyte exbibytes"));

    /// <summary>A positive number and a unit; a number alone is in milliseconds, and may have an exponent. Nanoseconds and microseconds are rounded to ticks.</summary>
    public static TimeSpan ParseDuration(string text, bool allowInfinite)
    {
        if (allowInfinite && text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
            return Timeout.InfiniteTimeSpan;
        if (double.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds >= 0)
            return TimeSpan.FromMilliseconds(milliseconds);
        var (number, unit) = Cut(text);
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || number[0] == '.')
            throw new FormatException("expected a positive number and a unit, such as 30s or 500 ms");
        if (!TicksByUnit.TryGetValue(unit, out var ticks))
            throw new FormatException($"{unit} is not a unit of time (expected ns, ms, s, m, h or d)");
        return ticks >= TimeSpan.TicksPerMillisecond
            ? TimeSpan.FromTicks(checked((long)(count * ticks)))
            : TimeSpan.FromTicks(checked((long)Math.Round(TimeSpan.TicksPerMillisecond * count / (TimeSpan.TicksPerMillisecond / ticks))));
    }

    /// <summary>A whole number and a unit; a number alone is in bytes.</summary>
    public static long ParseSize(string text)
    {
        var (number, unit) = Cut(text);
        if (!long.TryParse(number, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count))
            throw new FormatException("expected a whole number and a unit, such as 64KiB or 1MB");
        if (!BytesByUnit.TryGetValue(unit.Length == 0 ? "B" : unit, out var bytes))
            throw new FormatException($"{unit} is not a valid byte size suffix (expected B, kB, KiB, MB, MiB, GB or GiB)");
        return checked(count * bytes);
    }

    private static (string Number, string Unit) Cut(string text)
    {
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        return (text[..end].Trim(), text[end..].Trim());
    }

    private static Dictionary<string, T> Table<T>(params (T Factor, string Names)[] rows) =>
        rows.SelectMany(row => row.Names.Split(' ').Select(name => (name, row.Factor))).ToDictionary(StringComparer.Ordinal);
}
