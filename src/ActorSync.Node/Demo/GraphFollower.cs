using ActorSync.Graphs;
using ActorSync.Node.Control;

namespace ActorSync.Node.Demo;

/// <summary>Follows a graph on a node over its control socket, from before it is there.</summary>
internal static class GraphFollower
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends with the first version that is enough.</summary>
    /// <exception cref="SyncException">Nothing new came for <paramref name="patience"/>, or the node is gone.</exception>
    public static async Task UntilAsync(DemoNode node, GraphId graph, TimeSpan patience, Func<GraphVersion, Task<bool>> enough, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var versions = node.Check(await WatchAsync(node, graph, either.Token)).Versions;
            await foreach (var version in versions.WithCancellation(either.Token))
            {
                if (await enough(version))
                    return;
                late.CancelAfter(patience);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new SyncException(new SyncError(SyncErrorKind.Busy, $"node {node.Number} got nothing new of the graph {graph.ToShortString()} for {patience.TotalSeconds} seconds"));
        }
        throw new SyncException(new SyncError(SyncErrorKind.Unreachable, $"node {node.Number} ended"));
    }

    private static async Task<Result<GraphWatch>> WatchAsync(DemoNode node, GraphId graph, CancellationToken cancellation)
    {
        while (true)
        {
            var watch = await node.Control.WatchAsync(graph, cancellation);
            if (watch.Error?.Kind != SyncErrorKind.UnknownGraph)
                return watch;
            await Task.Delay(LookAgain, cancellation);
        }
    }
}
