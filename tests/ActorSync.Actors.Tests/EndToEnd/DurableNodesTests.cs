using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs.Stores;
using ActorSync.Storage;

namespace ActorSync.Actors.Tests.EndToEnd;

public sealed class DurableNodesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorsync-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_peer_acknowledged_is_not_sent_again_after_a_restart()
    {
        var second = Nodes.StartTcp(await StoreAsync("second"));
        var first = Nodes.StartTcp(await StoreAsync("first"));
        var graph = await first.FillAsync(50);
        Assert.Null(await second.SubscribeAsync(first.ListenName!, graph));
        await second.WaitForAsync(graph, snapshot => snapshot.Count == 51);
        await first.WaitForStatusAsync(status => status.Peers is [{ Subscriber.UnackedPushes: 0, PushesOut: > 0 }]);
        await first.DisposeAsync();
        await second.DisposeAsync();

        await using var secondAgain = Nodes.StartTcp(await StoreAsync("second"));
        await using var firstAgain = Nodes.StartTcp(await StoreAsync("first"));
        Assert.Equal(51, (await firstAgain.ReadAsync(graph)).Value.Count);
        Assert.Equal(51, (await secondAgain.ReadAsync(graph)).Value.Count);
        Assert.Null(await secondAgain.SubscribeAsync(firstAgain.ListenName!, graph));
        var added = await firstAgain.AddAsync(graph, "one more");
        await secondAgain.WaitForAsync(graph, snapshot => snapshot.Contains(added));

        var status = await firstAgain.WaitForStatusAsync(status => status.Peers is [{ Subscriber.UnackedPushes: 0, PushesOut: > 0 }]);
        Assert.Equal(1, status.Peers[0].PushesOut);
        Assert.InRange(status.Peers[0].BytesOut, 1, 1000);
    }

    [Fact]
    public async Task Both_write_while_apart_and_end_level()
    {
        var first = Nodes.StartTcp(await StoreAsync("first"));
        await using var second = Nodes.StartTcp(await StoreAsync("second"));
        var graph = await first.FillAsync(10);
        Assert.Equal(11, (await second.PollAsync(first.ListenName!, graph)).Value.Added);
        Assert.Null(await second.DisconnectAsync(first.ListenName!));
        await first.DisposeAsync();
        for (var i = 0; i < 10; i++)
            await second.AddAsync(graph, $"second {i}");

        await using var again = Nodes.StartTcp(await StoreAsync("first"));
        for (var i = 0; i < 10; i++)
            await again.AddAsync(graph, $"first {i}");
        Assert.Null(await second.SubscribeAsync(again.ListenName!, graph));
        Assert.Null(await again.SubscribeAsync(second.Id.ToString(), graph));
        await Nodes.WaitForLevelAsync(graph, 30, again, second);
    }

    private async Task<INodeStore> StoreAsync(string name) =>
        (await NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(_folder, name), KnowledgeDelay = TimeSpan.FromMilliseconds(10) })).Value;
}
