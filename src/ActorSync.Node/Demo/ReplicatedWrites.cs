using System.Diagnostics;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Placement;

namespace ActorSync.Node.Demo;

/// <summary>
/// Writers, one for each graph, that go to one live member after the other with commands that are to be replicated, until so
/// many of them were acknowledged. A command whose answer is another, or never comes, promises nothing: the writer goes on
/// with the next.
/// </summary>
internal sealed class ReplicatedWrites(DemoNodes nodes, IReadOnlyList<GraphId> graphs, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly List<(GraphId Graph, string Id)> _acknowledged = [];
    private readonly List<double> _milliseconds = [];
    private readonly Lock _lock = new();
    private int _unacknowledged;

    /// <summary>All that was acknowledged.</summary>
    public IReadOnlyList<(GraphId Graph, string Id)> Acknowledged
    {
        get
        {
            lock (_lock)
                return [.. _acknowledged];
        }
    }

    /// <summary>How long each acknowledgement took, in milliseconds, the least first.</summary>
    public IReadOnlyList<double> Milliseconds
    {
        get
        {
            lock (_lock)
                return [.. _milliseconds.Order()];
        }
    }

    /// <summary>Answers that said something else, or did not come.</summary>
    public int Unacknowledged => Volatile.Read(ref _unacknowledged);

    /// <param name="each">Commands to each graph.</param>
    /// <param name="acknowledged">Is told how many commands of this call are acknowledged, from any thread.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="SyncException">A writer had no acknowledgement for as long as its patience.</exception>
    public async Task RunAsync(int each, Action<int> acknowledged, CancellationToken cancellation)
    {
        var done = 0;
        await Task.WhenAll(graphs.Select((graph, i) => WriteAsync(graph, i, each, () => acknowledged(Interlocked.Increment(ref done)), cancellation)));
    }

    private async Task WriteAsync(GraphId graph, int writer, int count, Action acknowledged, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        for (int attempt = 0, done = 0; done < count; attempt++)
        {
            var live = nodes.Live;
            var node = live[(writer + attempt) % live.Count];
            var payload = Encoding.UTF8.GetBytes($"attempt {attempt + 1} of writer {writer + 1}, through node {node.Number}");
            var began = Stopwatch.GetTimestamp();
            var answer = await node.Control.AddAsync(graph, payload, new ActionOptions { Ack = AckMode.Replicated }, cancellation);
            if (answer.TryGet(out var added, out var error))
            {
                Note(graph, added.Id, Stopwatch.GetElapsedTime(began));
                acknowledged();
                since = Stopwatch.GetTimestamp();
                done++;
            }
            else
            {
                Interlocked.Increment(ref _unacknowledged);
                if (Stopwatch.GetElapsedTime(since) > patience)
                    throw new SyncException(new SyncError(error.Kind, $"node {node.Number}: nothing was replicated for {patience.TotalSeconds} seconds: {error.Message}"));
            }
            await Task.Delay(Pause, cancellation);
        }
    }

    private void Note(GraphId graph, string id, TimeSpan elapsed)
    {
        lock (_lock)
        {
            _acknowledged.Add((graph, id));
            _milliseconds.Add(elapsed.TotalMilliseconds);
        }
    }
}
