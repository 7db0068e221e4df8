using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Rows;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>The floor: frames of a length and a payload from one process to another, by asynchronous sockets.</summary>
internal sealed class RawFrames(Child source, Child sink, Workplace place, int frames) : ICatchUp, ILive
{
    public string Name => "raw frame";

    public static async Task<RawFrames> StartAsync(Stage stage, int sockets, int frames = 0)
    {
        var source = Child.Role("frames-source");
        var sink = Child.Role("frames-sink");
        await source.AnswerAsync(stage.Stop);
        var port = await sink.AnswerAsync(stage.Stop);
        await sink.TellAsync($"accept {sockets}");
        await source.AskAsync($"connect {port} {sockets}", stage.Stop);
        await sink.AnswerAsync(stage.Stop);
        return new RawFrames(source, sink, stage.Place, frames);
    }

    /// <summary>All frames as fast as they go, into a file that is flushed at the end.</summary>
    public async Task<CaughtUp> CatchUpAsync(CancellationToken cancellation)
    {
        var folder = place.New("frames");
        await sink.AskAsync($"take {frames} {Path.Combine(folder, "frames")}", cancellation);
        var began = Clock.Read(await source.AskAsync($"stream {frames}", cancellation))[0];
        var ended = Clock.Read(await sink.AskAsync("stamps", cancellation))[0];
        Workplace.Remove(folder);
        return new CaughtUp((ended - began) / 1e9, (sizeof(int) + Graphs.GeneratedGraph.PayloadBytes) * (long)frames);
    }

    /// <summary>From the first frame of each round until the last of the sockets had its own.</summary>
    public Task<double[]> PushAsync(int count, int paceMilliseconds, CancellationToken cancellation) => RoundsAsync(count, paceMilliseconds, "", cancellation);

    /// <summary>The same with an append at each socket's end.</summary>
    public Task<double[]> PushAndAppendAsync(int count, int paceMilliseconds, CancellationToken cancellation) =>
        RoundsAsync(count, paceMilliseconds, $" {place.New("appends")}", cancellation);

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await sink.DisposeAsync();
    }

    private async Task<double[]> RoundsAsync(int count, int paceMilliseconds, string folder, CancellationToken cancellation)
    {
        await sink.AskAsync($"rounds {count}{folder}", cancellation);
        var begun = await source.AskAsync($"rounds {count} {paceMilliseconds}", cancellation);
        return Clock.Microseconds(begun, await sink.AskAsync("stamps", cancellation));
    }
}
