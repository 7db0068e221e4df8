using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Storage;

namespace ActorSync.Bench;

/// <summary>
/// A graph of one writer in a durable store is opened again: with the snapshot of its facts, and without it, which reads and
/// evaluates every command. The log's own index is there both times.
/// </summary>
internal static class Reopen
{
    private const int Batch = 10_000;
    private const int Rounds = 3;

    public static async Task<int> RunAsync(Report report, int commands, int keys)
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-weave-").FullName;
        try
        {
            await FillAsync(folder, commands, keys);
            var path = Directory.EnumerateFiles(folder, "facts", SearchOption.AllDirectories).Single();
            var bytes = new FileInfo(path).Length;
            // Read once, so that both find the system's cache warm.
            _ = await OpenAsync(folder, rebuild: false);
            var kept = await BestAsync(folder, rebuild: false);
            File.Delete(path);
            var rebuilt = await BestAsync(folder, rebuild: true);
            report.Line("opened again, durable store", ("commands", commands), ("keys", keys), ("snapshot, bytes", bytes), ("from the snapshot, s", kept), ("evaluated, s", rebuilt));
            return report.Bar("reopen, from the snapshot to evaluated", kept / rebuilt, 0.5);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> BestAsync(string folder, bool rebuild)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
            best = Math.Min(best, await OpenAsync(folder, rebuild));
        return best;
    }

    private static async Task FillAsync(string folder, int commands, int keys)
    {
        await using var store = (await NodeStore.OpenAsync(Settings(folder))).Value;
        await using var client = (await GraphClient.CreateAsync(store, Writer.Root, new KeyValuePolicy())).Value;
        foreach (var part in Writer.Run(Writer.Root, commands, keys, _ => Priority.Basic(0)).Chunk(Batch))
            await Writer.ReceiveAsync(client, part);
    }

    // The graph alone: the store is open already. Where it is rebuilt it is not kept either.
    private static async Task<double> OpenAsync(string folder, bool rebuild)
    {
        GC.Collect();
        await using var store = (await NodeStore.OpenAsync(Settings(folder))).Value;
        var start = Stopwatch.GetTimestamp();
        await using var client = (await GraphClient.OpenAsync(store, new GraphId(Writer.Root.Id), new KeyValuePolicy(), GraphClientOptions.Default with { SnapshotEvery = rebuild ? null : GraphClientOptions.Default.SnapshotEvery })).Value;
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static StoreSettings Settings(string folder) => new() { Folder = folder };
}
