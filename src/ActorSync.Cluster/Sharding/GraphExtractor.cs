using System.Globalization;
using ActorSync.Graphs;
using ActorSync.Placement;
using ActorSync.Wire;
using Akka.Cluster.Sharding;

namespace ActorSync.Cluster;

/// <summary>Which entity a message is for, and in which shard that is: the graph, and the shard that placement puts it into.</summary>
internal sealed class GraphExtractor(int shards) : IMessageExtractor
{
    public string? EntityId(object message) => message is Carried { Message: ForwardAction action } ? action.Graph.ToString() : null;

    public object EntityMessage(object message) => message;

    public string? ShardId(object message) => message switch
    {
        Carried { Message: ForwardAction action } => ShardOf(action.Graph),
        ShardRegion.StartEntity start => ShardId(start.EntityId),
        _ => null,
    };

    public string ShardId(string entityId, object? messageHint = null) =>
        ShardOf(GraphId.TryParse(entityId, out var graph) ? graph : throw new ArgumentException($"'{entityId}' is no graph", nameof(entityId)));

    private string ShardOf(GraphId graph) => Rendezvous.ShardOf(graph, shards).ToString(CultureInfo.InvariantCulture);
}
