using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;

namespace ActorSync.Bench;

/// <summary>
/// A graph of one writer is here; as many commands of another, who began at the same root, arrive in batches. Compared
/// with as many that arrive at the tip.
/// </summary>
internal static class Diverged
{
    private const double Bar = 20;

    public static async Task<int> RunAsync(Report report, int commands, int batch, int keys)
    {
        var random = new Random(1);
        await MeasureAsync(report, "warm-up", commands / 10, batch, keys, atTip: false, _ => Priority.Basic(0), _ => Priority.Basic(0), quiet: true);
        var tip = await MeasureAsync(report, "not diverged: at the tip", commands, batch, keys, atTip: true, _ => Priority.Basic(0), _ => Priority.Basic(0));
        var missed = 0;
        foreach (var (name, mine, theirs) in new (string, Func<int, Priority>, Func<int, Priority>)[]
        {
            ("same priorities", _ => Priority.Basic(0), _ => Priority.Basic(0)),
            ("random priorities", _ => Priority.Basic((uint)random.Next(1_000_000)), _ => Priority.Basic((uint)random.Next(1_000_000))),
            ("each batch outranks what is here", _ => Priority.Basic(0), i => Priority.Basic(1 + (uint)(i / batch))),
        })
        {
            foreach (var many in new[] { commands, keys })
                missed |= report.Bar($"{name}, {many} keys, to the tip", await MeasureAsync(report, name, commands, batch, many, atTip: false, mine, theirs) / tip, Bar);
        }
        return missed;
    }

    private static async Task<double> MeasureAsync(
        Report report, string name, int commands, int batch, int keys, bool atTip, Func<int, Priority> mine, Func<int, Priority> theirs, bool quiet = false)
    {
        var here = Writer.Run(Writer.Root, commands, keys, mine);
        var fork = atTip ? here[^1] : Command.Create(Prior.Single(Writer.Root.Address), theirs(0), Writer.Payload(commands, keys));
        Command[] come = [.. atTip ? [] : new[] { fork }, .. Writer.Run(fork, commands - (atTip ? 0 : 1), keys, i => theirs(i + 1))];
        await using var client = await Writer.NewGraphAsync();
        await Writer.ReceiveAsync(client, here);
        var (evaluations, effects, slowest) = (0L, 0L, TimeSpan.Zero);
        var start = Stopwatch.GetTimestamp();
        foreach (var part in come.Chunk(batch))
        {
            var began = Stopwatch.GetTimestamp();
            GraphCommit commit = await Writer.ReceiveAsync(client, part);
            var took = Stopwatch.GetElapsedTime(began);
            (evaluations, effects, slowest) = (evaluations + commit.Evaluations, effects + commit.Effects.Count, took > slowest ? took : slowest);
        }
        var all = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (!quiet)
            report.Line(name, ("commands", commands), ("keys", keys), ("batch", batch), ("s", all), ("slowest batch, ms", slowest.TotalMilliseconds), ("evaluations", evaluations), ("effects", effects), ("facts", client.Facts.Count));
        return all;
    }
}
