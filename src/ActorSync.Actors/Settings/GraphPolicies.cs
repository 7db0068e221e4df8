using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Actors;

/// <summary>Which policy each graph has on this node. Every peer of a graph needs the same one: no peer tells another.</summary>
/// <param name="others">That of every graph that is not named.</param>
/// <param name="named">Those of some graphs.</param>
public sealed class GraphPolicies(IGraphPolicy others, IReadOnlyDictionary<GraphId, IGraphPolicy>? named = null)
{
    /// <summary>All graphs are opaque.</summary>
    public static readonly GraphPolicies Opaque = new(OpaquePolicy.Instance);

    /// <summary>The policies that a configuration can name.</summary>
    public static readonly IReadOnlyDictionary<string, IGraphPolicy> Known = new SortedDictionary<string, IGraphPolicy>(StringComparer.Ordinal)
    {
        ["opaque"] = OpaquePolicy.Instance,
        ["key-value"] = new KeyValuePolicy(),
    };

    public IGraphPolicy Of(GraphId graph) => named?.GetValueOrDefault(graph) ?? others;
}
