using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Transport.Tls;

namespace ActorSync.Node.States;

/// <summary>
/// HTTPS of states, with the certificates of the node's links (docs/links.md): both ends show one that an authority of
/// theirs issued, and who calls believes only one for the host it called, unless that is not asked for.
/// </summary>
internal sealed class StateTls(CertificateFiles files, bool checksHostName)
{
    /// <summary>What the files hold now.</summary>
    public TlsCredentials Credentials => files.Current();

    /// <summary>Reads the files; the error names the one that cannot be read.</summary>
    public static Result<StateTls> Open(TlsFiles files, NodeLog log) =>
        CertificateFiles.Open(files, log).TryGet(out var certificates, out var error) ? new StateTls(certificates, files.ChecksHostName) : error;

    /// <summary>Whether a client may speak.</summary>
    public bool BelievesClient(X509Certificate? shown, X509Chain? sent) => Believes(shown, sent, TlsCredentials.OfClients);

    /// <summary>Whether a server is who was called.</summary>
    public bool BelievesServer(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors) =>
        (!checksHostName || (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0) && Believes(shown, sent, TlsCredentials.OfServers);

    // What was sent along may stand between the certificate and a root; it is no root itself.
    private bool Believes(X509Certificate? shown, X509Chain? sent, string use)
    {
        if (shown is null)
            return false;
        using var chain = new X509Chain { ChainPolicy = Credentials.Policy(use) };
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        using var certificate = new X509Certificate2(shown);
        return chain.Build(certificate);
    }
}
