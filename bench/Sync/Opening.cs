using System.Diagnostics;
using System.Globalization;
using ActorSync.Graphs;
using ActorSync.Storage;

namespace ActorSync.Bench;

/// <summary>
/// What it takes to open a long graph, in a process of its own each time: with the index that is kept beside its log, and
/// without it, when every command is hashed. Memory is what the open graph holds, commands themselves left out; resident is
/// by how much the process grew, the program's own code included, which is left out where a small graph was opened before.
/// </summary>
internal static class Opening
{
    private const int Batch = 256;
    private const int Writers = 8;
    private const int Runs = 5;

    public static async Task<int> RunAsync(bool isLinear, int commands, int payloadBytes)
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-bench-");
        try
        {
            var began = Stopwatch.GetTimestamp();
            await FillAsync(folder.FullName, isLinear, commands, payloadBytes);
            Console.WriteLine($"{commands:N0} commands of {payloadBytes} bytes, {(isLinear ? "linear" : $"{Writers} writers, 30 % merges")}; written in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            Console.WriteLine($"log {Size(folder, "*.log"):N0} bytes, index {Size(folder, "*.idx"):N0} bytes");
            Console.WriteLine("           seconds to open   CPU seconds   bytes a command in memory   resident");
            for (var run = 0; run < Runs; run++)
                await ChildAsync("with", folder.FullName, commands);
            await ChildAsync("with, warm", folder.FullName, commands, isWarm: true);
            foreach (var file in folder.EnumerateFiles("*.idx", SearchOption.AllDirectories))
                file.Delete();
            for (var run = 0; run < Runs; run++)
                await ChildAsync("without", folder.FullName, int.MaxValue);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Opens the graph in the folder and says on one line what that took.</summary>
    public static async Task<int> MeasureAsync(string folder, int checkpointCommands, bool isWarm)
    {
        if (isWarm)
            await WarmUpAsync();
        using var self = Process.GetCurrentProcess();
        var (held, resident) = Memory(self);
        var (cpu, began) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder, CheckpointCommands = checkpointCommands })).Value;
        var graph = (await store.OpenAsync(store.Graphs[0])).Value;
        var took = Stopwatch.GetElapsedTime(began);
        self.Refresh();
        cpu = self.TotalProcessorTime - cpu;
        var (holds, residents) = Memory(self);
        var commands = (double)graph.Index.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{took.TotalSeconds,12:F3} {cpu.TotalSeconds,15:F3} {(holds - held) / commands,19:F1} {(residents - resident) / commands,21:F1}   digest {graph.Index.Heads().Digest.ToShortString()}"));
        GC.KeepAlive(graph);
        return 0;
    }

    // Enough for an index, so that all code that opening takes has run.
    private static async Task WarmUpAsync()
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-bench-");
        await FillAsync(folder.FullName, isLinear: false, 10_000, 100);
        await using (var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder.FullName })).Value)
            _ = (await store.OpenAsync(store.Graphs[0])).Value;
        folder.Delete(recursive: true);
    }

    private static (long Held, long Resident) Memory(Process self)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        self.Refresh();
        return (GC.GetTotalMemory(forceFullCollection: true), self.WorkingSet64);
    }

    private static long Size(DirectoryInfo folder, string pattern) => folder.EnumerateFiles(pattern, SearchOption.AllDirectories).Sum(file => file.Length);

    private static async Task ChildAsync(string what, string folder, int checkpointCommands, bool isWarm = false)
    {
        Console.Write(what.PadRight(11));
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            ["open-once", folder, checkpointCommands == int.MaxValue ? "0" : StoreSettings.DefaultCheckpointCommands.ToString(CultureInfo.InvariantCulture), isWarm ? "warm" : "cold"]))!;
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
            throw new InvalidOperationException("the measuring process failed");
    }

    private static async Task FillAsync(string folder, bool isLinear, int commands, int payloadBytes)
    {
        await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = folder, Fsync = FsyncMode.Interval })).Value;
        var random = new Random(1);
        var opened = (await store.CreateAsync(Command.Init("a long graph"u8))).Value;
        var heads = Enumerable.Repeat(opened.Index.Heads()[0], isLinear ? 1 : Writers).ToArray();
        while (opened.Index.Count < commands)
        {
            var (first, batch) = (opened.Index.Count, new List<Command>(Batch));
            while (batch.Count < Batch && opened.Index.Count < commands)
            {
                ref var head = ref heads[random.Next(heads.Length)];
                var other = heads[random.Next(heads.Length)];
                var isMerge = !isLinear && random.NextDouble() < 0.3;
                if (isMerge && (opened.Index.IsAncestor(other.Id, head.Id) || opened.Index.IsAncestor(head.Id, other.Id)))
                    continue;
                var command = isMerge ? Command.Merge(head, other) : Command.Create(Prior.Single(head), Priority.Basic(0), Payload(opened.Index.Count, payloadBytes));
                _ = opened.Index.Add(command).Value;
                batch.Add(command);
                head = command.Address;
            }
            if (await opened.Store.AppendAsync(first, batch) is { } error)
                throw new SyncException(error);
        }
    }

    private static byte[] Payload(int number, int bytes)
    {
        var payload = new byte[Math.Max(bytes, sizeof(int))];
        BitConverter.TryWriteBytes(payload, number);
        return payload;
    }
}
