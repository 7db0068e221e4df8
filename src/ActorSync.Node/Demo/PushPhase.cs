using System.Diagnostics;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Node.Control;

namespace ActorSync.Node.Demo;

/// <summary>What the pushes of a demo came to.</summary>
/// <param name="Level">Whether all nodes were level in time.</param>
/// <param name="Commands">New commands, with the merges that they made.</param>
/// <param name="CommandBytes">Bytes of those commands.</param>
/// <param name="Seconds">From the first commit until the last node had all.</param>
/// <param name="Milliseconds">For each command added and each other node, from the commit here to the commit there.</param>
/// <param name="Ids">The commands added.</param>
internal sealed record Pushes(bool Level, int Commands, long CommandBytes, double Seconds, IReadOnlyList<double> Milliseconds, IReadOnlyList<string> Ids);

/// <summary>
/// Commits new commands on all nodes at once, at a moderate rate, and sees when each arrives on the others. A node's watch
/// says when so many commands were there, its log says which they are: together they tell the time of each command's
/// arrival. Times are the nodes' own readings of the UTC clock that they share, with a resolution below a microsecond.
/// </summary>
internal sealed class PushPhase(IReadOnlyList<DemoNode> nodes, GraphId graph, DemoOptions options)
{
    /// <summary>New commands a second, of all nodes together.</summary>
    public const int CommandsPerSecond = 100;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);

    private readonly List<CommandAdded>[] _added = [.. nodes.Select(_ => new List<CommandAdded>())];
    private int _done;

    /// <param name="report">Hears how many commands are committed, of how many.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Pushes> RunAsync(Action<long, long> report, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watches = nodes.Select(node => new ArrivalWatch(node, graph, stop.Token)).ToArray();
        try
        {
            var before = (await Task.WhenAll(watches.Select(watch => watch.FirstAsync(cancellation)))).Min();
            var began = DateTimeOffset.UtcNow;
            await Task.WhenAll(nodes.Select((_, i) => AddAsync(i, report, cancellation)));
            var (level, counts) = await UntilLevelAsync(cancellation);
            await Task.WhenAll(watches.Select((watch, i) => watch.UntilAsync(counts[i], options.Timeout, cancellation)));
            var ended = watches.Zip(counts, (watch, count) => watch.ArrivalOf(count - 1)!.Value).Max();
            var logs = await Task.WhenAll(nodes.Select(node => LogAsync(node, before, cancellation)));
            return new Pushes(level, counts.Max() - before, logs[0].Sum(entry => (long)entry.WireSize), (ended - began).TotalSeconds, Latencies(watches, logs), [.. _added.SelectMany(some => some).Select(one => one.Id)]);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches.Select(watch => watch.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AddAsync(int index, Action<long, long> report, CancellationToken cancellation)
    {
        var node = nodes[index];
        var began = Stopwatch.GetTimestamp();
        for (var number = index; number < options.Commands; number += nodes.Count)
        {
            var early = TimeSpan.FromSeconds((double)number / CommandsPerSecond) - Stopwatch.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, cancellation);
            var payload = Encoding.UTF8.GetBytes($"new command {number + 1} of {options.Commands}, committed on node {node.Number}");
            _added[index].Add(node.Check(await node.Control.AddAsync(graph, payload, 0, cancellation)));
            report(Interlocked.Increment(ref _done), options.Commands);
        }
    }

    // Every commit is answered: heads that are the same now are those of the same graph, with all in it.
    private async Task<(bool Level, int[] Counts)> UntilLevelAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var statuses = await Task.WhenAll(nodes.Select(node => node.StatusAsync(cancellation)));
            var graphs = statuses.Select(status => status.Graphs.First(one => one.Graph == graph.ToString())).ToArray();
            var level = graphs.All(one => one.Digest == graphs[0].Digest);
            if (level || Stopwatch.GetElapsedTime(began) > options.Timeout)
                return (level, [.. graphs.Select(one => one.Commands)]);
            await Task.Delay(LookAgain, cancellation);
        }
    }

    private async Task<List<LogEntry>> LogAsync(DemoNode node, int from, CancellationToken cancellation)
    {
        var entries = new List<LogEntry>();
        int? before = null;
        do
        {
            var page = node.Check(await node.Control.LogAsync(graph, before, GraphLog.MaximumEntries, cancellation));
            entries.AddRange(page.Entries.Where(entry => entry.Ordinal >= from));
            before = page.Next;
        }
        while (before > from);
        return entries;
    }

    private List<double> Latencies(ArrivalWatch[] watches, List<LogEntry>[] logs)
    {
        var latencies = new List<double>();
        for (var other = 0; other < nodes.Count; other++)
        {
            var ordinals = logs[other].ToDictionary(entry => entry.Id, entry => entry.Ordinal);
            foreach (var added in _added.Where((_, origin) => origin != other).SelectMany(some => some))
            {
                if (ordinals.TryGetValue(added.Id, out var ordinal) && watches[other].ArrivalOf(ordinal) is { } arrived)
                    latencies.Add((arrived - added.Time).TotalMilliseconds);
            }
        }
        return latencies;
    }
}
