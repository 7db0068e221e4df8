using ActorSync.Actors.Tests.Support;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Two whole nodes, one of which is told of the other's changes.</summary>
public sealed class HelloNodesTests
{
    private static readonly HelloOptions Quick = new() { ChangeDelay = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task What_a_peer_commits_is_told_and_polled_for_until_the_hello_is_taken_back()
    {
        var network = new MemoryLinkNetwork();
        await using var first = Nodes.Start(network, 1);
        await using var second = Nodes.Start(network, 2);
        var graph = await first.FillAsync(100);

        Assert.Null(await second.HelloAsync(first.ListenName!, graph, Quick));
        await second.WaitForAsync(graph, snapshot => snapshot.Count == 101);
        for (var i = 0; i < 20; i++)
        {
            var added = await first.AddAsync(graph, $"more {i}");
            await second.WaitForAsync(graph, snapshot => snapshot.Contains(added));
        }

        var told = Assert.Single((await second.StatusAsync()).Peers);
        Assert.Equal([graph.ToString()], told.Hello!.Graphs);
        Assert.True(told.Hello.Notifications > 0);
        Assert.Equal(0, told.PushesIn);
        Assert.Equal([graph.ToString()], Assert.Single((await first.StatusAsync()).Peers).HelloSubscriber!.Graphs);
        Assert.Null(await second.StopHelloAsync(first.Id.ToString(), graph));
        await first.WaitForStatusAsync(status => status.Peers[0].HelloSubscriber is null);
        Assert.Null(Assert.Single((await second.StatusAsync()).Peers).Hello);
    }

    [Fact]
    public async Task While_nothing_changes_nothing_is_polled_and_both_may_be_told_by_each_other()
    {
        var network = new MemoryLinkNetwork();
        await using var first = Nodes.Start(network, 1);
        await using var second = Nodes.Start(network, 2);
        var graph = await first.FillAsync(3);
        await second.PollAsync(first.ListenName!, graph);

        Assert.Null(await second.HelloAsync(first.ListenName!, graph, Quick));
        Assert.Null(await first.HelloAsync(second.Id.ToString(), graph, Quick));
        Assert.Equal(1, Assert.Single((await second.StatusAsync()).Peers).PollsOut);
        for (var i = 0; i < 10; i++)
            await Task.WhenAll(first.AddAsync(graph, $"first {i}"), second.AddAsync(graph, $"second {i}"));
        await Nodes.WaitForLevelAsync(graph, 23, first, second);
    }

    [Fact]
    public async Task What_cannot_be_told_is_refused_with_a_sentence()
    {
        var network = new MemoryLinkNetwork();
        await using var first = Nodes.Start(network, 1);
        await using var second = Nodes.Start(network, 2);
        var graph = await second.FillAsync(3);

        var unknown = await second.HelloAsync(first.ListenName!, graph);
        Assert.Equal(SyncErrorKind.UnknownGraph, unknown?.Kind);
        Assert.Contains("does not hold the graph", unknown!.Message, StringComparison.Ordinal);
        Assert.Equal(SyncErrorKind.InvalidRequest, (await second.HelloAsync(first.ListenName!, graph, new HelloOptions { Duration = TimeSpan.Zero }))?.Kind);
    }
}
