namespace ActorSync.Peers;

/// <summary>
/// One connection to one peer: anything that can carry a payload of bytes either way. Payloads arrive whole or not at
/// all. The identity of the peer comes from the link's handshake, never from a payload.
/// </summary>
public interface ILink : IAsyncDisposable
{
    /// <summary>Who is at the other end.</summary>
    PeerIdentity Peer { get; }

    /// <summary>The other end as people write it, for example "tcp://127.0.0.1:7400".</summary>
    string RemoteName { get; }

    /// <summary>The largest payload, in bytes, that both ends take.</summary>
    int MaxPayloadBytes { get; }

    /// <summary>Bytes that carrying one payload costs beside the payload.</summary>
    int FrameOverheadBytes { get; }

    /// <summary>What went over this link so far.</summary>
    LinkCounters Counters { get; }

    /// <summary>
    /// How long nothing was heard of the other end, keep-alives included, while this end was listening; zero for a carrier
    /// that ends when the other end does.
    /// </summary>
    TimeSpan SilentFor => TimeSpan.Zero;

    /// <summary>
    /// Hands over a payload. Ends when the link has taken it; waits while the bounded outbound queue is full, which is
    /// the back-pressure. The memory must stay unchanged until then.
    /// </summary>
    /// <returns>Null, or why the link is gone.</returns>
    ValueTask<SyncError?> SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation = default);

    /// <summary>
    /// Waits for the next payload, in memory that belongs to the caller. Nothing is read ahead of the callers beyond one
    /// payload or a small buffer, which is the back-pressure on the peer. The error says why the link is gone.
    /// </summary>
    ValueTask<Result<ReadOnlyMemory<byte>>> ReceiveAsync(CancellationToken cancellation = default);
}

/// <summary>Totals of one link. Bytes include framing and keep-alives.</summary>
public readonly record struct LinkCounters(long BytesIn, long BytesOut, long PayloadsIn, long PayloadsOut);

/// <summary>What a node says of itself when a link is made.</summary>
public sealed record LinkIdentity(PeerIdentity Self, int MaxPayloadBytes);

/// <summary>Accepts links.</summary>
public interface ILinkListener : IAsyncDisposable
{
    /// <summary>Where it listens, for example "tcp://127.0.0.1:7400", with the port that was bound.</summary>
    string LocalName { get; }

    /// <summary>
    /// Waits for the next link whose handshake succeeded; failed handshakes are reported through the listener's own
    /// report and do not end the listener. Null once it is closed.
    /// </summary>
    ValueTask<ILink?> AcceptAsync(CancellationToken cancellation = default);
}

/// <summary>Makes links to an endpoint.</summary>
public interface ILinkConnector
{
    /// <summary>Connects and shakes hands. The error is a value: refused, timed out, no common version.</summary>
    ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default);
}
