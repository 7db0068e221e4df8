using ActorSync.Graphs;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Scenarios;

/// <summary>A client and its node. The client holds what is durable; the node, what its machines made of that.</summary>
internal sealed class ScenarioNode
{
    private readonly ScenarioClient _client;
    private readonly Dictionary<GraphId, Shared> _graphs = [];
    private int _taking;

    public ScenarioNode(ScenarioClient client, SimNode node)
    {
        (_client, Node) = (client, node);
        node.Policy = ScenarioPolicy.Instance;
        node.Limits = new GraphLimits { Heads = GraphLimits.MostHeads };
    }

    public SimNode Node { get; }

    /// <summary>Whether all that went to the node is durable there.</summary>
    public bool HasTaken => _taking == 0;

    public bool Holds(GraphId graph) => Node.SnapshotOf(graph) is not null;

    /// <summary>Commands of a graph that came over links since this was asked last.</summary>
    public ulong TakeReceived(GraphId graph)
    {
        var shared = SharedOf(graph);
        var received = shared.Received;
        shared.Received = 0;
        return received;
    }

    /// <summary>What the client wrote, or pulled without a link, goes to the node.</summary>
    public void TakeOver()
    {
        foreach (var graph in _client.Graphs)
        {
            var (shared, snapshot) = (SharedOf(graph), _client.Find(graph)!.Snapshot);
            var missing = Missing(snapshot, shared.TakenOver, Node.SnapshotOf(graph));
            shared.TakenOver = snapshot.Count;
            if (missing.Count == 0)
                continue;
            if (Node.SnapshotOf(graph) is null)
            {
                Node.Has(graph, missing);
                continue;
            }
            _taking++;
            Node.Graphs[graph].Receive(missing, null, result => OnTaken(graph, result));
        }
    }

    /// <summary>What the node received goes to the client, which commits it; gives the effects.</summary>
    public async Task<IReadOnlyList<ulong>> BringHomeAsync()
    {
        var effects = new List<ulong>();
        foreach (var graph in Node.Graphs.Keys.Order(Comparer<GraphId>.Create((x, y) => x.Init.CompareTo(y.Init))).ToArray())
        {
            if (Node.SnapshotOf(graph) is not { } snapshot)
                continue;
            var shared = SharedOf(graph);
            var missing = Missing(snapshot, shared.BroughtHome, _client.Find(graph)?.Snapshot);
            shared.BroughtHome = snapshot.Count;
            if (missing.Count == 0)
                continue;
            shared.Received += (ulong)missing.Count;
            effects.AddRange(await CommitAsync(graph, missing).ConfigureAwait(false));
        }
        return effects;
    }

    private async Task<IEnumerable<ulong>> CommitAsync(GraphId graph, List<Command> commands)
    {
        var held = _client.Find(graph);
        var rest = held is null ? commands.Skip(1) : commands;
        held ??= await _client.CreateAsync(commands[0]).ConfigureAwait(false);
        var transaction = held.Begin();
        foreach (var command in rest)
        {
            if (transaction.Add(command) is { } refused)
                throw new RuleDiffersException($"client {_client.Id} cannot take a command that its node received: {refused}");
        }
        if (!(await transaction.CommitAsync().ConfigureAwait(false)).TryGet(out var commit, out var error))
            throw new RuleDiffersException($"client {_client.Id} cannot commit: {error}");
        return commit.Effects.Select(ScenarioPolicy.ValueOf);
    }

    private void OnTaken(GraphId graph, Result<ReceiveResult> result)
    {
        _taking--;
        if (!result.TryGet(out var taken, out var error) || taken.LeftOut > 0 || taken.HasGap)
            throw new RuleDiffersException($"the node of client {_client.Id} cannot take commands of the graph {graph.ToShortString()}: {error}");
    }

    private static List<Command> Missing(GraphSnapshot from, int first, GraphSnapshot? held)
    {
        var missing = new List<Command>();
        for (var ordinal = first; ordinal < from.Count; ordinal++)
        {
            if (held?.Contains(from.AddressOf(ordinal)) != true)
                missing.Add(from.Read(ordinal));
        }
        return missing;
    }

    private Shared SharedOf(GraphId graph)
    {
        if (!_graphs.TryGetValue(graph, out var shared))
            _graphs.Add(graph, shared = new Shared());
        return shared;
    }

    /// <summary>How far the two have told each other of a graph, as ordinals of either.</summary>
    private sealed class Shared
    {
        public int TakenOver { get; set; }

        public int BroughtHome { get; set; }

        public ulong Received { get; set; }
    }
}
