using System.Net;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tls;

namespace ActorSync.Transport.Tcp;

/// <summary>Limits and times of links over TCP.</summary>
public sealed record TcpLinkSettings
{
    /// <summary>How long resolving the name and connecting may take together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Accepted connections that have not shaken hands yet. One more, and the oldest of them is closed: those who connect
    /// and say nothing push out each other, not the peers who do speak.
    /// </summary>
    public int MaxPendingHandshakes { get; init; } = 64;

    /// <summary>Links that nobody has taken from the listener yet; one more is closed.</summary>
    public int MaxUnclaimedLinks { get; init; } = 64;

    /// <summary>Connections that the operating system keeps for the listener to accept.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>
    /// Whether links in the clear may leave the machine. Only where the network itself keeps strangers out and secrets
    /// in, such as a tunnel: anyone who can reach the port is a peer.
    /// </summary>
    public bool AllowPlainOffLoopback { get; init; }

    /// <summary>Certificates, for endpoints of the kind "tls://"; null where there are none.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>What holds on any stream: handshake, keep-alives, queue.</summary>
    public StreamLinkSettings Stream { get; init; } = new();

    /// <summary>Null, or the first setting that is out of range.</summary>
    internal SyncError? Check() => this switch
    {
        _ when ConnectTimeout <= TimeSpan.Zero => OutOfRange("the connect timeout must be longer than nothing"),
        _ when MaxPendingHandshakes <= 0 => OutOfRange("at least one handshake must be allowed to be pending"),
        _ when MaxUnclaimedLinks <= 0 => OutOfRange("at least one link must be allowed to wait for its owner"),
        _ when Backlog <= 0 => OutOfRange("the backlog must be at least one connection"),
        _ => Stream.Check(),
    };

    /// <summary>The refusal of a link in the clear that would leave the machine.</summary>
    internal SyncError? RefusePlain(IPAddress address, TcpEndpoint endpoint) => endpoint.IsTls || AllowPlainOffLoopback || IPAddress.IsLoopback(address)
        ? null
        : new SyncError(SyncErrorKind.NotAllowed, $"{endpoint} is not on loopback, and links over TCP are in the clear: use tls:// with certificates, or a loopback address behind a tunnel");

    /// <summary>The refusal of an endpoint that wants certificates where there are none.</summary>
    internal SyncError? RefuseWithoutCertificate(TcpEndpoint endpoint) => endpoint.IsTls && Tls is null
        ? new SyncError(SyncErrorKind.InvalidRequest, $"{endpoint} is over TLS, and no certificate is given")
        : null;

    private static SyncError OutOfRange(string message) => new(SyncErrorKind.InvalidRequest, message);
}
