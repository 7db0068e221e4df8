namespace ActorSync;

/// <summary>What a node is to a graph of its mesh.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="State">absent, takingover, serving, leaving; or guest: others hold it, and it is here as somebody reads it here.</param>
/// <param name="Holders">The members that hold it by placement, sorted.</param>
public sealed record HoldingStatus(string Graph, string State, IReadOnlyList<string> Holders)
{
    internal const string Guest = "guest";

    /// <summary>In a cluster, the shard that the graph is in.</summary>
    public int? Shard { get; init; }
}
