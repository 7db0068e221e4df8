using System.Globalization;

namespace ActorSync.Testing.Simulations;

/// <summary>Many seeds, each in every one of the worlds, one thread each, as many at a time as there are cores.</summary>
/// <param name="FirstSeed">The first seed; the others follow it.</param>
/// <param name="Count">How many seeds, at least 1.</param>
/// <param name="NodesAtLeast">The fewest nodes of a run.</param>
/// <param name="NodesAtMost">The most nodes of a run.</param>
/// <param name="Trace">Hears of every payload; null when nobody listens.</param>
public sealed record SimulationSeries(int FirstSeed, int Count, int NodesAtLeast, int NodesAtMost, Action<string>? Trace = null)
{
    /// <summary>What each seed is run in.</summary>
    public IReadOnlyList<SimulationWorld> Worlds { get; init; } = [SimulationWorld.Graphs];

    /// <summary>Runs in all.</summary>
    public int Runs => Count * Worlds.Count;

    /// <summary>Runs them all.</summary>
    /// <param name="done">Hears how many are done, one call at a time.</param>
    /// <param name="failed">Hears of each seed that broke a promise, one call at a time.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public SimulationTotals Run(Action<int> done, Action<SimulationReport> failed, CancellationToken stop)
    {
        var gate = new Lock();
        var reports = new List<SimulationReport>(Runs);
        Parallel.For(0, Runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop }, i =>
        {
            var report = SimulationRun.Run(new SimulationOptions
            {
                Seed = FirstSeed + i / Worlds.Count,
                World = Worlds[i % Worlds.Count],
                NodesAtLeast = NodesAtLeast,
                NodesAtMost = NodesAtMost,
                Trace = Trace,
            });
            lock (gate)
            {
                reports.Add(report);
                if (report.Failure is not null)
                    failed(report);
                done(reports.Count);
            }
        });
        return SimulationTotals.Of(reports);
    }
}

/// <summary>What came of a series of runs, and how good it was.</summary>
/// <param name="Seeds">Runs.</param>
/// <param name="Failed">Runs in which a promise was broken.</param>
/// <param name="Events">What was simulated.</param>
/// <param name="VirtualHours">Virtual time of all runs, in hours.</param>
/// <param name="Commits">Actions that were committed.</param>
/// <param name="Crashes">Processes that ended without a word.</param>
/// <param name="Faults">Faults of all kinds.</param>
/// <param name="MedianSecondsToLevel">Virtual seconds from the end of the faults until all were level: half took no longer.</param>
/// <param name="WorstSecondsToLevel">The longest of them.</param>
/// <param name="RedundantPerUseful">Commands received that were there already, for each that was new.</param>
/// <param name="MessagesPerCommit">Payloads sent for each action.</param>
public sealed record SimulationTotals(
    int Seeds, int Failed, long Events, double VirtualHours, long Commits, long Crashes, long Faults,
    double MedianSecondsToLevel, double WorstSecondsToLevel, double RedundantPerUseful, double MessagesPerCommit)
{
    internal static SimulationTotals Of(IReadOnlyCollection<SimulationReport> reports)
    {
        var levels = reports.Where(report => report.TimeToLevel is not null).Select(report => report.TimeToLevel!.Value.TotalSeconds).Order().ToArray();
        var commits = reports.Sum(report => (long)report.Commits);
        return new SimulationTotals(
            reports.Count,
            reports.Count(report => report.Failure is not null),
            reports.Sum(report => report.Events),
            reports.Sum(report => report.VirtualTime.TotalHours),
            commits,
            reports.Sum(report => (long)report.Crashes),
            reports.Sum(report => report.Faults.Values.Sum(count => (long)count)),
            levels.Length == 0 ? 0 : levels[levels.Length / 2],
            levels.LastOrDefault(),
            (double)reports.Sum(report => report.RedundantCommands) / Math.Max(1, reports.Sum(report => report.UsefulCommands)),
            (double)reports.Sum(report => report.Messages) / Math.Max(1, commits));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Seeds} {(Seeds == 1 ? "seed" : "seeds")}, {(Failed == 0 ? "all hold" : $"{Failed} FAILED")}: {Events} events, {VirtualHours:F1} virtual hours, {Commits} commits, {Crashes} crashes, {Faults} faults; level after {MedianSecondsToLevel:F1} s (median), {WorstSecondsToLevel:F1} s (worst); {RedundantPerUseful:F2} redundant commands per useful one, {MessagesPerCommit:F1} messages per commit");
}
