using System.Diagnostics;
using ActorSync.Bench.SideBySide.Graphs;

namespace ActorSync.Bench.Engines;

/// <summary>One command at a time: from the call that commits it until whoever watches the other node has it.</summary>
internal static class Pushes
{
    private const int Count = 5_000;

    public static async IAsyncEnumerable<Row> RunAsync(Options options)
    {
        await using var first = Nodes.Start(1);
        await using var second = Nodes.Start(2);
        var graph = (await first.CreateGraphAsync(GeneratedGraph.Payload(0))).Value;
        if (await second.SubscribeAsync(first.ListenName!, graph) is { } error)
            throw new SyncException(error);
        while ((await second.ReadAsync(graph)).Error is not null)
            await Task.Delay(10);
        await using var commits = second.WatchCommitsAsync(graph).GetAsyncEnumerator();
        await commits.MoveNextAsync();
        var series = new Series("push over loopback");
        await series.RunAsync(options.Runs, Count / options.Scale, async count =>
        {
            var took = new double[count];
            for (var i = 0; i < count; i++)
            {
                var payload = GeneratedGraph.Payload(i);
                var began = Stopwatch.GetTimestamp();
                var added = (await first.AddAsync(graph, payload)).Value;
                do
                    await commits.MoveNextAsync();
                while (!commits.Current.Heads.Contains(added));
                took[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            }
            return took;
        });
        yield return series.HalfTook();
        yield return series.Rate("pushes/s");
    }
}
