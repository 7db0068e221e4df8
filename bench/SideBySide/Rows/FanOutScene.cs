using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>One command to many subscribers, each with a socket and a store, in one process: until the last has it.</summary>
internal sealed class FanOutScene : Scene
{
    private const int PaceMilliseconds = 20;
    private const int RoundsShare = 5;

    public override string Name => "fan-out";

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        var subscribers = stage.Options.Subscribers;
        var rounds = Math.Max(10, stage.Options.Pushes / RoundsShare);
        var floor = $"{subscribers} raw frames, {subscribers} bare appends";
        var median = new Measure($"fan-out to {subscribers}, commit to last delivery, p50", "µs") { MustBeside = new Dictionary<string, Bar> { [floor] = Bar.Most(3) } };
        await using var frames = await RawFrames.StartAsync(stage, subscribers);
        await using var publisher = Child.Role("node", stage.Place.New("publisher"), nameof(FsyncMode.Never));
        await using var receivers = Child.Role("subscribers", stage.Place.New("subscribers"), $"{subscribers}");
        var endpoint = await publisher.AnswerAsync(stage.Stop);
        await receivers.AnswerAsync(stage.Stop);
        var graph = await publisher.AskAsync("create", stage.Stop);
        await receivers.AskAsync($"poll {endpoint} {graph}", stage.Stop);
        await receivers.AskAsync($"subscribe {endpoint} {graph}", stage.Stop);
        await PushAsync();
        for (var run = 0; run < stage.Options.Runs; run++)
        {
            median.Add(floor, Clock.Percentile(await frames.PushAndAppendAsync(rounds, PaceMilliseconds, stage.Stop), 0.5));
            median.Add(Measure.Ours, Clock.Percentile(await PushAsync(), 0.5));
            stage.Progress.Step($"fan-out, run {run + 1}");
        }
        return [median];

        async Task<double[]> PushAsync()
        {
            await receivers.AskAsync($"follow {graph} {rounds}", stage.Stop);
            var begun = await publisher.AskAsync($"act {graph} {rounds} {PaceMilliseconds}", stage.Stop);
            return Clock.Microseconds(begun, await receivers.AskAsync("stamps", stage.Stop));
        }
    }
}
