using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;

namespace ActorSync.Bench;

/// <summary>
/// A graph of one writer is here; as many commands of another, who began at the same root, arrive in batches. Compared
/// with as many that arrive at the tip: the cost of a command must hang on their number little.
/// </summary>
internal static class Diverged
{
    private const double Bar = 20;

    // Each batch is put before all that is here, and evaluates anew what writes its keys: with few of them, commands x
    // commands / keys evaluations and effects, which whoever listens must hear. So with fewer commands.
    private const int OutrankingPart = 5;

    public static async Task<int> RunAsync(Report report, int commands, int batch, int keys)
    {
        var random = new Random(1);
        await MeasureAsync(report, "warm-up", commands / 10, batch, keys, atTip: false, _ => Priority.Basic(0), _ => Priority.Basic(0), quiet: true);
        var missed = 0;
        var tips = new Dictionary<(int Count, int Keys), double>();
        foreach (var (name, part, mine, theirs) in new (string, int, Func<int, Priority>, Func<int, Priority>)[]
        {
            ("same priorities", 1, _ => Priority.Basic(0), _ => Priority.Basic(0)),
            ("random priorities", 1, _ => Priority.Basic((uint)random.Next(1_000_000)), _ => Priority.Basic((uint)random.Next(1_000_000))),
            ("each batch outranks what is here", OutrankingPart, _ => Priority.Basic(0), i => Priority.Basic(1 + (uint)(i / batch))),
        })
        {
            foreach (var (count, many) in new[] { (commands, commands), (commands / part, keys) })
            {
                if (!tips.TryGetValue((count, many), out var tip))
                    tips[(count, many)] = tip = await MeasureAsync(report, "not diverged: at the tip", count, batch, many, atTip: true, _ => Priority.Basic(0), _ => Priority.Basic(0));
                var took = await MeasureAsync(report, name, count, batch, many, atTip: false, mine, theirs);
                missed |= report.Bar($"{name}, {count} commands, {many} keys, a command to one at the tip", took / tip, Bar);
            }
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
        var cpu = Environment.CpuUsage.UserTime;
        var start = Stopwatch.GetTimestamp();
        foreach (var part in come.Chunk(batch))
        {
            var began = Stopwatch.GetTimestamp();
            GraphCommit commit = await Writer.ReceiveAsync(client, part);
            var took = Stopwatch.GetElapsedTime(began);
            (evaluations, effects, slowest) = (evaluations + commit.Evaluations, effects + commit.Effects.Count, took > slowest ? took : slowest);
        }
        var all = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var worked = (Environment.CpuUsage.UserTime - cpu).TotalSeconds;
        if (!quiet)
            report.Line(name, ("commands", commands), ("keys", keys), ("batch", batch), ("s", all), ("user CPU, s", worked), ("slowest batch, ms", slowest.TotalMilliseconds), ("us a command", all * 1e6 / commands), ("evaluations", evaluations), ("effects", effects), ("facts", client.Facts.Count));
        return all;
    }
}
