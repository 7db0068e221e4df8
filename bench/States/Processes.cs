using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Robustness;

namespace ActorSync.Bench;

/// <summary>How long a change takes to all nodes that are processes of their own, each linked to each, over TCP on loopback.</summary>
internal static class Processes
{
    private const string Key = "k";

    public static async Task<int> RunAsync(int changes)
    {
        foreach (var nodes in (int[])[3, 10])
        {
            var folder = Directory.CreateTempSubdirectory("actorsync-states-");
            var daemons = new List<Daemon>();
            try
            {
                for (var i = 0; i < nodes; i++)
                {
                    var peers = string.Join(", ", daemons.Select(daemon => $"{{ endpoint = \"{daemon.Endpoint}\" }}"));
                    daemons.Add(await Daemon.StartAsync(Path.Combine(folder.FullName, $"n{i}"), $"peers = [{peers}]"));
                }
                Console.WriteLine($"{nodes} processes: {await MeasureAsync(daemons, changes)}");
            }
            finally
            {
                foreach (var daemon in daemons)
                    await daemon.DisposeAsync();
                folder.Delete(recursive: true);
            }
        }
        return 0;
    }

    private static async Task<string> MeasureAsync(List<Daemon> daemons, int changes)
    {
        using var end = new CancellationTokenSource();
        var arrivals = new Arrivals(daemons.Count);
        var watching = daemons.Select(daemon => WatchAsync(daemon, arrivals, end.Token)).ToArray();
        await LinkedAsync(daemons);
        var (times, random, before) = (new List<double>(), new Random(1), await BytesAsync(daemons));
        for (var i = 0; i < changes; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2 + random.NextDouble()));
            var all = arrivals.Await(i);
            var start = Stopwatch.GetTimestamp();
            var value = JsonSerializer.SerializeToElement(i);
            _ = (await daemons[random.Next(daemons.Count)].Control.StateWriteAsync(new StateWrite("shared", Key, value), CancellationToken.None)).Value;
            await all.WaitAsync(TimeSpan.FromSeconds(180));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        await Task.Delay(TimeSpan.FromSeconds(1));
        var bytes = await BytesAsync(daemons) - before;
        await end.CancelAsync();
        await Task.WhenAll(watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        times.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"a change reaches all within {times[times.Count / 2]:f1} ms (median), {times[^1]:f1} ms (longest) of {changes}, its commit included; {(double)bytes / changes / daemons.Count:f0} bytes a change and node, pulls meanwhile included");
    }

    private static async Task WatchAsync(Daemon daemon, Arrivals arrivals, CancellationToken end)
    {
        await foreach (var change in (await daemon.Control.StateWatchAsync("shared", Key, end)).Value.Changes.WithCancellation(end))
        {
            foreach (var entry in change.Entries)
                arrivals.Note(entry.Value.GetInt32());
        }
    }

    private static async Task LinkedAsync(List<Daemon> daemons)
    {
        foreach (var daemon in daemons)
        {
            while ((await StateAsync(daemon)).Peers.Count < daemons.Count - 1)
                await Task.Delay(50);
        }
        // The first pulls are made when the first peer is there.
        await Task.Delay(TimeSpan.FromSeconds(2));
    }

    private static async Task<long> BytesAsync(List<Daemon> daemons)
    {
        var bytes = 0L;
        foreach (var daemon in daemons)
            bytes += (await StateAsync(daemon)).Totals.BytesSent;
        return bytes;
    }

    private static async Task<StateStatus> StateAsync(Daemon daemon) => (await daemon.StatusAsync()).States![0];

    // Tells when a value has come everywhere.
    private sealed class Arrivals(int nodes)
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _all = new();
        private int _value = -1;
        private int _left;

        public Task Await(int value)
        {
            lock (_lock)
            {
                (_value, _left, _all) = (value, nodes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                return _all.Task;
            }
        }

        public void Note(int value)
        {
            lock (_lock)
            {
                if (value == _value && --_left == 0)
                    _all.SetResult();
            }
        }
    }
}
