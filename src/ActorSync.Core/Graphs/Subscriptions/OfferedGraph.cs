using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>A graph of a Subscribe as this node has it.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Snapshot">Its latest version; null when it is refused. At rest only when the subscriber is level (<see cref="IsLevel"/>).</param>
/// <param name="Refused">Why it is refused: UnknownGraph or NotAllowed.</param>
/// <param name="Remembered">What this incarnation of the subscriber's store acknowledged before.</param>
public sealed record OfferedGraph(GraphId Graph, GraphSnapshot? Snapshot, SyncErrorKind? Refused, IReadOnlyList<Address> Remembered)
{
    /// <summary>Whether a subscriber says that it has these heads and no others.</summary>
    public static bool IsLevel(Sample sample, HeadSet heads) =>
        sample.AllHeads && sample.HeadCount == heads.Count && heads.Count <= KnownHeads.Most && sample.Addresses.Take(sample.HeadCount).All(heads.Contains);
}
