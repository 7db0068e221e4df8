using System.Diagnostics;
using System.Globalization;
using ActorSync.Actors;
using ActorSync.Graphs;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Bench;

/// <summary>
/// What a node takes that holds many graphs, of which none, or all, are open, and how long the first action on a dormant one
/// takes: each time in a process of its own. Heap is what is in use after a full collection; resident is the process.
/// </summary>
internal static class Dormant
{
    private const int Actions = 200;

    public static async Task<int> RunAsync(int graphs, int commands)
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-bench-");
        try
        {
            var began = Stopwatch.GetTimestamp();
            await FillAsync(folder.FullName, graphs, commands);
            Console.WriteLine($"{graphs:N0} graphs of {commands:N0} commands of 100 bytes; written in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            Console.WriteLine("                                   open   dormant   files open   heap MiB   KiB a graph   resident MiB   s until all are known");
            await ChildAsync("no graph", Path.Combine(folder.FullName, "none"), "off");
            await ChildAsync("all open", folder.FullName, "off");
            await ChildAsync("dormant since the start", folder.FullName, "start");
            await ChildAsync("dormant after they were open", folder.FullName, "slept");
            await ChildAsync("actions", folder.FullName, "act");
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One node in this process, on the graphs in the folder.</summary>
    public static async Task<int> MeasureAsync(string folder, string what)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder })).Value;
        var graphs = store.Graphs;
        TimeSpan? idle = what switch { "off" => null, "slept" => TimeSpan.FromSeconds(1), _ => TimeSpan.FromHours(1) };
        var began = Stopwatch.GetTimestamp();
        var options = new SyncNodeOptions { Store = store, Connector = new TcpLinkConnector(), Settings = new SyncSettings { GraphIdle = idle } };
        await using var node = SyncNode.Start(options).Value;
        var status = await node.StatusAsync();
        var known = Stopwatch.GetElapsedTime(began);
        if (what == "act")
        {
            await ActAsync(node, graphs);
            return 0;
        }
        if (what == "slept")
        {
            await Task.WhenAll(graphs.Select(graph => node.ReadAsync(graph)));
            while ((status = await node.StatusAsync()).Graphs.Any(graph => graph.State != GraphStatus.Dormant))
                await Task.Delay(100);
        }
        Report(status, known);
        return 0;
    }

    private static void Report(NodeStatus status, TimeSpan known)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        var (open, dormant) = (status.Graphs.Count(graph => graph.State == GraphStatus.Open), status.Graphs.Count(graph => graph.State == GraphStatus.Dormant));
        // Linux alone tells them; what the process itself has open is among them.
        var files = Directory.Exists("/proc/self/fd") ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count().ToString(CultureInfo.InvariantCulture) : "?";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{open,10} {dormant,9} {files,12} {heap / 1048576.0,10:F1} {(status.Graphs.Count == 0 ? 0 : heap / 1024.0 / status.Graphs.Count),13:F1} {self.WorkingSet64 / 1048576.0,14:F1} {known.TotalSeconds,22:F2}"));
    }

    private static async Task ActAsync(ISyncNode node, IReadOnlyList<GraphId> graphs)
    {
        var (first, next) = (new List<double>(), new List<double>());
        foreach (var graph in graphs.Take(Actions))
        {
            first.Add(await TimeAsync(node, graph));
            next.Add(await TimeAsync(node, graph));
        }
        Console.WriteLine();
        Tell("on a dormant graph", first);
        Tell("the next on the same", next);
    }

    private static async Task<double> TimeAsync(ISyncNode node, GraphId graph)
    {
        var began = Stopwatch.GetTimestamp();
        if ((await node.AddAsync(graph, new byte[100])).Error is { } error)
            throw new SyncException(error);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static void Tell(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-22} {times.Count} times: median {times[times.Count / 2]:F2} ms, 95 of 100 within {times[times.Count * 95 / 100]:F2} ms, longest {times[^1]:F2} ms"));
    }

    private static async Task ChildAsync(string what, string folder, string mode)
    {
        Console.Write(what.PadRight(30));
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["dormant-once", folder, mode]))!;
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
            throw new InvalidOperationException("the measuring process failed");
    }

    private static async Task FillAsync(string folder, int graphs, int commands)
    {
        await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder, Fsync = FsyncMode.Never })).Value;
        var random = new Random(1);
        for (var i = 0; i < graphs; i++)
        {
            var opened = (await store.CreateAsync(Command.Init(BitConverter.GetBytes(i)))).Value;
            var (batch, prior) = (new List<Command>(), opened.Index.Heads()[0]);
            for (var c = 1; c < commands; c++)
            {
                var payload = new byte[100];
                random.NextBytes(payload);
                batch.Add(Command.Create(Prior.Single(prior), Priority.Basic(0), payload));
                prior = batch[^1].Address;
                _ = opened.Index.Add(batch[^1]).Value;
            }
            if (batch.Count > 0 && await opened.Store.AppendAsync(1, batch) is { } error)
                throw new SyncException(error);
            await opened.Store.DisposeAsync();
        }
    }
}
