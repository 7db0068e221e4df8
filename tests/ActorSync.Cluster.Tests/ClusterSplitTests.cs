using ActorSync.Actors.Tests.Support;
using ActorSync.Cluster.Tests.Support;

namespace ActorSync.Cluster.Tests;

/// <summary>A cut that lasts: the cluster decides who goes on.</summary>
public sealed class ClusterSplitTests : IAsyncDisposable
{
    private readonly ClusterOfNodes _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task The_smaller_side_ends_itself_and_the_larger_goes_on_with_all_graphs()
    {
        await _cluster.StartAllAsync(3);
        var graphs = await _cluster.MakeGraphsAsync(4);
        var small = _cluster.Nodes[0];
        var large = _cluster.Nodes.Skip(1).ToArray();
        await _cluster.CutAsync([small], large, isCut: true);
        await _cluster.WaitForEndAsync(small);
        await Task.WhenAll(large.Select(node => Nodes.WaitForMembersAsync(node, 2)));
        foreach (var graph in graphs)
        {
            foreach (var node in large)
                await ClusterOfNodes.ActAsync(node, graph, "without the third");
            await Nodes.WaitForLevelAsync(graph, 3, large);
        }
    }
}
