using System.Security.Cryptography.X509Certificates;

namespace ActorSync.Transport.Tls;

/// <summary>
/// How links over TLS prove who is at their ends: both show a certificate that one of the authorities issued, and a
/// certificate that names a node is good for that node alone (docs/links.md).
/// </summary>
public sealed record TlsSettings
{
    /// <summary>
    /// What this end shows and whom it believes. Asked for at each handshake, so that certificates can be renewed while
    /// the node runs; an error (a file that cannot be read) fails that handshake. Called from any thread, must not throw.
    /// </summary>
    public required Func<Result<TlsCredentials>> Credentials { get; init; }

    /// <summary>
    /// Whether who dials believes only a certificate for the host it dialed. Without that check, whoever holds any
    /// certificate of the authorities can pretend to be any host.
    /// </summary>
    public bool ChecksHostName { get; init; } = true;

    /// <summary>Whether a certificate that names no node is refused.</summary>
    public bool RequiresNodeName { get; init; }
}

/// <summary>A certificate with its key, and the authorities whose certificates are believed.</summary>
/// <param name="Certificate">Shown to the other end; with the private key.</param>
/// <param name="Intermediates">Sent along with it: the authorities between it and a root, if any.</param>
/// <param name="Authorities">The roots that are believed. Those of the system are not.</param>
public sealed record TlsCredentials(X509Certificate2 Certificate, X509Certificate2Collection Intermediates, X509Certificate2Collection Authorities);
