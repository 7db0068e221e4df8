using ActorSync.Graphs.Weave;

namespace ActorSync.Graphs;

/// <summary>
/// The weave of one version of a graph, whatever its policy: the order in which every peer with the same commands sees
/// them, merges left out. Immutable; it may be read from any thread.
/// </summary>
public sealed class GraphWeave
{
    private readonly int[] _ordinals;

    private GraphWeave(GraphSnapshot version, int[] ordinals)
    {
        Version = version;
        _ordinals = ordinals;
    }

    /// <summary>The version.</summary>
    public GraphSnapshot Version { get; }

    /// <summary>Commands in the weave.</summary>
    public int Count => _ordinals.Length;

    /// <summary>Weaves a version, in memory: 4 bytes for each command.</summary>
    /// <returns>The weave, or ParallelFinalize, which is final: the graph has no order.</returns>
    public static Result<GraphWeave> Of(GraphSnapshot version) =>
        SnapshotWeave.Of(version).TryGet(out var ordinals, out var error) ? new GraphWeave(version, ordinals) : error;

    /// <summary>The commands from a place on, in order.</summary>
    /// <exception cref="SyncException">The store is damaged.</exception>
    public IEnumerable<Command> Read(int from = 0)
    {
        for (var place = from; place < _ordinals.Length; place++)
            yield return Version.Read(_ordinals[place]);
    }
}
