using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Actors;

// What it is told and what it says.
public sealed partial class MembershipActor
{
    /// <summary>A <see cref="MemberProbe"/> or <see cref="MemberProbed"/> of a peer. The peer's actor is told when it was handled.</summary>
    public sealed record FromPeer(PeerRef Peer, SyncMessage Message) : ILocalMessage;

    /// <summary>A member will not come back. Answered by <see cref="Removing"/>.</summary>
    public sealed record Remove(NodeId Node) : ILocalMessage;

    /// <summary>What became of a <see cref="Remove"/>: null when the removal is durable here, and on its way to the others.</summary>
    public sealed record Removing(SyncError? Error) : ILocalMessage;

    /// <summary>The node shuts down. Answered by <see cref="HasLeft"/> once another member knows, or there is none to tell.</summary>
    public sealed record Leave : ILocalMessage
    {
        public static readonly Leave Instance = new();
    }

    public sealed record HasLeft : ILocalMessage
    {
        public static readonly HasLeft Instance = new();
    }

    /// <summary>In a cluster: which shards are where now. Answered by <see cref="Shards"/>.</summary>
    internal sealed record GetShards : ILocalMessage
    {
        public static readonly GetShards Instance = new();
    }

    /// <summary>How many shards of graphs each member has.</summary>
    internal sealed record Shards(IReadOnlyDictionary<NodeId, int> Counts) : ILocalMessage;

    /// <summary>Answered by <see cref="Joined"/>.</summary>
    public sealed record GetJoined : ILocalMessage
    {
        public static readonly GetJoined Instance = new();
    }

    /// <summary>Whether the node is a member, and has met another one if it was to join any.</summary>
    public sealed record Joined(bool IsSo) : ILocalMessage;

    /// <summary>On the event stream: the members are others now, or are reached otherwise.</summary>
    public sealed record ViewChanged(MembershipView View) : ILocalMessage;

    private sealed record Written(long Token, SyncError? Error) : ILocalMessage;

    private sealed record Listen : ILocalMessage
    {
        public static readonly Listen Instance = new();
    }
}
