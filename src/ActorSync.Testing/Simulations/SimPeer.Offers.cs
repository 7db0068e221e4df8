using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

// What a subscriber is offered: a graph at rest as it is kept in mind, if the subscriber is level.
internal sealed partial class SimPeer
{
    private void WakeForWhoIsNotLevel(IEnumerable<SubscribeGraph> named)
    {
        foreach (var asked in named)
        {
            if (_node.Graphs.TryGetValue(asked.Graph, out var graph) && graph.AtRest is { } atRest && !OfferedGraph.IsLevel(asked.Sample, atRest.Heads))
                graph.Wake();
        }
    }

    private OfferedGraph Offer(GraphId graph)
    {
        SyncErrorKind? refused = _node.NotAllowed.Contains(graph) ? SyncErrorKind.NotAllowed : _node.SnapshotOf(graph) is null ? SyncErrorKind.UnknownGraph : null;
        var version = refused is null ? _node.Graphs[graph].AtRest ?? _node.SnapshotOf(graph) : null;
        return new OfferedGraph(graph, version, refused, _node.Acked.AckedHeads(Identity, graph));
    }
}
