using ActorSync.Peers;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport;

/// <summary>Limits that every kind of link keeps.</summary>
public static class LinkLimits
{
    /// <summary>
    /// A node that takes only smaller payloads, in bytes, gets no link: the protocol's messages without commands must fit
    /// (a poll with a full sample takes 3.7 KB).
    /// </summary>
    public const int MinMaxPayloadBytes = 4096;

    /// <summary>The most, in bytes, that a node may announce as its largest payload.</summary>
    public const int MaxMaxPayloadBytes = 1 << 30;

    /// <summary>Refuses an identity whose largest payload is out of range, before anything is opened.</summary>
    internal static SyncError? Check(LinkIdentity identity) =>
        identity.MaxPayloadBytes is >= MinMaxPayloadBytes and <= MaxMaxPayloadBytes
            ? null
            : new SyncError(SyncErrorKind.InvalidRequest,
                $"the largest payload is set to {identity.MaxPayloadBytes} bytes; it must be {MinMaxPayloadBytes} to {MaxMaxPayloadBytes}");

    internal static Hello HelloOf(LinkIdentity identity, VersionRange versions) => new(versions, identity.Self, (uint)identity.MaxPayloadBytes);

    /// <summary>An empty payload would read as a keep-alive, and one over the agreed size would end the link: bugs of the caller.</summary>
    internal static void CheckPayload(ReadOnlyMemory<byte> payload, int maxPayloadBytes)
    {
        if (payload.IsEmpty)
            throw new ArgumentException("a payload must have at least one byte", nameof(payload));
        if (payload.Length > maxPayloadBytes)
            throw new ArgumentException($"the payload has {payload.Length} bytes, the link takes at most {maxPayloadBytes}", nameof(payload));
    }
}
