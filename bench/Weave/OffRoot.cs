using System.Diagnostics;
using ActorSync.Graphs;

namespace ActorSync.Bench;

/// <summary>One command of the highest priority off the root of a long graph: what it costs, and what later commits cost with it.</summary>
internal static class OffRoot
{
    private const int Keys = 1_000;
    private const int Rounds = 3;

    public static async Task<int> RunAsync(Report report, int commands, int commits)
    {
        var run = Writer.Run(Writer.Root, commands + commits, Keys, _ => Priority.Basic(0));
        // In turn, and the best of each speaks: a collection or a neighbour does not.
        var with = await TipAsync(run, commands, withHigh: true, report);
        var without = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            without = Math.Min(without, await TipAsync(run, commands, withHigh: false, null));
            with = Math.Min(with, await TipAsync(run, commands, withHigh: true, null));
        }
        report.Line("commits at the tip, memory store", ("graph", commands), ("commits", commits), ("without, ms", without), ("with, ms", with));
        return report.Bar("off root, with to without", with / without, 1.3);
    }

    private static async Task<double> TipAsync(Command[] run, int commands, bool withHigh, Report? report)
    {
        await using var client = await Writer.NewGraphAsync();
        await Writer.ReceiveAsync(client, run.Take(commands));
        if (withHigh)
        {
            var high = Command.Create(Prior.Single(Writer.Root.Address), Priority.Finalize, Writer.Payload(7, Keys));
            var began = Stopwatch.GetTimestamp();
            var commit = await Writer.ReceiveAsync(client, [high]);
            report?.Line("finalize off the root", ("ms", Stopwatch.GetElapsedTime(began).TotalMilliseconds), ("first changed place", commit.FirstChanged), ("evaluations", commit.Evaluations));
        }
        var evaluations = 0;
        var start = Stopwatch.GetTimestamp();
        foreach (var command in run.Skip(commands))
            evaluations += (await Writer.ReceiveAsync(client, [command])).Evaluations;
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        report?.Line("tip after it", ("evaluations", evaluations));
        return took;
    }
}
