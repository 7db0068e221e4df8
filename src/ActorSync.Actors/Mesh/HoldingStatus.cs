namespace ActorSync;

/// <summary>What a node is to a graph of its mesh.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="State">absent, takingover, serving or leaving.</param>
/// <param name="Holders">The members that hold it by placement, sorted.</param>
public sealed record HoldingStatus(string Graph, string State, IReadOnlyList<string> Holders)
{
    /// <summary>In a cluster, the shard that the graph is in.</summary>
    public int? Shard { get; init; }
}
