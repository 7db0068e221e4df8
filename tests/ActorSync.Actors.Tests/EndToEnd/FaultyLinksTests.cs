using ActorSync.Actors.Tests.Support;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class FaultyLinksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Three_nodes_end_level_over_links_that_lose_repeat_and_reorder(int seed)
    {
        var network = new MemoryLinkNetwork(new MemoryLinkSettings
        {
            Faults = new MemoryLinkFaults { Seed = seed, Drop = 0.1, Duplicate = 0.1, Reorder = 0.1 },
        });
        await using var first = Nodes.Start(network, 1, Nodes.Hurried());
        await using var second = Nodes.Start(network, 2, Nodes.Hurried());
        await using var third = Nodes.Start(network, 3, Nodes.Hurried());
        var graph = await first.FillAsync(200);

        var outcome = await second.PollAsync(first.ListenName!, graph);
        Assert.Equal(201, outcome.Value.Added);
        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        Assert.Null(await third.SubscribeAsync(second.ListenName!, graph));
        await third.WaitForAsync(graph, snapshot => snapshot.Count >= 201);
        Assert.Null(await first.SubscribeAsync(second.Id.ToString(), graph));
        Assert.Null(await second.SubscribeAsync(third.Id.ToString(), graph));
        for (var i = 0; i < 20; i++)
            await Task.WhenAll(first.AddAsync(graph, $"first {i}"), second.AddAsync(graph, $"second {i}"), third.AddAsync(graph, $"third {i}"));

        await Nodes.WaitForLevelAsync(graph, 260, first, second, third);
    }

    [Fact]
    public async Task A_poll_in_small_parts_goes_on_over_loss()
    {
        var network = new MemoryLinkNetwork(new MemoryLinkSettings
        {
            Faults = new MemoryLinkFaults { Seed = 11, Drop = 0.2, Duplicate = 0.05, Reorder = 0.2 },
        });
        var hurried = Nodes.Hurried();
        var settings = hurried with { Polls = hurried.Polls with { ResponseBytes = 64 } };
        await using var first = Nodes.Start(network, 1, settings);
        await using var second = Nodes.Start(network, 2, settings);
        var graph = await first.FillAsync(300);
        var progress = new LastProgress();

        var outcome = (await second.PollAsync(first.ListenName!, graph, new PollOptions { Progress = progress })).Value;

        Assert.Equal(301, outcome.Added);
        Assert.Equal(301, progress.Received);
    }

    private sealed class LastProgress : IProgress<PollProgress>
    {
        public long Received { get; private set; }

        public void Report(PollProgress value) => Received = value.Received;
    }
}
