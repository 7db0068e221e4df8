using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Actors;

/// <summary>Which policy each graph has on this node. Every peer of a graph needs the same one: no peer tells another.</summary>
public sealed class GraphPolicies
{
    /// <summary>All graphs are opaque.</summary>
    public static readonly GraphPolicies Opaque = new(OpaquePolicy.Instance);

    /// <summary>The policies that a configuration can name.</summary>
    public static readonly IReadOnlyDictionary<string, IGraphPolicy> Known = new SortedDictionary<string, IGraphPolicy>(StringComparer.Ordinal)
    {
        ["key-value"] = new KeyValuePolicy(),
        ["opaque"] = OpaquePolicy.Instance,
    };

    private readonly IGraphPolicy _others;
    private readonly IReadOnlyDictionary<GraphId, IGraphPolicy> _named;

    /// <param name="others">That of every graph that is not named.</param>
    /// <param name="named">Those of some graphs.</param>
    public GraphPolicies(IGraphPolicy others, IReadOnlyDictionary<GraphId, IGraphPolicy>? named = null)
    {
        _others = others;
        _named = named ?? new Dictionary<GraphId, IGraphPolicy>();
    }

    public IGraphPolicy Of(GraphId graph) => _named.GetValueOrDefault(graph, _others);

    /// <summary>The same, with another policy for the graphs that are not named.</summary>
    public GraphPolicies WithOthers(IGraphPolicy others) => new(others, _named);
}
