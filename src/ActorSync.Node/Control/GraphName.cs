using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>Graphs as people name them: 64 digits, or the first few of a graph that is here.</summary>
public static class GraphName
{
    /// <summary>Digits that are enough to name a graph that is here, when no other begins with them.</summary>
    public const int FewestDigits = 4;

    public static async Task<Result<GraphId>> ResolveAsync(INodeControl control, string name, CancellationToken cancellation)
    {
        if (GraphId.TryParse(name, out var graph))
            return graph;
        if (name.Length < FewestDigits || name.Length > 2 * CommandId.Size || !name.All(char.IsAsciiHexDigit))
            return Invalid(name);
        if (!(await control.StatusAsync(cancellation)).TryGet(out var status, out var error))
            return error;
        var found = status.Graphs.Where(one => one.Graph.StartsWith(name, StringComparison.OrdinalIgnoreCase)).Take(2).ToArray();
        if (found.Length == 1 && GraphId.TryParse(found[0].Graph, out graph))
            return graph;
        return found.Length == 0
            ? new SyncError(SyncErrorKind.UnknownGraph, $"no graph here begins with {name}: see actorsync graph ls")
            : new SyncError(SyncErrorKind.InvalidRequest, $"more than one graph here begins with {name}: write more digits");
    }

    public static SyncError Invalid(string name) =>
        new(SyncErrorKind.InvalidRequest, $"'{name}' is not a graph: write its 64 hexadecimal digits, or at least the first {FewestDigits} of a graph that is here");
}
