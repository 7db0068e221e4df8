namespace ActorSync.Graphs.Clients;

/// <summary>How a graph is kept for an application.</summary>
public sealed record GraphClientOptions
{
    public static readonly GraphClientOptions Default = new();

    /// <summary>What the graph may grow to through others.</summary>
    public GraphLimits Limits { get; init; } = GraphLimits.Default;

    /// <summary>Ids of rejected commands that are remembered; the oldest make room.</summary>
    public int RejectedIds { get; init; } = 4096;

    /// <summary>
    /// Commands after which a snapshot of the facts is written beside the commits, and at least twice as many as there are
    /// facts: so that what is written stays a small part of what is committed. Null for none.
    /// </summary>
    public int? SnapshotEvery { get; init; } = 10_000;

    /// <summary>
    /// Whether effects tell of every evaluation there is by the definition: of each command when it is written or
    /// received, over its prior's facts; of a received merge, what it weaves; and after each commit that leaves several
    /// heads, of the whole weave but its first command. Without it each command's effects come where it takes its place,
    /// and again only when other commands take a place before it.
    /// </summary>
    public bool EmitWholeWeave { get; init; }
}
