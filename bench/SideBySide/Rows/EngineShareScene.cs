using System.Globalization;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>
/// The actor engine's share of the CPU while commands are committed and pushed one after the other: samples of both
/// processes by perf, each counted for the innermost of our rooms on its stack. Without perf there is no such row.
/// </summary>
internal sealed class EngineShareScene : Scene
{
    private static readonly Dictionary<string, string> WithNames = new() { ["DOTNET_PerfMapEnabled"] = "1", ["DOTNET_EnableWriteXorExecute"] = "0" };

    public override string Name => "engine";

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        var share = new Measure("the engine's share of the CPU on the push path", "%") { Must = Bar.Most(5) };
        if (!await Sampler.IsInstalledAsync(stage.Stop))
        {
            stage.Progress.Skip(stage.Options.Runs, "perf is not installed, or may not sample: the engine's share is not measured");
            return [];
        }
        await using var live = await ActorSyncLive.StartAsync(stage, FsyncMode.Never, WithNames);
        await live.PushAsync(stage.Options.Pushes * 100, 0, stage.Stop);
        for (var run = 0; run < stage.Options.Runs; run++)
        {
            await using var sampler = Sampler.Start(stage, [live.Publisher.Id, live.Subscriber.Id]);
            // It says nothing when it has begun.
            await Task.Delay(TimeSpan.FromSeconds(2), stage.Stop);
            await live.PushAsync(stage.Options.Pushes * 100, 0, stage.Stop);
            var samples = await sampler.StopAsync(stage.Stop);
            var (engine, all) = (samples.Count(Sampler.IsEngine), samples.Count);
            Progress.Say(string.Create(CultureInfo.InvariantCulture, $"{engine} of {all} samples are the engine's"));
            share.Add(Measure.Ours, 100.0 * engine / Math.Max(1, all));
            stage.Progress.Step($"the engine's share, run {run + 1}");
        }
        Sampler.Clean(live.Publisher.Id, live.Subscriber.Id);
        return [share];
    }
}
