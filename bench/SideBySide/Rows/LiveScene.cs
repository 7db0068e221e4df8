using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>One command at a time: from the call that commits it until it is committed on the other side.</summary>
internal sealed class LiveScene : Scene
{
    /// <summary>Commands that both sides hold before.</summary>
    public const int History = 1000;

    private const int PaceMilliseconds = 2;
    private const int Slices = 10;
    private const string Frame = "raw frame";
    private const string Flushes = "two bare flushes and the push without";

    public override string Name => "live";

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        var median = new Measure("live push, fsync off, p50", "µs") { MustBeside = new Dictionary<string, Bar> { [Frame] = Bar.Most(8), ["hypercore"] = Bar.Most(1 / 8.0) } };
        var tail = new Measure("live push, fsync off, p99 (the frame's p50)", "µs") { MustBeside = new Dictionary<string, Bar> { [Frame] = Bar.Most(25) } };
        var flushed = new Measure("live push, fsync always, p50", "µs") { MustBeside = new Dictionary<string, Bar> { [Flushes] = Bar.Most(1.3) } };
        await using var frames = await RawFrames.StartAsync(stage, 1);
        await using var ours = await ActorSyncLive.StartAsync(stage, FsyncMode.Never);
        await using var durable = await ActorSyncLive.StartAsync(stage, FsyncMode.Always);
        var (fulls, others) = (new List<ScriptPeer>(), new List<ILive>());
        try
        {
            foreach (var name in stage.Peers.Scripts)
            {
                fulls.Add(await ScriptPeer.StartAsync(stage, name, History));
                others.Add(await fulls[^1].LiveAsync(stage.Stop));
            }
            // What runs for the first time is compiled first.
            foreach (var live in (ILive[])[ours, durable, frames, .. others])
                await live.PushAsync(stage.Options.Pushes, PaceMilliseconds, stage.Stop);
            for (var run = 0; run < stage.Options.Runs; run++)
            {
                var frame = Clock.Percentile(await PushAsync(frames), 0.5);
                var pushed = await PushAsync(ours);
                var push = Clock.Percentile(pushed, 0.5);
                median.Add(Measure.Ours, push);
                median.Add(Frame, frame);
                tail.Add(Measure.Ours, Clock.Percentile(pushed, 0.99));
                tail.Add(Frame, frame);
                var (pushedDurably, bare) = await InTurnsAsync(stage, durable);
                flushed.Add(Measure.Ours, Clock.Percentile(pushedDurably, 0.5));
                flushed.Add(Flushes, 2 * Clock.Percentile(bare, 0.5) + push);
                foreach (var other in others)
                {
                    var took = await PushAsync(other);
                    median.Add(other.Name, Clock.Percentile(took, 0.5));
                    tail.Add(other.Name, Clock.Percentile(took, 0.99));
                }
                stage.Progress.Step($"live push, run {run + 1}");
            }
        }
        finally
        {
            foreach (var peer in (IAsyncDisposable[])[.. others, .. fulls])
                await peer.DisposeAsync();
        }
        return [median, tail, flushed];

        Task<double[]> PushAsync(ILive live) => live.PushAsync(stage.Options.Pushes, PaceMilliseconds, stage.Stop);
    }
    // A disk that others use is fast and slow by turns: what is compared takes turns, too.
    private static async Task<(List<double> Pushed, List<double> Flushed)> InTurnsAsync(Stage stage, ActorSyncLive live)
    {
        var (pushed, flushed, slice) = (new List<double>(), new List<double>(), stage.Options.Pushes / Slices);
        for (var turn = 0; turn < Slices; turn++)
        {
            pushed.AddRange(await live.PushAsync(slice, PaceMilliseconds, stage.Stop));
            flushed.AddRange(await BareFlush.MeasureAsync(stage.Place, slice, PaceMilliseconds));
        }
        return (pushed, flushed);
    }
}
