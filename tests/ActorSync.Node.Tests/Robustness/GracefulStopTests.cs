using System.Collections.Concurrent;
using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Wire;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>A signal in the middle of work: what was acknowledged stays, who listens is told, and it does not take long.</summary>
public sealed class GracefulStopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sigterm_under_load_ends_with_0_tells_the_subscribers_and_keeps_what_was_acknowledged()
    {
        var graph = await Filled.WriteAsync(_folder.At("data"), 1000);
        var acknowledged = new ConcurrentBag<string>();
        await using (var daemon = await Daemon.StartAsync(_folder.At("data")))
        {
            var peers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Subscriber.OpenAsync(daemon.Endpoint, graph)));
            var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var adding = Enumerable.Range(0, 4).Select(_ => AddUntilRefusedAsync(daemon, graph, acknowledged, busy)).ToArray();
            await busy.Task.WaitAsync(TimeSpan.FromSeconds(30));

            var began = Stopwatch.GetTimestamp();
            daemon.Signal(Daemon.SigTerm);
            var code = await daemon.EndAsync(TimeSpan.FromSeconds(30));
            var took = Stopwatch.GetElapsedTime(began);
            await Task.WhenAll(adding);

            Assert.Equal((0, ""), (code, daemon.Error));
            Assert.True(took < TimeSpan.FromSeconds(5), $"it took {took}");
            Assert.All(await Task.WhenAll(peers.Select(peer => peer.Ended)), reason => Assert.Equal(SubscriptionEndReason.ShuttingDown, reason));
            foreach (var peer in peers)
                await peer.DisposeAsync();
        }

        await using var again = await Daemon.StartAsync(_folder.At("data"));
        Assert.Empty(acknowledged.Except(await again.IdsAsync(graph)));
        Assert.True(acknowledged.Count >= 40);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once_and_the_store_stands_that()
    {
        var graph = await Filled.WriteAsync(_folder.At("data"), 20_000, payloadBytes: 1000);
        await using (var daemon = await Daemon.StartAsync(_folder.At("data")))
        {
            // What waits for a peer that does not read is given some seconds when the node stops.
            await using var silent = await RawPeer.ConnectAsync(daemon.Endpoint);
            await silent.SendAsync(silent.Subscribe(graph));
            await silent.ReceiveAsync<Subscribed>();

            daemon.Signal(Daemon.SigInt);
            await daemon.Stops.WaitAsync(TimeSpan.FromSeconds(20));
            var began = Stopwatch.GetTimestamp();
            daemon.Signal(Daemon.SigInt);

            Assert.Equal(130, await daemon.EndAsync(TimeSpan.FromSeconds(20)));
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2));
        }

        await using var again = await Daemon.StartAsync(_folder.At("data"));
        Assert.Equal(20_000, Assert.Single((await again.StatusAsync()).Graphs).Commands);
    }

    private static async Task AddUntilRefusedAsync(Daemon daemon, GraphId graph, ConcurrentBag<string> acknowledged, TaskCompletionSource busy)
    {
        while ((await daemon.Control.AddAsync(graph, Guid.NewGuid().ToByteArray(), 0, CancellationToken.None)).TryGet(out var added, out _))
        {
            acknowledged.Add(added.Id);
            if (acknowledged.Count >= 40)
                busy.TrySetResult();
        }
    }
}
