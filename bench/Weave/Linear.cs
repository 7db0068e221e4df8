using System.Diagnostics;
using ActorSync.Graphs;

namespace ActorSync.Bench;

/// <summary>
/// A graph of one writer: does a commit cost more when the graph is long? Tenths of the run are cut in ten windows each;
/// the median window speaks for its tenth, so that a collection or a neighbour does not.
/// </summary>
internal static class Linear
{
    private const int WindowsOfTenth = 10;

    public static async Task<int> RunAsync(Report report, int commits, int keys)
    {
        await using (var warm = await Writer.NewGraphAsync())
        {
            for (var i = 0; i < Math.Min(commits, 50_000); i++)
                _ = (await warm.ActionAsync(Priority.Basic(0), Writer.Payload(i, keys))).Value;
        }
        var before = Writer.Memory();
        await using var client = await Writer.NewGraphAsync();
        var windows = new List<double>();
        var size = Math.Max(1, commits / 10 / WindowsOfTenth);
        for (var i = 0; i + size <= commits; i += size)
        {
            var began = Stopwatch.GetTimestamp();
            for (var j = 0; j < size; j++)
                _ = (await client.ActionAsync(Priority.Basic(0), Writer.Payload(i + j, keys))).Value;
            windows.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / size);
        }
        var (first, last) = (Median(windows.Take(WindowsOfTenth)), Median(windows.TakeLast(WindowsOfTenth)));
        report.Line("linear, memory store", ("commits", commits), ("keys", keys), ("first tenth, us a commit", first), ("last tenth, us a commit", last), ("facts", client.Facts.Count));
        var bytes = Writer.Memory() - before;
        report.Line("linear, memory in use", ("bytes a command", (double)bytes / commits), ("of these canonical bytes", (double)client.Snapshot.ReadAll().Sum(command => (long)command.Bytes.Length) / commits));
        return report.Bar("linear, last tenth to first", last / first, 1.3);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
