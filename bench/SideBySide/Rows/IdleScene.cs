using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Bench.SideBySide.Roles;
using ActorSync.Storage;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>Many open subscriptions while nothing changes. The peers sit behind a test gateway, a hundred on a connection.</summary>
internal sealed class IdleScene : Scene
{
    private const int PeersEach = 100;

    public override string Name => "idle";

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        var count = stage.Options.Connections * PeersEach;
        var bytes = new Measure($"{count:N0} idle subscriptions, beside keep-alives", "bytes/s") { Must = Bar.Most(0) };
        var memory = new Measure($"{count:N0} idle subscriptions, live heap each", "bytes") { Must = Bar.Most(4096) };
        var resident = new Measure($"{count:N0} idle subscriptions, resident memory each", "bytes");
        for (var run = 0; run < stage.Options.Runs; run++)
        {
            await using var node = Child.Role("node", stage.Place.New("publisher"), nameof(FsyncMode.Never), NodeRole.Gateway);
            await using var peers = Child.Role("gateway-peers", $"{stage.Options.Connections}", $"{PeersEach}");
            var endpoint = await node.AnswerAsync(stage.Stop);
            await peers.AnswerAsync(stage.Stop);
            var graph = await node.AskAsync("create", stage.Stop);
            var before = Clock.Read(await node.AskAsync("memory", stage.Stop));
            await peers.AskAsync($"subscribe {endpoint} {graph}", stage.Stop);
            // What opening them left to do is over before the clock starts.
            await Task.Delay(TimeSpan.FromSeconds(2), stage.Stop);
            var open = await node.AskAsync("subscriptions", stage.Stop);
            if (open != $"{count}")
                throw new BenchException($"{open} of {count} subscriptions are open");
            var begun = Clock.Read(await peers.AskAsync("bytes", stage.Stop))[0];
            await Task.Delay(TimeSpan.FromSeconds(stage.Options.IdleSeconds), stage.Stop);
            bytes.Add(Measure.Ours, (double)(Clock.Read(await peers.AskAsync("bytes", stage.Stop))[0] - begun) / stage.Options.IdleSeconds);
            var after = Clock.Read(await node.AskAsync("memory", stage.Stop));
            memory.Add(Measure.Ours, (double)(after[0] - before[0]) / count);
            resident.Add(Measure.Ours, (double)(after[1] - before[1]) / count);
            stage.Progress.Step($"idle subscriptions, run {run + 1}");
        }
        return [bytes, memory, resident];
    }
}
