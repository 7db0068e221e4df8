using System.Text.Json;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Cli;

public sealed class SimulateCommandTests
{
    [Fact]
    public async Task A_few_seeds_end_with_one_line_of_totals()
    {
        using var cli = new CliRun();
        var run = await cli.RunAsync("simulate", "--seeds", "2", "--nodes", "3");
        Assert.Equal(ExitCodes.Ok, run.Code);
        Assert.StartsWith("2 seeds, all hold: ", Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_seed_in_json()
    {
        using var cli = new CliRun();
        var run = await cli.RunAsync("simulate", "--seed", "5", "--nodes", "3..4", "--json");
        Assert.Equal(ExitCodes.Ok, run.Code);
        using var totals = JsonDocument.Parse(run.Out);
        Assert.Equal((1, 0), (totals.RootElement.GetProperty("seeds").GetInt32(), totals.RootElement.GetProperty("failed").GetInt32()));
    }

    [Theory]
    [InlineData("--nodes", "2..3")]
    [InlineData("--nodes", "5..3")]
    [InlineData("--nodes", "3..101")]
    [InlineData("--nodes", "many")]
    [InlineData("--seeds", "0")]
    public async Task What_cannot_be_run_is_a_usage_error(params string[] options)
    {
        using var cli = new CliRun();
        var run = await cli.RunAsync(["simulate", .. options]);
        Assert.Equal(ExitCodes.Usage, run.Code);
        Assert.Contains("--nodes", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_is_of_one_seed()
    {
        using var cli = new CliRun();
        var run = await cli.RunAsync("simulate", "--seeds", "2", "--nodes", "3", "--trace");
        Assert.Equal(ExitCodes.Usage, run.Code);
        Assert.Contains("--trace is for one seed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seed_may_be_run_in_every_world()
    {
        using var cli = new CliRun();
        var run = await cli.RunAsync("simulate", "--seed", "5", "--nodes", "3", "--world", "all");
        Assert.Equal(ExitCodes.Ok, run.Code);
        Assert.StartsWith("2 seeds, all hold: ", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, (await cli.RunAsync("simulate", "--seed", "5", "--world", "moon")).Code);
        Assert.Contains("--trace is for one seed", (await cli.RunAsync("simulate", "--seed", "5", "--trace", "--world", "all")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_seed_is_told_of_as_one()
    {
        using var cli = new CliRun();
        var run = await cli.RunAsync("simulate", "--seed", "5", "--nodes", "3");
        Assert.StartsWith("1 seed, all hold: ", run.Out, StringComparison.Ordinal);
    }
}
