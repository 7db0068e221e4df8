using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Tests.Simulations;

/// <summary>Whole runs. What a seed has found stands, made small, in the tests of the machine that had to change.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 40;

    [Fact]
    public void Whatever_is_drawn_every_promise_holds_and_all_are_level_and_silent_in_the_end()
    {
        var options = Enumerable.Range(1, Seeds).Select(seed => new SimulationOptions { Seed = seed }).ToArray();
        var reports = options.AsParallel().Select(SimulationRun.Run).ToArray();

        Assert.All(reports, Holds);
        Assert.All(reports, report => Assert.InRange(report.Nodes, 3, 20));
        Assert.All(reports, report => Assert.True(report.VirtualTime >= options[0].Duration + report.TimeToLevel));
        Assert.All(reports, report => Assert.True(report.Commits >= options[0].Commits && report.Crashes >= options[0].Crashes, $"{report}"));
        Assert.All(reports, report => Assert.All(report.Faults, kind => Assert.True(kind.Value >= Least(report, kind.Key), $"{report}: {kind}")));
        Assert.All(Enum.GetValues<SimulationFault>(), kind => Assert.Contains(reports, report => report.Faults.ContainsKey(kind)));

        // Where no crash is drawn, there are a few all the same.
        int Least(SimulationReport report, SimulationFault kind) =>
            kind is SimulationFault.Crash or SimulationFault.CrashLosingTail && report.Crashes < options[0].FaultsOfEachKind ? options[0].Crashes : options[0].FaultsOfEachKind;
    }

    [Fact]
    public void The_same_seed_is_the_same_run_event_by_event()
    {
        var (one, two) = (SimulationRun.Run(new SimulationOptions { Seed = 7 }), SimulationRun.Run(new SimulationOptions { Seed = 7 }));
        Assert.Equal((one.Digest, one.Events, one.VirtualTime, one.Messages), (two.Digest, two.Events, two.VirtualTime, two.Messages));
        Assert.NotEqual(one.Digest, SimulationRun.Run(new SimulationOptions { Seed = 8 }).Digest);
    }

    [Fact]
    public void The_number_of_nodes_is_what_was_asked_for()
    {
        var report = SimulationRun.Run(new SimulationOptions { Seed = 1, NodesAtLeast = 3, NodesAtMost = 3 });
        Assert.Equal(3, report.Nodes);
        Holds(report);
        Assert.Throws<ArgumentOutOfRangeException>(() => SimulationRun.Run(new SimulationOptions { Seed = 1, NodesAtLeast = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SimulationRun.Run(new SimulationOptions { Seed = 1, NodesAtLeast = 4, NodesAtMost = 3 }));
    }

    [Fact]
    public void A_trace_tells_of_every_payload()
    {
        var lines = new List<string>();
        var report = SimulationRun.Run(new SimulationOptions { Seed = 3, NodesAtMost = 3, Trace = lines.Add });
        Assert.Equal(report.Messages, lines.Count);
        Assert.Contains(lines, line => line.Contains("Push", StringComparison.Ordinal));
    }

    private static void Holds(SimulationReport report) => Assert.True(report.Failure is null, $"seed {report.Seed}: {report.Failure}");
}
