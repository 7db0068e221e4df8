using ActorSync.Actors.Tests.Support;
using ActorSync.Graphs.Spread;
using ActorSync.Transport.Memory;

namespace ActorSync.Actors.Tests.EndToEnd;

/// <summary>Twelve whole nodes, all linked to all, that push to few.</summary>
public sealed class SpreadNodesTests
{
    private const int Count = 12;

    [Fact]
    public async Task Commits_reach_all_along_few_subscriptions_also_when_nodes_end()
    {
        var network = new MemoryLinkNetwork();
        var nodes = await StartAsync(network);
        try
        {
            for (var i = 0; i < 10; i++)
                await ReachAllAsync(nodes, i % Count, $"before {i}");
            // A tree has two for each of its links, and is all that is there when nothing went wrong; all to all would be 132.
            var peers = (await Task.WhenAll(nodes.Select(node => node.StatusAsync()))).SelectMany(status => status).ToArray();
            Assert.InRange(peers.Count(peer => peer.Subscription is not null), Count - 1, Count * (Count - 1) / 2);
            Assert.Contains(peers, peer => peer.Hello is not null);

            for (var gone = 0; gone < 4; gone++)
            {
                await nodes[^1].DisposeAsync();
                nodes.RemoveAt(nodes.Count - 1);
            }
            for (var i = 0; i < 10; i++)
                await ReachAllAsync(nodes, i % nodes.Count, $"after {i}");
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task<List<SpreadingNode>> StartAsync(MemoryLinkNetwork network)
    {
        List<SpreadingNode> nodes = [.. Enumerable.Range(1, Count).Select(i => new SpreadingNode(network, (uint)i, SpreadSettings.Default))];
        await Task.WhenAll(nodes.Select(node => node.BeginAsync()));
        for (var one = 0; one < Count; one++)
            await Task.WhenAll(nodes.Skip(one + 1).Select(nodes[one].LinkAsync));
        var members = new Overlay(nodes.Select(node => node.Id));
        foreach (var node in nodes)
            node.See(members);
        return nodes;
    }

    private static async Task ReachAllAsync(List<SpreadingNode> nodes, int writer, string text)
    {
        var written = await nodes[writer].ActAsync(text);
        await Task.WhenAll(nodes.Select(node => node.WaitForAsync(written)));
    }
}
