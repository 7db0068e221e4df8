using ActorSync.Actors.Tests.Support;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class ManySubscribersTests
{
    private const int Subscribers = 200;

    [Fact]
    public async Task Two_hundred_subscribers_get_every_commit_and_one_more_is_refused()
    {
        var network = new MemoryLinkNetwork(new MemoryLinkSettings { MaxUnclaimedLinks = 1000 });
        await using var publisher = Nodes.Start(network, 1, new SyncSettings { MaximumSubscriptions = Subscribers, DeadAfter = TimeSpan.FromMilliseconds(100) });
        var graph = await publisher.FillAsync(5);
        var subscribers = Enumerable.Range(2, Subscribers).Select(node => Nodes.Start(network, (uint)node)).ToArray();
        try
        {
            var answers = await Task.WhenAll(subscribers.Select(node => node.SubscribeAsync(publisher.ListenName!, graph)));
            Assert.All(answers, Assert.Null);
            for (var i = 0; i < 10; i++)
                await publisher.AddAsync(graph, $"commit {i}");
            await Task.WhenAll(subscribers.Select(node => node.WaitForAsync(graph, snapshot => snapshot.Count == 16)));

            await using var late = Nodes.Start(network, 5000);
            Assert.Equal(SyncErrorKind.MaximumSubscriptionsExceeded, (await late.SubscribeAsync(publisher.ListenName!, graph))?.Kind);
            Assert.Equal(Subscribers, (await publisher.StatusAsync()).OpenSubscriptions);
        }
        finally
        {
            await Task.WhenAll(subscribers.Select(node => node.DisposeAsync().AsTask()));
        }
        await publisher.WaitForStatusAsync(status => status.OpenSubscriptions <= 1);
    }
}
