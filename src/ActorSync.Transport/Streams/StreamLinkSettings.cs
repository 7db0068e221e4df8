using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Streams;

/// <summary>Limits and times of a link over a stream of bytes, whatever the stream: TCP now.</summary>
public sealed record StreamLinkSettings
{
    /// <summary>How long the other end's hello may take from the moment the stream is open.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// An end that sent nothing for so long sends a keep-alive of four bytes. Often enough for what forgets silent
    /// connections on the way, which takes minutes; a link that carries something each minute needs one more in between.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>
    /// A peer of which nothing was heard for so long while this end was reading is given up. Longer than the keep-alive
    /// interval of either end, better twice as long: on a stream of bytes none is lost, only late.
    /// </summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long an orderly end may take: to write out what is queued, and to see the other end stop too.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes, framing included, that may wait to be written; senders wait beyond that. An empty queue takes any payload.</summary>
    public int MaxQueueBytes { get; init; } = 4 << 20;

    /// <summary>Bytes that are read from the stream at once and may lie here before they are asked for.</summary>
    public int ReadBufferBytes { get; init; } = 16 << 10;

    internal VersionRange Versions { get; init; } = VersionRange.Current;

    /// <summary>Null, or the first setting that is out of range.</summary>
    internal SyncError? Check() => this switch
    {
        _ when HandshakeTimeout <= TimeSpan.Zero => OutOfRange("the handshake timeout must be longer than nothing"),
        _ when KeepAliveInterval <= TimeSpan.Zero => OutOfRange("the keep-alive interval must be longer than nothing"),
        _ when DeadAfter <= KeepAliveInterval => OutOfRange($"a peer is given up after {DeadAfter}, which must be longer than the keep-alive interval {KeepAliveInterval}"),
        _ when CloseTimeout <= TimeSpan.Zero => OutOfRange("the close timeout must be longer than nothing"),
        _ when MaxQueueBytes <= 0 => OutOfRange("the outbound queue must hold at least one byte"),
        _ when ReadBufferBytes < HandshakeCodec.MaxOpeningBytes => OutOfRange($"the read buffer is {ReadBufferBytes} bytes, at least {HandshakeCodec.MaxOpeningBytes} are needed"),
        _ => null,
    };

    private static SyncError OutOfRange(string message) => new(SyncErrorKind.InvalidRequest, message);
}
