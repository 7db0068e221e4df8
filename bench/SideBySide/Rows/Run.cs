using System.Runtime.InteropServices;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>One run of the program: all scenes that were asked for, the table, the file.</summary>
internal static class Run
{
    public static async Task<int> AllAsync(Options options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var place = new Workplace(options.Folder);
        var peers = options.Quick ? Installed.None : await Installed.FindAsync(stop.Token);
        var scenes = Scene.All.Where(scene => options.Names.Contains(scene.Name)).ToArray();
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, stores on {place.FileSystem}, {options.Runs} runs; peers: {peers}");
        var rows = new List<Row>();
        var stage = new Stage(options, place, peers, new Progress(scenes.Length * options.Runs), stop.Token);
        try
        {
            foreach (var scene in scenes)
                rows.AddRange((await scene.RunAsync(stage)).SelectMany(measure => measure.Rows()));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("stopped before it was done");
            return 130;
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
        if (options.Quick)
            rows = rows.ConvertAll(row => row with { Bar = null, Met = null });
        Report.Print(rows);
        Report.Write(rows, options.Output);
        Console.WriteLine($"written to {options.Output}; {(options.Quick
            ? "so small a run shows that all works, and is not held to any bar"
            : $"{rows.Count(row => row.Met == true)} bars are met, {rows.Count(row => row.Met == false)} are not")}");
        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
