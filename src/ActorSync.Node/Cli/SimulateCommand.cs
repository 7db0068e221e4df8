using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using ActorSync.Node.Output;
using ActorSync.Testing.Simulations;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync simulate</c>: runs the simulator over many seeds, as docs/simulator.md describes it.</summary>
internal static partial class SimulateCommand
{
    private const string AnyNodes = "3..20";
    private const int DefaultSeeds = 200;

    public static Command Create(CliContext context)
    {
        var seeds = new Option<int?>("--seeds") { Description = "How many seeds to run: 200 from 1 on, or one when --seed is given.", HelpName = "COUNT" };
        var nodes = new Option<string>("--nodes") { Description = "Nodes of a network: a number, or the fewest and the most.", HelpName = "MIN..MAX", DefaultValueFactory = _ => AnyNodes };
        var seed = new Option<int?>("--seed") { Description = "The first seed.", HelpName = "NUMBER" };
        var json = CommonOptions.Json();
        var world = new Option<string>("--world") { Description = "What is simulated: graphs (a network, payload by payload), mesh (members, states, placed graphs), or all: each seed in both.", HelpName = "graphs|mesh|all", DefaultValueFactory = _ => "graphs" };
        world.AcceptOnlyFromAmong("graphs", "mesh", "all");
        var trace = new Option<bool>("--trace") { Description = "With one seed: print every payload that is sent." };
        var command = new Command("simulate", "Run simulated networks under drawn faults, each from one seed. Exit code 0 when every promise holds, 1 when one is broken.")
        {
            seeds, nodes, seed, world, trace, json,
        };
        command.SetAction((parse, stop) =>
        {
            var first = parse.GetValue(seed);
            var count = parse.GetValue(seeds) ?? (first is null ? DefaultSeeds : 1);
            if (count < 1 || ParseNodes(parse.GetRequiredValue(nodes)) is not var (least, most))
            {
                context.Output.Fail($"--seeds is 1 or more, --nodes a number or a range like {AnyNodes}, from {SimulationOptions.FewestNodes} to {SimulationOptions.MostNodes} (see actorsync simulate --help)");
                return Task.FromResult(ExitCodes.Usage);
            }
            var worlds = WorldsOf(parse.GetRequiredValue(world));
            if (parse.GetValue(trace) && count * worlds.Length > 1)
            {
                context.Output.Fail("--trace is for one seed in one world: name it with --seed, without --seeds (see actorsync simulate --help)");
                return Task.FromResult(ExitCodes.Usage);
            }
            var series = new SimulationSeries(first ?? 1, count, least, most, parse.GetValue(trace) ? context.Output.Line : null) { Worlds = worlds };
            return Task.FromResult(Run(series, context, parse.GetValue(json), stop));
        });
        return command;
    }

    private static SimulationWorld[] WorldsOf(string name) => name switch
    {
        "graphs" => [SimulationWorld.Graphs],
        "mesh" => [SimulationWorld.Mesh],
        _ => Enum.GetValues<SimulationWorld>(),
    };

    private static (int Least, int Most)? ParseNodes(string text)
    {
        if (NodesRange().Match(text) is not { Success: true } match)
            return null;
        var least = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var most = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : least;
        return least >= SimulationOptions.FewestNodes && most <= SimulationOptions.MostNodes && least <= most ? (least, most) : null;
    }

    private static int Run(SimulationSeries series, CliContext context, bool asJson, CancellationToken stop)
    {
        var progress = new ProgressLine(context.Output, "simulate", "seeds", context.Time);
        var totals = series.Run(
            done => progress.Report(done, series.Runs),
            failure =>
            {
                progress.End();
                context.Output.Fail(Describe(failure, series));
            },
            stop);
        progress.End();
        if (asJson)
            context.Output.Json(totals, Control.ControlJson.Page.SimulationTotals);
        else
            context.Output.Line(totals.ToString());
        return totals.Failed == 0 ? ExitCodes.Ok : ExitCodes.Failure;
    }

    private static string Describe(SimulationReport failure, SimulationSeries series) => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {failure.Seed}, version {SyncNode.Version}, {failure.Nodes} nodes: {failure.Failure} (replay: dotnet run --project src/ActorSync.Node -c Release -- simulate --seed {failure.Seed} --nodes {series.NodesAtLeast}..{series.NodesAtMost}{(failure.World == SimulationWorld.Mesh ? " --world mesh" : "")})");

    [GeneratedRegex(@"^(\d{1,3})(?:\.\.(\d{1,3}))?$")]
    private static partial Regex NodesRange();
}
