using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Membership;

/// <summary>What happened to a member, for those who follow.</summary>
public enum MemberEventKind
{
    /// <summary>It is a member now.</summary>
    Joined,

    /// <summary>It announced itself anew: it was started again, came back after a removal, or has other endpoints or roles.</summary>
    Announced,

    /// <summary>It left.</summary>
    Left,

    /// <summary>It was removed: none of those asked could reach it, or an operator said so.</summary>
    Removed,

    /// <summary>Its entry was not renewed.</summary>
    Expired,

    /// <summary>What this node makes of its silence has changed.</summary>
    Reach,
}

/// <summary>What the membership of a mesh wants done.</summary>
public abstract record MembershipOutput
{
    private MembershipOutput()
    {
    }

    /// <summary>Write this to the reserved state; the fate comes back under this token.</summary>
    public sealed record Write(long Token, StateSet Set) : MembershipOutput;

    /// <summary>Keep a link to this endpoint from now on.</summary>
    public sealed record Connect(string Endpoint) : MembershipOutput;

    /// <summary>Keep no link to this endpoint any more: stop dialing, and close the link that was dialed.</summary>
    public sealed record Disconnect(string Endpoint) : MembershipOutput;

    /// <summary>Send this to a node, if there is a link.</summary>
    public sealed record Send(NodeId Node, ReadOnlyMemory<byte> Payload) : MembershipOutput;

    /// <summary>Something happened to a member. The view that shows it follows.</summary>
    public sealed record Event(MemberEventKind Kind, Member Member) : MembershipOutput;

    /// <summary>The view has changed: publish it.</summary>
    public sealed record View(MembershipView Value) : MembershipOutput;

    /// <summary>The tombstone of this node is durable here: once it is pushed, the node may end.</summary>
    public sealed record Left : MembershipOutput;

    /// <summary>No member of the mesh has been met yet, for so long: for logs. Said again and again, more and more seldom.</summary>
    /// <param name="Seeds">The endpoints that are tried.</param>
    /// <param name="For">Since the start.</param>
    /// <param name="IsFirst">Whether it is said for the first time.</param>
    public sealed record NotJoined(IReadOnlyList<string> Seeds, TimeSpan For, bool IsFirst) : MembershipOutput;

    /// <summary>Something is not as it should be: for logs and counters.</summary>
    public sealed record Trouble(SyncError Error) : MembershipOutput;

    /// <summary>Call again then, in place of any time named before.</summary>
    public sealed record StartTimer(MonotonicTime At) : MembershipOutput;
}
