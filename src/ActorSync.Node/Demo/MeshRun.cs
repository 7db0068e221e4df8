using System.Diagnostics;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Node.Control;

namespace ActorSync.Node.Demo;

/// <summary>
/// The second half of a demo. The nodes end and start again, on the stores that they have, as a mesh from one seed; one more
/// host joins; the seed is killed in the middle of writes that are acknowledged as replicated; a fresh one comes. After
/// each, who holds what is written down when the mesh has come to rest; at the end every acknowledged command is looked
/// for on the members that are left.
/// </summary>
/// <param name="options">What is asked for.</param>
/// <param name="history">The graph of the history.</param>
/// <param name="acknowledged">Commands of that graph that were acknowledged before.</param>
/// <param name="nodes">The nodes.</param>
/// <param name="monitor">Shows them.</param>
/// <param name="display">Where to tell what is done.</param>
internal sealed class MeshRun(DemoOptions options, GraphId history, IReadOnlyList<string> acknowledged, DemoNodes nodes, DemoMonitor monitor, IDemoDisplay display)
{
    private const int FirstWrites = 5;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly List<GraphId> _graphs = [history];
    private readonly List<MeshStage> _stages = [];

    public async Task<MeshReport> RunAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var seed = await FormAsync(cancellation);
        await AtRestAsync("the members agree who holds the history", cancellation);
        var writes = await FillAsync(cancellation);
        await RestAsync($"{options.Nodes} nodes", began, cancellation);
        await JoinAsync($"+node {options.Nodes + 1}", seed, cancellation);
        var (atKill, during) = await KillAsync(seed, writes, cancellation);
        await JoinAsync($"+node {options.Nodes + 2}", nodes.Live[0], cancellation);
        var missing = await LookForAsync([.. acknowledged.Select(id => (history, id)), .. writes.Acknowledged], cancellation);
        monitor.End();
        await monitor.ShowAsync(cancellation);
        var times = writes.Milliseconds;
        return new MeshReport(
            DemoRole.Factor, DemoRole.GraceSeconds, seed.Number, _stages,
            new MeshWrites(acknowledged.Count, writes.Acknowledged.Count, writes.Unacknowledged, atKill, during, times[times.Count / 2], times[^1] / 1000, missing));
    }

    private async Task<DemoNode> FormAsync(CancellationToken cancellation)
    {
        monitor.Begin($"{options.Nodes} processes form a mesh from one seed", "members");
        await nodes.EndAsync();
        var seed = await nodes.StartAsync(1, DemoRole.First, cancellation);
        await nodes.StartAsync(Enumerable.Range(2, options.Nodes - 1), DemoRole.Joins(seed), cancellation);
        display.Say($"mesh: processes {string.Join(", ", nodes.All.Select(node => node.ProcessId))}, on the same stores; each graph on {DemoRole.Factor} members");
        return seed;
    }

    private async Task<ReplicatedWrites> FillAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < options.Graphs; i++)
        {
            var node = nodes.All[i % nodes.All.Count];
            var created = node.Check(await node.Control.CreateGraphAsync(Encoding.UTF8.GetBytes($"graph {i + 1} of a demo, begun on node {node.Number}"), cancellation));
            _graphs.Add(GraphOf(created));
        }
        var writes = new ReplicatedWrites(nodes, _graphs, options.Timeout);
        var step = monitor.Begin($"{options.Graphs} graphs are begun and written to", "acknowledged");
        await writes.RunAsync(FirstWrites, done => step.Report(done, _graphs.Count * FirstWrites), cancellation);
        return writes;
    }

    private async Task JoinAsync(string name, DemoNode through, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var joined = await nodes.StartAsync(nodes.All[^1].Number + 1, DemoRole.Joins(through), cancellation);
        await RestAsync(name, began, cancellation);
        var share = _stages[^1].Hosts.First(host => host.Number == joined.Number);
        display.Say($"node {joined.Number} joined, process {joined.ProcessId}: {Units.Count(_stages[^1].Moved)} graphs moved in {Units.Seconds(_stages[^1].Seconds)}, {share.Graphs} of them to it");
    }

    // Half of the commands are acknowledged by then, and the other half is under way or to come.
    private async Task<(int AtKill, int During)> KillAsync(DemoNode victim, ReplicatedWrites writes, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var during = _graphs.Count * options.Writes;
        var step = monitor.Begin($"replicated writes, node {victim.Number} killed in the middle", "acknowledged");
        var half = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = writes.RunAsync(options.Writes, done =>
        {
            step.Report(done, during);
            if (done >= during / 2)
                half.TrySetResult(done);
        }, cancellation);
        await Task.WhenAny(half.Task, writing);
        await victim.KillAsync();
        var atKill = half.Task.IsCompleted ? await half.Task : 0;
        display.Say($"node {victim.Number}, the seed, killed (kill -9 {victim.ProcessId}) after {Units.Count(atKill)} of {Units.Count(during)} writes");
        await writing;
        await RestAsync($"-node {victim.Number}", began, cancellation);
        display.Say($"the rest took over: {Units.Count(_stages[^1].Moved)} graphs moved, all writes acknowledged, in {Units.Seconds(_stages[^1].Seconds)}");
        return (atKill, during);
    }

    private async Task RestAsync(string name, long began, CancellationToken cancellation)
    {
        var census = await AtRestAsync($"{name}: until each graph is level and where it belongs", cancellation);
        var moved = _stages.Count == 0 ? 0 : census.MovedSince(_stages[^1].Graphs);
        _stages.Add(new MeshStage(name, Stopwatch.GetElapsedTime(began).TotalSeconds, census.IsAtRest, moved, census.Hosts, census.Graphs));
    }

    // A mesh that does not come to rest in time is told as it is.
    private async Task<Census> AtRestAsync(string title, CancellationToken cancellation)
    {
        var step = monitor.Begin(title, "graphs");
        var names = _graphs.Select(graph => graph.ToString()).ToArray();
        while (true)
        {
            var census = Census.Of(await Task.WhenAll(nodes.Live.Select(async node => (node.Number, await node.StatusAsync(cancellation)))), names, DemoRole.Factor);
            step.Report(census.Graphs.Count(graph => graph.Level), names.Length);
            if (census.IsAtRest || step.Elapsed > options.Timeout)
                return census;
            await Task.Delay(LookAgain, cancellation);
        }
    }

    private async Task<IReadOnlyList<string>> LookForAsync(IReadOnlyList<(GraphId Graph, string Id)> commands, CancellationToken cancellation)
    {
        var step = monitor.Begin("looking for each acknowledged command on the members that hold its graph", "commands");
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var looked = 0;
        foreach (var graph in _stages[^1].Graphs)
        {
            var wanted = commands.Where(command => command.Graph.ToString() == graph.Graph).ToArray();
            var holders = nodes.Live.Where(node => graph.Holders.Contains(node.Number)).ToArray();
            if (holders.Length == 0)
                missing.UnionWith(wanted.Select(command => command.Id));
            foreach (var holder in holders)
                missing.UnionWith(await MissingAsync(holder, GraphOf(new GraphCreated(graph.Graph)), wanted.Select(command => command.Id), cancellation));
            step.Report(looked += wanted.Length, commands.Count);
        }
        return [.. missing];
    }

    // The newest pages first: what was acknowledged is in the last ones.
    private static async Task<IReadOnlyCollection<string>> MissingAsync(DemoNode node, GraphId graph, IEnumerable<string> ids, CancellationToken cancellation)
    {
        var missing = ids.ToHashSet();
        int? before = null;
        do
        {
            var page = node.Check(await node.Control.LogAsync(graph, before, GraphLog.MaximumEntries, cancellation));
            missing.ExceptWith(page.Entries.Select(entry => entry.Id));
            before = page.Next;
        }
        while (missing.Count > 0 && before is not null);
        return missing;
    }

    private static GraphId GraphOf(GraphCreated created) =>
        GraphId.TryParse(created.Graph, out var graph) ? graph : throw new FormatException($"'{created.Graph}' is not a graph");
}
