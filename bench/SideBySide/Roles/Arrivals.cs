using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Graphs;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>Stamps when each of the next commands of a graph is committed at a node.</summary>
internal sealed class Arrivals
{
    private readonly TaskCompletionSource<long[]> _stamps = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The stamps, once all have come.</summary>
    public Task<long[]> Stamps => _stamps.Task;

    /// <summary>Begins to watch; ends when the node has told its latest version.</summary>
    public static async Task<Arrivals> FollowAsync(ISyncNode node, GraphId graph, int count)
    {
        var (arrivals, began) = (new Arrivals(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _ = arrivals.WatchAsync(node, graph, count, began);
        await began.Task;
        return arrivals;
    }

    // A version that brings several is the arrival of each of them.
    private async Task WatchAsync(ISyncNode node, GraphId graph, int count, TaskCompletionSource began)
    {
        try
        {
            var (stamps, filled, before) = (new long[count], 0, -1);
            await foreach (var version in node.WatchAsync(graph))
            {
                var now = Clock.Now;
                if (before < 0)
                    before = version.Count;
                began.TrySetResult();
                while (filled < Math.Min(count, version.Count - before))
                    stamps[filled++] = now;
                if (filled == count)
                    break;
            }
            _stamps.SetResult(stamps);
        }
        catch (Exception failure)
        {
            began.TrySetException(failure);
            _stamps.TrySetException(failure);
        }
    }
}
