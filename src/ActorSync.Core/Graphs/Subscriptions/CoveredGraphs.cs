using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// The graphs that a subscription covers, those that one which ran out had covered, and which of them want something now.
/// </summary>
internal sealed class CoveredGraphs
{
    private GraphTable<PublishedGraph> _graphs;

    // What a subscription that ran out had covered: acknowledgements of its last pushes are still under way, and if it is
    // opened again it goes on from there.
    private GraphTable<PublishedGraph> _former;

    // A graph that is covered again goes on behind the pushes that it had: their late acknowledgements must not count
    // for others.
    private uint _firstIndex;

    /// <summary>The graphs.</summary>
    public IReadOnlyCollection<GraphId> Ids => _graphs.Graphs;

    /// <summary>Those that want something.</summary>
    public Turns Turns { get; } = new();

    public int Count => _graphs.Count;

    /// <summary>Pushes sent and not acknowledged, over all graphs.</summary>
    public int UnackedPushes
    {
        get
        {
            var pushes = 0;
            foreach (var (_, graph) in _graphs.Rows)
                pushes += graph.UnackedPushes;
            return pushes;
        }
    }

    public bool Contains(GraphId graph) => _graphs.Contains(graph);

    /// <summary>The graph, if it is covered, of which something is told: that may leave something to send.</summary>
    public PublishedGraph? Attend(GraphId graph)
    {
        if (_graphs.TryGet(graph, out var covered))
            Turns.Add(covered);
        return covered;
    }

    /// <summary>The graph, if the subscription that ran out had covered it.</summary>
    public PublishedGraph? Former(GraphId graph) => _former.TryGet(graph, out var former) ? former : null;

    /// <summary>The graph that the subscriber gave this number, if it is or was covered.</summary>
    public GraphId? Numbered(uint number) =>
        Numbered(_graphs.Rows, number) ?? Numbered(_former.Rows, number);

    private static GraphId? Numbered(ReadOnlySpan<KeyValuePair<GraphId, PublishedGraph>> graphs, uint number)
    {
        foreach (var (id, graph) in graphs)
        {
            if (graph.Number == number)
                return id;
        }
        return null;
    }

    /// <summary>Notes the numbers that the subscriber gave graphs.</summary>
    public void Number(IEnumerable<NumberedGraph> graphs)
    {
        foreach (var (id, number) in graphs)
        {
            if (_graphs.TryGet(id, out var graph))
                graph.Number = number;
        }
    }

    /// <summary>Numbers hold on one link.</summary>
    public void ForgetNumbers()
    {
        foreach (var (_, graph) in _graphs.Rows)
            graph.Number = null;
    }

    /// <summary>Covers a graph that is here, or goes on with it, from the subscriber's word.</summary>
    /// <returns>For each address of the sample, whether this node holds it.</returns>
    public bool[] Cover(OfferedGraph offer, Sample sample)
    {
        if (!_graphs.TryGet(offer.Graph, out var graph))
        {
            if (_former.Remove(offer.Graph, out graph))
                graph.Reopen(offer.Snapshot!);
            else
                graph = new PublishedGraph(offer.Snapshot!, _firstIndex);
            _graphs.TryAdd(offer.Graph, graph);
        }
        Turns.Add(graph);
        graph.MoveTo(offer.Snapshot!);
        if (offer.Snapshot!.IsAtRest && graph.BeginLevel())
            return [.. sample.Addresses.Select(_ => true)];
        return graph.Begin(sample, offer.Remembered.Select(head => head.Id));
    }

    /// <summary>Covers a graph no longer; false when it was not covered.</summary>
    public bool Uncover(GraphId graph)
    {
        if (!_graphs.Remove(graph, out var covered))
            return false;
        _firstIndex = Math.Max(_firstIndex, covered.NextIndex);
        Turns.Remove(covered);
        return true;
    }

    /// <summary>Covers nothing any more, but what was covered may be gone on with.</summary>
    public void RunOut()
    {
        ForgetFormer();
        (_former, _graphs) = (_graphs, default);
        Turns.Clear();
    }

    /// <summary>What ran out is not gone on with.</summary>
    public void ForgetFormer()
    {
        foreach (var (_, graph) in _former.Rows)
            _firstIndex = Math.Max(_firstIndex, graph.NextIndex);
        _former = default;
    }

    /// <summary>Begins anew: nothing that was covered counts.</summary>
    public void Clear()
    {
        _firstIndex = 0;
        _former = default;
        _graphs = default;
        Turns.Clear();
    }
}
