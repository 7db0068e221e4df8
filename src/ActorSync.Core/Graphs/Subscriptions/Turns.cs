using System.Runtime.InteropServices;
using ActorSync.Machines;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// The graphs of a subscription that want something: those with commands to send or with pushes that are not
/// acknowledged. They take turns. Most graphs at most moments want nothing, and cost nothing.
/// </summary>
internal sealed class Turns
{
    // Of many thousands of subscriptions nearly all are silent at any moment: null then.
    private List<PublishedGraph>? _graphs;
    private int _last;

    public int Count => _graphs?.Count ?? 0;

    /// <summary>When the first of them sends again what stays unacknowledged.</summary>
    public MonotonicTime RetryAt
    {
        get
        {
            var first = MonotonicTime.Never;
            foreach (var graph in this)
                first = MonotonicTime.Min(first, graph.RetryAt);
            return first;
        }
    }

    public Span<PublishedGraph>.Enumerator GetEnumerator() => CollectionsMarshal.AsSpan(_graphs).GetEnumerator();

    /// <summary>The graph may want something now.</summary>
    public void Add(PublishedGraph graph)
    {
        if (graph.IsInTurn)
            return;
        graph.IsInTurn = true;
        (_graphs ??= new List<PublishedGraph>(1)).Add(graph);
    }

    public void Remove(PublishedGraph graph)
    {
        if (graph.IsInTurn)
            _graphs!.Remove(graph);
        graph.IsInTurn = false;
    }

    /// <summary>Whose turn it is.</summary>
    public PublishedGraph Next() => _graphs![_last = (_last + 1) % _graphs.Count];

    /// <summary>Lets those go that want nothing more.</summary>
    public void Settle()
    {
        _graphs?.RemoveAll(static graph =>
        {
            graph.IsInTurn = !graph.IsSettled;
            graph.Rest();
            return !graph.IsInTurn;
        });
        if (Count == 0)
            _graphs = null;
    }

    public void Clear()
    {
        foreach (var graph in this)
            graph.IsInTurn = false;
        _graphs = null;
    }
}
