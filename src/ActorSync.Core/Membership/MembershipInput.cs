using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Membership;

/// <summary>What reaches the membership of a mesh.</summary>
/// <param name="Wall">The wall clock: it numbers incarnations, and nothing else.</param>
public abstract record MembershipInput(WallTime Wall)
{
    /// <summary>The reserved state is open, and holds this, tombstones included. The first input.</summary>
    public sealed record Started(IReadOnlyCollection<StateEntry> Held, WallTime Wall) : MembershipInput(Wall);

    /// <summary>The reserved state has changed: <see cref="States.Exchange.ReplicaOutput.Changed"/>.</summary>
    public sealed record Changed(IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Expired, WallTime Wall) : MembershipInput(Wall);

    /// <summary>The fate of a <see cref="MembershipOutput.Write"/>: durable, or why not.</summary>
    public sealed record Written(long Token, SyncError? Error, WallTime Wall) : MembershipInput(Wall);

    /// <summary>There is a link to a node, a member or not. Counts as having heard of it.</summary>
    public sealed record Linked(NodeId Node, WallTime Wall) : MembershipInput(Wall);

    /// <summary>There is no link to it any more.</summary>
    public sealed record Unlinked(NodeId Node, WallTime Wall) : MembershipInput(Wall);

    /// <summary>The last sign of life over a link, payload or keep-alive, came at that time.</summary>
    public sealed record Heard(NodeId Node, MonotonicTime At, WallTime Wall) : MembershipInput(Wall);

    /// <summary>A <see cref="MemberProbe"/> or <see cref="MemberProbed"/> of a node.</summary>
    public sealed record Message(NodeId Node, SyncMessage Value, WallTime Wall) : MembershipInput(Wall);

    /// <summary>An operator says that a member will not come back.</summary>
    public sealed record Remove(NodeId Node, WallTime Wall) : MembershipInput(Wall);

    /// <summary>This node shuts down for good or for long. The last input but <see cref="Written"/> and <see cref="Tick"/>.</summary>
    public sealed record Leave(WallTime Wall) : MembershipInput(Wall);

    /// <summary>The timer ran out.</summary>
    public sealed record Tick(WallTime Wall) : MembershipInput(Wall);
}
