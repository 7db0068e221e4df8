using ActorSync.Graphs;
using ActorSync.Machines;

namespace ActorSync.Actors;

/// <summary>What one of the two sides of hello with a peer says of itself; null when it has no graph.</summary>
internal sealed record HelloReport(HelloStatus? Status)
{
    public sealed record Get : ILocalMessage
    {
        public static readonly Get Instance = new();
    }

    public static HelloReport Of(IReadOnlyCollection<GraphId> graphs, MonotonicTime endsAt, MonotonicTime now, long notifications) => graphs.Count == 0
        ? new HelloReport(Status: null)
        : new HelloReport(new HelloStatus([.. graphs.Select(graph => graph.ToString()).Order(StringComparer.Ordinal)], Math.Max(0, (long)(endsAt - now).TotalSeconds), notifications));
}
