using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Tests.Simulations;

/// <summary>Meshes under faults: members, states, and graphs that are placed on some of the nodes.</summary>
public sealed class MeshSimulationTests
{
    private const int Seeds = 30;
    private const int MostSeeds = 200;

    [Fact]
    public void Whatever_is_drawn_the_rest_agree_hold_what_was_promised_and_are_silent_in_the_end()
    {
        var reports = Enumerable.Range(1, Seeds).Select(Options).AsParallel().Select(SimulationRun.Run).ToArray();

        Assert.All(reports, report => Assert.True(report.Failure is null, $"seed {report.Seed}: {report.Failure}"));
        Assert.All(reports, report => Assert.InRange(report.Nodes, 3, 12));
        Assert.InRange(reports.Sum(report => report.Kept), Seeds, int.MaxValue);
        Assert.InRange(reports.Sum(report => report.KeptOverRestarts), 10, int.MaxValue);
        Assert.All(reports, report => Assert.True(report.Commits >= 200, $"{report}"));
        Assert.All(reports, report => Assert.All(report.Faults, kind => Assert.True(kind.Value >= 20, $"{report}: {kind}")));
    }

    [Fact]
    public void The_same_seed_is_the_same_run_event_by_event()
    {
        var (one, two) = (SimulationRun.Run(Options(7)), SimulationRun.Run(Options(7)));
        Assert.Equal((one.Digest, one.Events, one.VirtualTime, one.Messages), (two.Digest, two.Events, two.VirtualTime, two.Messages));
        Assert.NotEqual(one.Digest, SimulationRun.Run(Options(8)).Digest);
    }

    [Fact]
    public void Liveness_by_the_time_of_day_is_found() => AssertFound(PlantedBug.HearsByTheTimeOfDay, "the views are", "is removed");

    [Fact]
    public void A_holder_that_says_it_holds_whatever_it_is_asked_for_is_found() => AssertFound(PlantedBug.HoldsWhateverIsAsked, "others have all of it", "is durable in");

    [Fact]
    public void A_push_that_counts_as_durable_when_it_is_sent_is_found() => AssertFound(PlantedBug.CountsWhatWasSent, "is said to be replicated");

    private static SimulationOptions Options(int seed) => new() { Seed = seed, World = SimulationWorld.Mesh, NodesAtMost = 12 };

    private static void AssertFound(PlantedBug bug, params string[] invariants)
    {
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (SimulationRun.Run(Options(seed) with { Bug = bug }).Failure is not { } failure)
                continue;
            Assert.Contains(invariants, invariant => failure.Contains(invariant, StringComparison.Ordinal));
            return;
        }
        Assert.Fail($"{bug} was not found in {MostSeeds} seeds");
    }
}
