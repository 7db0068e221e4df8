using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Wire;
using Xunit.Abstractions;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>Many peers hold a subscription at one daemon, over real sockets.</summary>
public sealed class ManySubscribersTests(ITestOutputHelper output) : IDisposable
{
    private const int Commits = 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_hundred_get_every_commit_and_neither_a_silent_nor_a_dead_one_delays_the_others()
    {
        // On a machine that is busy with other things an acknowledgement may take long: that is no repetition yet.
        await using var daemon = await Daemon.StartAsync(_folder.At("data"), "sync { maximum-subscriptions = 200, subscription.retry-after = 60s }");
        var graph = await GraphOfAsync(daemon);
        var peers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Subscriber.OpenAsync(daemon.Endpoint, graph)));
        Assert.Equal(200, (await daemon.StatusAsync()).OpenSubscriptions);

        var all = await CommitAsync(daemon, graph, peers);
        peers[0].StopReading();
        await peers[1].DisposeAsync();
        var rest = await CommitAsync(daemon, graph, peers[2..]);

        output.WriteLine($"the slowest of {Commits} commits was at all 200 after {all.TotalMilliseconds:F0} ms, at the other 198 after {rest.TotalMilliseconds:F0} ms");
        Assert.All(peers[2..], peer => Assert.Equal((1 + 2 * Commits, 0), (peer.Ids.Count, peer.Repeated)));
        Assert.True(rest < TimeSpan.FromSeconds(20), $"the others waited {rest}");
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    [Fact]
    public async Task The_129th_is_refused_and_the_128_are_untouched()
    {
        await using var daemon = await Daemon.StartAsync(_folder.At("data"));
        var graph = await GraphOfAsync(daemon);
        var peers = await Task.WhenAll(Enumerable.Range(0, 128).Select(_ => Subscriber.OpenAsync(daemon.Endpoint, graph)));

        await using var late = await RawPeer.ConnectAsync(daemon.Endpoint);
        await late.SendAsync(late.Subscribe(graph));
        var refused = await late.ReceiveAsync<MaximumSubscriptionsExceeded>();
        await CommitAsync(daemon, graph, peers);

        Assert.Equal((late.Subscription, 1u, 128u), (refused.Id, refused.Sequence, refused.Limit));
        var status = await daemon.StatusAsync();
        Assert.Equal((128, 1), (status.OpenSubscriptions, status.Errors[nameof(SyncErrorKind.MaximumSubscriptionsExceeded)]));
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    private static async Task<GraphId> GraphOfAsync(Daemon daemon)
    {
        var created = (await daemon.Control.CreateGraphAsync("many"u8.ToArray(), CancellationToken.None)).Value;
        return GraphId.TryParse(created.Graph, out var graph) ? graph : throw new InvalidOperationException(created.Graph);
    }

    // The longest time from the acknowledgement of a commit until the last of these peers held it.
    private static async Task<TimeSpan> CommitAsync(Daemon daemon, GraphId graph, Subscriber[] peers)
    {
        var longest = TimeSpan.Zero;
        for (var i = 0; i < Commits; i++)
        {
            var added = (await daemon.Control.AddAsync(graph, Guid.NewGuid().ToByteArray(), 0, CancellationToken.None)).Value;
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(peers.Select(peer => peer.HoldsAsync(added.Id))).WaitAsync(TimeSpan.FromSeconds(30));
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
        }
        return longest;
    }
}
