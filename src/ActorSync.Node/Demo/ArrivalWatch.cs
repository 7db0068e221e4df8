using System.Threading.Channels;
using ActorSync.Graphs;

namespace ActorSync.Node.Demo;

/// <summary>
/// Notes when a node had how many commands of a graph, as its watch tells. A version that the watch passes over counts
/// with the next: an arrival may seem late by that, never early.
/// </summary>
internal sealed class ArrivalWatch
{
    private readonly List<(int Commands, DateTimeOffset Time)> _versions = [];
    private readonly Channel<int> _news = Channel.CreateUnbounded<int>();
    private readonly Lock _lock = new();

    public ArrivalWatch(DemoNode node, GraphId graph, CancellationToken stop)
    {
        Ended = RunAsync(node, graph, stop);
    }

    /// <summary>Ends when it is stopped, or fails with the node.</summary>
    public Task Ended { get; }

    /// <summary>Waits for the version that was there at the beginning; its commands.</summary>
    public async Task<int> FirstAsync(CancellationToken cancellation)
    {
        await UntilAsync(1, Timeout.InfiniteTimeSpan, cancellation);
        lock (_lock)
            return _versions[0].Commands;
    }

    /// <summary>Waits until so many commands were seen.</summary>
    public async Task UntilAsync(int commands, TimeSpan patience, CancellationToken cancellation)
    {
        var seen = 0;
        while (seen < commands && Latest() < commands)
        {
            try
            {
                await _news.Reader.WaitToReadAsync(cancellation).AsTask().WaitAsync(patience, cancellation);
            }
            catch (TimeoutException)
            {
                throw new SyncException(new SyncError(SyncErrorKind.Busy, $"the watch of a node says nothing new, though the node has {commands} commands"));
            }
            while (_news.Reader.TryRead(out var count))
                seen = count;
        }
    }

    /// <summary>When the command with this ordinal was there; null when it was not seen yet.</summary>
    public DateTimeOffset? ArrivalOf(int ordinal)
    {
        lock (_lock)
        {
            var after = _versions.BinarySearch((ordinal + 1, DateTimeOffset.MinValue));
            var first = after < 0 ? ~after : after;
            return first < _versions.Count ? _versions[first].Time : null;
        }
    }

    private int Latest()
    {
        lock (_lock)
            return _versions.Count == 0 ? 0 : _versions[^1].Commands;
    }

    private async Task RunAsync(DemoNode node, GraphId graph, CancellationToken stop)
    {
        try
        {
            var watch = node.Check(await node.Control.WatchAsync(graph, stop));
            await foreach (var version in watch.Versions.WithCancellation(stop))
            {
                lock (_lock)
                    _versions.Add((version.Commands, version.Time));
                _news.Writer.TryWrite(version.Commands);
            }
            throw new SyncException(new SyncError(SyncErrorKind.Unreachable, $"node {node.Number} ended its watch"));
        }
        catch (Exception e)
        {
            // Whoever waits for news hears why there will be none.
            _news.Writer.Complete(e);
            throw;
        }
    }
}
