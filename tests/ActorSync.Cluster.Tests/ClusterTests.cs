using System.Text;
using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;
using ActorSync.Graphs;
using ActorSync.Placement;
using Xunit.Abstractions;

namespace ActorSync.Cluster.Tests;

/// <summary>Nodes in an Akka cluster: who holds graphs, where actions go, and what becomes of them when hosts come and go.</summary>
public sealed class ClusterTests(ITestOutputHelper output) : IAsyncDisposable
{
    private static readonly ActionOptions Replicated = new() { Ack = AckMode.Replicated };

    private readonly ClusterOfNodes _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Three_nodes_join_and_any_of_them_acts_on_any_graph()
    {
        await _cluster.StartAllAsync(3);
        var graph = await _cluster.Nodes[0].FillAsync(3);
        foreach (var node in _cluster.Nodes)
        {
            for (var i = 0; i < 5; i++)
                Assert.Null((await RetriedAsync(node, graph, $"{i} by {node.Id}")).Error);
        }
        await Nodes.WaitForLevelAsync(graph, 18, [.. _cluster.Nodes]);
    }

    private async Task<Result<Address>> RetriedAsync(ISyncNode node, GraphId graph, string text)
    {
        using var patience = new CancellationTokenSource(Nodes.Patience);
        while (true)
        {
            var result = await node.AddAsync(graph, Encoding.UTF8.GetBytes(text), Replicated, patience.Token);
            if (result.Error is not { Kind: SyncErrorKind.NotHolder or SyncErrorKind.UnknownGraph or SyncErrorKind.Busy or SyncErrorKind.ShuttingDown })
                return result;
            output.WriteLine($"{text}: {result.Error}");
            await Task.Delay(20, patience.Token);
        }
    }
}
