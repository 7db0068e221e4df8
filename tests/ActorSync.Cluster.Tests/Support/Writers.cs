using System.Collections.Concurrent;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Placement;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>Applications that write all the while to graphs, at whichever nodes are there, and keep what was acknowledged as replicated.</summary>
public sealed class Writers(ClusterOfNodes cluster, IReadOnlyList<GraphId> graphs)
{
    private static readonly ActionOptions Replicated = new() { Ack = AckMode.Replicated };

    private readonly ConcurrentBag<(GraphId Graph, CommandId Command)> _acknowledged = [];
    private readonly ConcurrentDictionary<SyncErrorKind, int> _refused = new();
    private int _written;

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Errors that writers were told, by kind: no writer took them for an acknowledgement.</summary>
    public string Refused => string.Join(", ", _refused.Select(refused => $"{refused.Key} {refused.Value}"));

    /// <summary>So many writers write until so many actions are acknowledged in all.</summary>
    public Task WriteAsync(int writers, int acknowledgedMost, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(new Random(writer), acknowledgedMost, cancellation), cancellation)));

    /// <summary>Waits until at least so many are acknowledged.</summary>
    public async Task WaitForAsync(int acknowledged, CancellationToken cancellation)
    {
        while (Acknowledged < acknowledged)
            await Task.Delay(10, cancellation);
    }

    /// <summary>What was acknowledged and is not there, in a version of its graph.</summary>
    public IEnumerable<CommandId> MissingFrom(GraphSnapshot version) =>
        _acknowledged.Where(written => written.Graph == version.Graph && !version.Contains(written.Command)).Select(written => written.Command);

    private async Task WriteAsync(Random random, int acknowledgedMost, CancellationToken cancellation)
    {
        while (Acknowledged < acknowledgedMost)
        {
            var nodes = cluster.Nodes;
            var node = nodes[random.Next(nodes.Count)];
            var graph = graphs[random.Next(graphs.Count)];
            var text = $"action {Interlocked.Increment(ref _written)}";
            var acting = node.AddAsync(graph, Encoding.UTF8.GetBytes(text), Replicated, cancellation);
            // With its node an application is gone as well.
            if (await Task.WhenAny(acting, node.Ended) != acting)
                continue;
            if ((await acting).TryGet(out var address, out var error))
            {
                _acknowledged.Add((graph, address.Id));
                continue;
            }
            _refused.AddOrUpdate(error.Kind, 1, (_, count) => count + 1);
            await Task.Delay(20, cancellation);
        }
    }
}
