using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Bench.SideBySide.Peers;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Bench.SideBySide.Roles;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>An empty peer comes level with one that holds a whole graph.</summary>
internal sealed class CatchUpScene(string shape) : Scene
{
    private const string CommandsPerSecond = "commands/s";
    private const string BytesPerCommand = "bytes/command";

    private static readonly Dictionary<string, Bar> LinearBars = new() { ["git fetch"] = Bar.Least(6), ["hypercore"] = Bar.Least(40) };
    private static readonly Dictionary<string, Bar> OtherBars = new() { ["git fetch"] = Bar.Least(4) };

    public override string Name => shape;

    private bool IsLinear => shape == GeneratedGraph.OneStrand;

    private string What => shape switch
    {
        GeneratedGraph.OneStrand => "linear",
        GeneratedGraph.KeyValue => "linear, key/value, facts kept",
        _ => $"{GeneratedGraph.Writers} writers, 30 % merges",
    };

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        if (shape == GeneratedGraph.KeyValue && !NodeRole.HasPolicies)
        {
            stage.Progress.Skip(stage.Options.Runs, "the nodes of this build have no policies: the key/value row is left out");
            return [];
        }
        var content = new Content(shape, stage.Options.Commands);
        var rate = new Measure($"catch-up, {What}, {content.Commands:N0} commands", CommandsPerSecond) { MustBeside = IsLinear ? LinearBars : OtherBars };
        var bytes = new Measure($"bytes on the wire an ordinary command, {What}", BytesPerCommand) { Must = Bar.Most(shape == GeneratedGraph.Merges ? 110 : 105) };
        var peers = new List<ICatchUp>();
        try
        {
            var ours = await ActorSyncPeer.StartAsync(stage, content);
            peers.Add(ours);
            await foreach (var peer in OthersAsync(stage, content))
                peers.Add(peer);
            for (var run = 0; run < stage.Options.Runs; run++)
            {
                foreach (var peer in peers)
                {
                    var took = await peer.CatchUpAsync(stage.Stop);
                    rate.Add(peer.Name, content.Commands / took.Seconds);
                    bytes.Add(peer.Name, (double)took.Bytes / content.Ordinary);
                }
                rate.Add($"{Measure.Ours}, first sync of the process", content.Commands / (await ours.CatchUpAsync(isWarm: false, stage.Stop)).Seconds);
                stage.Progress.Step($"{rate.Name}, run {run + 1}");
            }
        }
        finally
        {
            foreach (var peer in peers)
                await peer.DisposeAsync();
        }
        return [rate, .. IsLinear ? [await ManyAsync(stage)] : (Measure[])[], bytes];
    }

    private static async Task<Measure> ManyAsync(Stage stage)
    {
        var content = new Content(GeneratedGraph.OneStrand, stage.Options.Many);
        var rate = new Measure($"catch-up, linear, {content.Commands:N0} commands", CommandsPerSecond);
        await using var ours = await ActorSyncPeer.StartAsync(stage, content);
        for (var run = 0; run < stage.Options.Runs; run++)
        {
            rate.Add(Measure.Ours, content.Commands / (await ours.CatchUpAsync(stage.Stop)).Seconds);
            rate.Add(HashRate.Name, HashRate.Of(content.Commands));
        }
        return rate;
    }

    private async IAsyncEnumerable<ICatchUp> OthersAsync(Stage stage, Content content)
    {
        if (stage.Peers.Git is not null)
            yield return await GitPeer.StartAsync(stage, content);
        if (!IsLinear)
            yield break;
        foreach (var name in stage.Peers.Scripts)
            yield return await ScriptPeer.StartAsync(stage, name, content.Commands);
        var frames = await RawFrames.StartAsync(stage, 1, content.Commands);
        yield return frames;
    }
}
