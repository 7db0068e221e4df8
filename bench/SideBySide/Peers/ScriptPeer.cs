using System.Globalization;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Rows;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>A peer that runs on Node: one script, as a process that holds entries and as one that holds none.</summary>
internal sealed class ScriptPeer(string name, Workplace place, Child full, string address) : ICatchUp
{
    public string Name => name;

    public static async Task<ScriptPeer> StartAsync(Stage stage, string name, int entries)
    {
        var full = Start(stage.Place, name);
        await full.AnswerAsync(stage.Stop);
        // A port, and behind it what else the other end must know.
        var address = (await full.AskAsync($"fill {entries}", stage.Stop)).Split(' ');
        return new ScriptPeer(name, stage.Place, full, string.Join(' ', [address[0], $"{entries}", .. address[1..]]));
    }

    public async Task<CaughtUp> CatchUpAsync(CancellationToken cancellation)
    {
        var (empty, took) = await FetchAsync(cancellation);
        await empty.DisposeAsync();
        return took;
    }

    /// <summary>The two processes once the other has caught up.</summary>
    public async Task<ILive> LiveAsync(CancellationToken cancellation) => new ScriptLive(name, full, (await FetchAsync(cancellation)).Empty);

    public ValueTask DisposeAsync() => full.DisposeAsync();

    private async Task<(Child Empty, CaughtUp Took)> FetchAsync(CancellationToken cancellation)
    {
        var empty = Start(place, name);
        await empty.AnswerAsync(cancellation);
        var answer = (await empty.AskAsync($"fetch {address}", cancellation)).Split(' ');
        return (empty, new CaughtUp(double.Parse(answer[0], CultureInfo.InvariantCulture) / 1e9, long.Parse(answer[1], CultureInfo.InvariantCulture)));
    }

    private static Child Start(Workplace place, string name) =>
        Child.Start(name, "node", [Path.Combine(Installed.Folder, "scripts", $"{name}.mjs"), place.New(name)], Installed.Folder);

    private sealed class ScriptLive(string name, Child publisher, Child subscriber) : ILive
    {
        public string Name => name;

        public async Task<double[]> PushAsync(int count, int paceMilliseconds, CancellationToken cancellation)
        {
            await subscriber.AskAsync($"follow {count}", cancellation);
            var begun = await publisher.AskAsync($"act {count} {paceMilliseconds}", cancellation);
            return Clock.Microseconds(begun, await subscriber.AskAsync("stamps", cancellation));
        }

        public ValueTask DisposeAsync() => subscriber.DisposeAsync();
    }
}
