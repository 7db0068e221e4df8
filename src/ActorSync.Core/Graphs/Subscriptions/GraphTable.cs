using System.Diagnostics.CodeAnalysis;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What is kept of each graph of a subscription, in the order of the graphs. Mostly there is one graph, and there are many
/// thousands of subscriptions: one small array holds all.
/// </summary>
public struct GraphTable<T>
    where T : class
{
    private KeyValuePair<GraphId, T>[]? _rows;

    /// <summary>How many graphs.</summary>
    public int Count { get; private set; }

    /// <summary>All rows as they are until one is added or removed.</summary>
    public readonly ReadOnlySpan<KeyValuePair<GraphId, T>> Rows => _rows.AsSpan(0, Count);

    /// <summary>The graphs as they are now.</summary>
    public readonly GraphId[] Graphs
    {
        get
        {
            var graphs = new GraphId[Count];
            for (var i = 0; i < Count; i++)
                graphs[i] = _rows![i].Key;
            return graphs;
        }
    }

    public readonly bool Contains(GraphId graph) => Find(graph) >= 0;

    public readonly bool TryGet(GraphId graph, [NotNullWhen(true)] out T? value)
    {
        var at = Find(graph);
        value = at < 0 ? null : _rows![at].Value;
        return at >= 0;
    }

    /// <summary>False, and nothing changes, when there is one of the graph.</summary>
    public bool TryAdd(GraphId graph, T value)
    {
        var at = Find(graph);
        if (at >= 0)
            return false;
        at = ~at;
        _rows ??= new KeyValuePair<GraphId, T>[1];
        if (Count == _rows.Length)
            Array.Resize(ref _rows, 2 * Count);
        Array.Copy(_rows, at, _rows, at + 1, Count - at);
        _rows[at] = new(graph, value);
        Count++;
        return true;
    }

    public bool Remove(GraphId graph, [NotNullWhen(true)] out T? removed)
    {
        var at = Find(graph);
        if (at < 0)
        {
            removed = null;
            return false;
        }
        removed = _rows![at].Value;
        Count--;
        Array.Copy(_rows!, at + 1, _rows!, at, Count - at);
        _rows![Count] = default;
        return true;
    }

    // Where it is; else the complement of where it belongs.
    private readonly int Find(GraphId graph)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = GraphId.Order.Compare(_rows![middle].Key, graph);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return ~low;
    }
}
