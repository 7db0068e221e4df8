namespace ActorSync.Graphs.Subscriptions;

/// <summary>A graph of a Subscribe as this node has it.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Snapshot">Its latest version; null when it is refused.</param>
/// <param name="Refused">Why it is refused: UnknownGraph or NotAllowed.</param>
/// <param name="Remembered">What this incarnation of the subscriber's store acknowledged before.</param>
public sealed record OfferedGraph(GraphId Graph, GraphSnapshot? Snapshot, SyncErrorKind? Refused, IReadOnlyList<Address> Remembered);
