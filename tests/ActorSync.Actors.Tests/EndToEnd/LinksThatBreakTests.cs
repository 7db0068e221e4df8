using ActorSync.Actors.Tests.Support;
using ActorSync.Peers;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class LinksThatBreakTests
{
    [Fact]
    public async Task A_poll_whose_link_breaks_in_the_middle_goes_on_where_it_was()
    {
        var network = new CuttableNetwork();
        var hurried = Nodes.Hurried();
        var settings = hurried with { Polls = hurried.Polls with { ResponseBytes = 64 }, Backoff = new BackoffSettings { First = TimeSpan.FromMilliseconds(5) } };
        await using var first = Nodes.Start(network.Network, 1, settings);
        await using var second = Start(network, 2, settings);
        var graph = await first.FillAsync(300);
        var cuts = 0;
        var progress = new Progress(received =>
        {
            if (received > 100 * (cuts + 1) && cuts < 2)
            {
                cuts++;
                network.Cut();
            }
        });

        var outcome = (await second.PollAsync(first.ListenName!, graph, new PollOptions { Progress = progress })).Value;

        Assert.Equal(2, cuts);
        Assert.Equal(301, outcome.Added);
        // Nothing was sent that was durable already, but for what was under way at the cuts.
        Assert.InRange(outcome.Received, 301, 301 + 2 * settings.Polls.Window * 2);
    }

    [Fact]
    public async Task A_poll_whose_peer_begins_anew_in_the_middle_begins_anew_too()
    {
        var network = new CuttableNetwork();
        var hurried = Nodes.Hurried();
        var settings = hurried with { Polls = hurried.Polls with { ResponseBytes = 64 }, Backoff = new BackoffSettings { First = TimeSpan.FromMilliseconds(5), Max = TimeSpan.FromMilliseconds(50) } };
        var store = Nodes.MemoryStore(1);
        var first = Nodes.Start(network.Network, 1, settings, store);
        await using var second = Start(network, 2, settings);
        var graph = await first.FillAsync(300);
        var restarted = new TaskCompletionSource<ISyncNode>();
        var begun = 0;
        var progress = new Progress(received =>
        {
            if (received > 100 && Interlocked.Exchange(ref begun, 1) == 0)
                _ = RestartAsync();
        });

        var outcome = (await second.PollAsync(first.ListenName!, graph, new PollOptions { Progress = progress })).Value;

        await using var anew = await restarted.Task.WaitAsync(Nodes.Patience);
        Assert.False(outcome.Level);
        Assert.Equal(301, (await second.ReadAsync(graph)).Value.Count);

        async Task RestartAsync()
        {
            await first.DisposeAsync();
            restarted.SetResult(Nodes.Start(network.Network, 1, settings, store));
        }
    }

    [Fact]
    public async Task A_subscription_is_held_through_breaks_and_through_the_death_of_the_peer()
    {
        var network = new CuttableNetwork();
        var settings = Nodes.Hurried() with { DeadAfter = TimeSpan.FromMilliseconds(1), Backoff = new BackoffSettings { First = TimeSpan.FromMilliseconds(50) } };
        await using var first = Nodes.Start(network.Network, 1, settings);
        await using var second = Start(network, 2, settings);
        var graph = await first.FillAsync(3);
        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        for (var i = 0; i < 5; i++)
        {
            network.Cut();
            var added = await first.AddAsync(graph, $"after cut {i}");
            await second.WaitForAsync(graph, snapshot => snapshot.Contains(added));
        }
    }

    private static ISyncNode Start(CuttableNetwork network, uint node, SyncSettings settings) => SyncNode.Start(new SyncNodeOptions
    {
        Store = Nodes.MemoryStore(node),
        Connector = network,
        EngineConfiguration = TestEngine.Configuration,
        Settings = settings,
    }).Value;

    private sealed class Progress(Action<long> report) : IProgress<PollProgress>
    {
        public void Report(PollProgress value) => report(value.Received);
    }

    /// <summary>A network whose latest link can be cut.</summary>
    private sealed class CuttableNetwork : ILinkConnector
    {
        private MemoryLink? _latest;

        public MemoryLinkNetwork Network { get; } = new();

        public void Cut() => Volatile.Read(ref _latest)?.Break();

        public async ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default)
        {
            var made = await Network.ConnectAsync(endpoint, identity, cancellation);
            if (made.TryGet(out var link, out _))
                Volatile.Write(ref _latest, (MemoryLink)link);
            return made;
        }
    }
}
