using System.Diagnostics;
using System.Globalization;

namespace ActorSync.Bench.SideBySide.Harness;

/// <summary>
/// The machine's monotonic clock in nanoseconds: the same in all processes of a machine, whatever they are written in, so
/// that what one stamps another may subtract.
/// </summary>
internal static class Clock
{
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Stamps as one line.</summary>
    public static string Write(IEnumerable<long> stamps) => string.Join(' ', stamps);

    public static long[] Read(string line) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(stamp => long.Parse(stamp, CultureInfo.InvariantCulture))];

    /// <summary>Microseconds from each stamp of one process to the same of another.</summary>
    public static double[] Microseconds(string from, string to)
    {
        var (begins, ends) = (Read(from), Read(to));
        if (begins.Length != ends.Length)
            throw new BenchException($"{begins.Length} were sent, {ends.Length} arrived");
        return [.. begins.Zip(ends, (begin, end) => (end - begin) / 1e3)];
    }

    /// <summary>The value below which that share of them lies.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
    }
}
