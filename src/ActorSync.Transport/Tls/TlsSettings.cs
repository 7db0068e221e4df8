using System.Net.Security;
using System.Security.Cryptography;
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
public sealed record TlsCredentials(X509Certificate2 Certificate, X509Certificate2Collection Intermediates, X509Certificate2Collection Authorities)
{
    /// <summary>What a certificate must be good for that a server shows (RFC 5280, id-kp-serverAuth).</summary>
    public const string OfServers = "1.3.6.1.5.5.7.3.1";

    /// <summary>What one must be good for that a client shows (id-kp-clientAuth).</summary>
    public const string OfClients = "1.3.6.1.5.5.7.3.2";

    /// <summary>The certificate as it is shown to the other end, with what stands between it and a root.</summary>
    public SslStreamCertificateContext Shown() => SslStreamCertificateContext.Create(Certificate, Intermediates, offline: true);

    /// <summary>
    /// By what the other end's certificate is believed: only the given authorities count, and nothing is fetched from
    /// anywhere while a stranger waits.
    /// </summary>
    /// <param name="use">What it must be good for.</param>
    public X509ChainPolicy Policy(string use)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(Authorities);
        policy.ExtraStore.AddRange(Intermediates);
        policy.ApplicationPolicy.Add(new Oid(use));
        return policy;
    }
}
