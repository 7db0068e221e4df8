using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>Local actions, each durable before it is answered, by one writer and by many who wait for the disk together.</summary>
internal sealed class ActionsScene : Scene
{
    private const int ManyWriters = 64;
    private const int Slices = 10;
    private const string Bare = "bare write+fsync";

    public override string Name => "actions";

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        var one = new Measure("local actions, fsync always, 1 writer", "actions/s") { MustBeside = new Dictionary<string, Bar> { [Bare] = Bar.Least(1 / 1.5) } };
        var many = new Measure($"local actions, fsync always, {ManyWriters} writers", "actions/s") { MustBeside = new Dictionary<string, Bar> { [Bare] = Bar.Least(10) } };
        var count = stage.Options.Actions;
        await using var node = Child.Role("node", stage.Place.New("writer"), nameof(FsyncMode.Always));
        await node.AnswerAsync(stage.Stop);
        var graph = await node.AskAsync("create", stage.Stop);
        await ActAsync(1, count);
        await ActAsync(ManyWriters, count);
        for (var run = 0; run < stage.Options.Runs; run++)
        {
            // A disk that others use is fast and slow by turns: what is compared takes turns, too.
            var (bare, ours, slice) = (0.0, 0.0, count / Slices);
            for (var turn = 0; turn < Slices; turn++)
            {
                bare += (await BareFlush.MeasureAsync(stage.Place, slice)).Sum() / 1e6;
                ours += slice / await ActAsync(1, slice);
            }
            one.Add(Measure.Ours, count / ours);
            one.Add(Bare, count / bare);
            many.Add(Measure.Ours, await ActAsync(ManyWriters, Slices * count));
            many.Add(Bare, count / bare);
            stage.Progress.Step($"local actions, run {run + 1}");
        }
        return [one, many];

        async Task<double> ActAsync(int writers, int actions) =>
            actions / (Clock.Read(await node.AskAsync($"actions {graph} {writers} {actions}", stage.Stop))[0] / 1e9);
    }
}
