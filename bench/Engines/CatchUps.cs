using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Graphs;

namespace ActorSync.Bench.Engines;

/// <summary>A node that holds nothing polls one that holds a hundred thousand commands.</summary>
internal static class CatchUps
{
    private const int Commands = 100_000;
    private const int Batch = 4096;

    public static async IAsyncEnumerable<Row> RunAsync(Options options)
    {
        await using var full = Nodes.Start(1);
        var (graph, commands) = (default(GraphId), Commands / options.Scale);
        foreach (var batch in GeneratedGraph.Batches(GeneratedGraph.OneStrand, commands, Batch, 0))
        {
            graph = graph == default ? new GraphId(batch[0].Id) : graph;
            _ = (await full.ImportAsync(graph, batch)).Value;
        }
        var series = new Series($"catch-up of {commands:N0} commands");
        await series.RunAsync(options.Runs, commands, async count =>
        {
            await using var empty = Nodes.Start(2);
            var outcome = (await empty.PollAsync(full.ListenName!, graph)).Value;
            return outcome.Added == count ? [] : throw new InvalidOperationException($"{outcome.Added} of {count} commands came");
        });
        yield return series.Rate("commands/s");
    }
}
