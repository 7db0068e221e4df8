using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Storage;

namespace ActorSync.Bench;

/// <summary>
/// Commits of one command each, durable before the next of that writer begins, beside a bare write and fsync of as many
/// bytes. The three take turns, so that a busy disk is busy for all.
/// </summary>
internal static class Appending
{
    private const int Rounds = 7;
    private const int ManyWriters = 64;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(0.5);

    public static async Task<int> RunAsync(int payloadBytes)
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-bench-");
        try
        {
            await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(folder.FullName, "store") })).Value;
            var graph = new Graph((await store.CreateAsync(Command.Init("appends"u8))).Value, payloadBytes);
            var bare = new Bare(Path.Combine(folder.FullName, "bare"), payloadBytes);
            var (bares, ones, manies) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                bares.Add(bare.Run(Turn));
                ones.Add(await graph.RunAsync(1, Turn));
                manies.Add(await graph.RunAsync(ManyWriters, Turn));
            }
            var floor = Median(bares);
            Console.WriteLine($"bare write and fsync    {floor,10:N0} a second");
            Console.WriteLine($"one writer              {Median(ones),10:N0} a second, {Median([.. bares.Zip(ones, (b, one) => b / one)]):F2} times as long");
            Console.WriteLine($"{ManyWriters} writers              {Median(manies),10:N0} a second, {Median([.. bares.Zip(manies, (b, many) => many / b)]):F1} times as many");
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class Bare(string path, int payloadBytes)
    {
        private readonly byte[] _bytes = new byte[payloadBytes + 40];
        private long _length;

        public double Run(TimeSpan turn)
        {
            using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            var (count, began) = (0, Stopwatch.GetTimestamp());
            for (; Stopwatch.GetElapsedTime(began) < turn; count++, _length += _bytes.Length)
            {
                RandomAccess.Write(file, _bytes, _length);
                RandomAccess.FlushToDisk(file);
            }
            return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
    }

    private sealed class Graph(OpenedGraph opened, int payloadBytes)
    {
        private readonly Lock _gate = new();
        private Address _last = opened.Index.Heads()[0];

        public async Task<double> RunAsync(int writers, TimeSpan turn)
        {
            var began = Stopwatch.GetTimestamp();
            var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
            {
                var count = 0;
                for (; Stopwatch.GetElapsedTime(began) < turn; count++)
                {
                    if (await AppendAsync() is { } error)
                        throw new SyncException(error);
                }
                return count;
            })));
            return counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        private Task<SyncError?> AppendAsync()
        {
            lock (_gate)
            {
                var first = opened.Index.Count;
                var command = Command.Create(Prior.Single(_last), Priority.Basic(0), new byte[payloadBytes]);
                _ = opened.Index.Add(command).Value;
                _last = command.Address;
                return opened.Store.AppendAsync(first, [command]);
            }
        }
    }
}
