using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// The subscriber's numbers for the graphs that are pushed to it, and what it remembers for short pushes of them: the
/// last command of the last push that it acknowledged. Numbers grow and are never used again, so that what comes late
/// meets nothing.
/// </summary>
internal sealed class GraphNumbers
{
    private readonly Dictionary<GraphId, PushedGraph> _graphs = [];
    private uint _last;

    /// <summary>The graph, if it has a number.</summary>
    public PushedGraph? Of(GraphId graph) => _graphs.GetValueOrDefault(graph);

    /// <summary>The graph of a number.</summary>
    public PushedGraph? Of(uint number) => _graphs.Values.FirstOrDefault(graph => graph.Number == number);

    /// <summary>A graph's number: the one that it has, or the next.</summary>
    public NumberedGraph Number(GraphId graph)
    {
        if (!_graphs.TryGetValue(graph, out var numbered))
            _graphs.Add(graph, numbered = new PushedGraph(graph, ++_last));
        return new NumberedGraph(graph, numbered.Number);
    }

    /// <summary>A new subscription begins: what the numbers stood for is over.</summary>
    public void Forget() => _graphs.Clear();
}

/// <summary>A graph that has a number.</summary>
internal sealed class PushedGraph(GraphId graph, uint number)
{
    private uint _index;
    private Address? _last;

    public GraphId Graph => graph;

    public uint Number => number;

    /// <summary>Whether the publisher has used the number since it was told.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Whether it has pushed without since then: it did not get it, does not know it, or has given it up.</summary>
    public bool IsPassedOver { get; set; }

    /// <summary>A push was acknowledged, with that command at its end.</summary>
    public void NoteAcked(uint index, Address last)
    {
        if (_last is null || index > _index)
            (_index, _last) = (index, last);
    }

    /// <summary>The command that the push of that index may follow without naming it.</summary>
    public Address? Before(uint index) => index == _index + 1 ? _last : null;
}
