using System.Diagnostics;

namespace ActorSync.Bench.Engines;

/// <summary>The runs of one measure: what each took, on the clock and of the processor.</summary>
internal sealed class Series(string measure)
{
    private readonly List<double> _rates = [];
    private readonly List<double> _medians = [];
    private readonly List<double> _cpu = [];

    /// <summary>Runs it once to warm up and then as often as asked; it answers how long each operation took, in microseconds, if it knows.</summary>
    public async Task RunAsync(int runs, int operations, Func<int, Task<double[]>> run)
    {
        for (var i = -1; i < runs; i++)
        {
            GC.Collect();
            var (cpu, began) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            var each = await run(operations);
            var (took, used) = (Stopwatch.GetElapsedTime(began), Environment.CpuUsage.TotalTime - cpu);
            if (i < 0)
                continue;
            _rates.Add(operations / took.TotalSeconds);
            _cpu.Add(used.TotalMicroseconds / operations);
            if (each.Length > 0)
                _medians.Add(Median(each));
        }
    }

    public Row Rate(string unit) => Row(unit, _rates);

    public Row HalfTook() => Row("µs, p50", _medians);

    private Row Row(string unit, List<double> figures) => new(measure, unit, Median(figures), figures.Min(), figures.Max(), Median(_cpu));

    private static double Median(IEnumerable<double> figures) => figures.Order().ToArray() is var sorted && sorted.Length % 2 == 1
        ? sorted[sorted.Length / 2]
        : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}
