using ActorSync.Peers;

namespace ActorSync.Transport.Framing;

/// <summary>What two hellos come to: the peer, the version both speak, the largest payload in bytes that both take.</summary>
internal readonly record struct Agreement(PeerIdentity Peer, int Version, int MaxPayloadBytes)
{
    /// <summary>
    /// Both ends compute it from the same two hellos, so that both know of a refusal even when the frame that carries it
    /// is lost.
    /// </summary>
    public static Result<Agreement> Of(Hello own, Hello theirs)
    {
        if (own.Versions.HighestCommon(theirs.Versions) is not { } version)
            return new SyncError(SyncErrorKind.VersionMismatch,
                $"no common protocol version: node {own.Self.Node.ToShortString()} speaks {own.Versions}, node {theirs.Self.Node.ToShortString()} speaks {theirs.Versions}; update the older one");
        if (own.Self.Node == theirs.Self.Node)
            return new SyncError(SyncErrorKind.InvalidRequest,
                $"both ends of the link are node {own.Self.Node.ToShortString()}: the node has connected to itself, or its store was copied");
        return new Agreement(theirs.Self, version, (int)Math.Min(own.MaxPayloadBytes, theirs.MaxPayloadBytes));
    }
}
