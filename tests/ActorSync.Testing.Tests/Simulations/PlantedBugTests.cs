using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Tests.Simulations;

/// <summary>The simulator is able to fail: each planted bug is found within 200 seeds, by the invariant that it breaks.</summary>
public sealed class PlantedBugTests
{
    private const int MostSeeds = 200;

    [Fact]
    public void A_merge_that_ignores_one_head_is_found() => AssertFound(PlantedBug.MergeIgnoresHead, "that were there");

    [Fact]
    public void An_acknowledgement_before_the_flush_is_found() => AssertFound(PlantedBug.AcknowledgesBeforeFlush, "durable");

    [Fact]
    public void A_budget_prefix_that_skips_a_prior_is_found() => AssertFound(PlantedBug.PushSkipsPrior, "without its prior");

    [Fact]
    public void A_budget_that_does_not_count_framing_is_found() => AssertFound(PlantedBug.BudgetIgnoresFraming, "framing included");

    [Fact]
    public void Numbers_of_graphs_that_are_told_without_end_are_found() => AssertFound(PlantedBug.NumbersBack, "graphs were numbered");

    private static void AssertFound(PlantedBug bug, string invariant)
    {
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (SimulationRun.Run(new SimulationOptions { Seed = seed, Bug = bug }).Failure is not { } failure)
                continue;
            Assert.Contains(invariant, failure, StringComparison.Ordinal);
            return;
        }
        Assert.Fail($"{bug} was not found in {MostSeeds} seeds");
    }
}
