using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Tests.Simulations;

public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 40;

    [Fact]
    public void Whatever_is_drawn_every_promise_holds_and_all_are_level_and_silent_in_the_end()
    {
        var reports = Enumerable.Range(1, Seeds).AsParallel().Select(seed => SimulationRun.Run(new SimulationOptions { Seed = seed })).OrderBy(report => report.Seed).ToArray();
        foreach (var report in reports)
            output.WriteLine($"{report} {string.Join(' ', report.Faults)}");
        Assert.All(reports, report => Assert.Null(report.Failure));
    }
}
