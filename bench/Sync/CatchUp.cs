using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Robustness;

namespace ActorSync.Bench;

/// <summary>One node holds a long graph, another nothing of it: how long until they are level, and what it takes.</summary>
internal static class CatchUp
{
    public static async Task<int> RunAsync(bool byPoll, bool keyValue, int commands, int payloadBytes)
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-bench-");
        try
        {
            var graph = await Filled.WriteAsync(Path.Combine(folder.FullName, "full"), commands, payloadBytes, keyValue);
            var policy = keyValue ? "sync.graph.policy = key-value" : "";
            await using var full = await Daemon.StartAsync(Path.Combine(folder.FullName, "full"), policy);
            await using var empty = await Daemon.StartAsync(Path.Combine(folder.FullName, "empty"), policy);
            Console.WriteLine($"{commands:N0} {(keyValue ? "key/value " : "")}commands of {payloadBytes} bytes by {(byPoll ? "poll" : "subscription")}, fsync always; the full node opened in {full.StartTook.TotalSeconds:F2} s");
            var (before, began) = ((full.Processor, empty.Processor), Stopwatch.GetTimestamp());
            await (byPoll ? PollAsync(full, empty, graph) : SubscribeAsync(full, empty, graph, commands));
            Report(commands, payloadBytes, Stopwatch.GetElapsedTime(began), await full.StatusAsync(), (await empty.StatusAsync()).Graphs.Single().Digest);
            Report("full ", full, full.Processor - before.Item1);
            Report("empty", empty, empty.Processor - before.Item2);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PollAsync(Daemon full, Daemon empty, GraphId graph) =>
        _ = (await empty.Control.SyncAsync(new SyncRequest(full.Endpoint, graph.ToString()), new Progress<SyncProgress>(), CancellationToken.None)).Value;

    private static async Task SubscribeAsync(Daemon full, Daemon empty, GraphId graph, int commands)
    {
        var subscribing = empty.Control.SubscribeAsync(new PeerGraph(full.Endpoint, graph.ToString()), CancellationToken.None);
        Result<GraphWatch> watch;
        do
            watch = await empty.Control.WatchAsync(graph, CancellationToken.None);
        while (watch.Error is { Kind: SyncErrorKind.UnknownGraph });
        await foreach (var version in watch.Value.Versions)
        {
            if (version.Commands == commands)
                break;
        }
        _ = (await subscribing).Value;
    }

    private static void Report(int commands, int payloadBytes, TimeSpan took, NodeStatus full, string digest)
    {
        var bytes = full.Peers.Sum(peer => peer.BytesIn + peer.BytesOut);
        Console.WriteLine($"level after {took.TotalSeconds:F2} s: {commands / took.TotalSeconds:N0} commands/s, {(double)bytes / commands:F2} bytes on the wire a command ({payloadBytes} of payload), both ways");
        if (full.Graphs.Single().Digest != digest)
            throw new InvalidOperationException("they are not level");
    }

    private static void Report(string who, Daemon daemon, TimeSpan processor) =>
        Console.WriteLine($"{who}: {processor.TotalSeconds:F2} s of CPU, at most {daemon.PeakMemory / 1048576.0:F0} MiB resident");
}
