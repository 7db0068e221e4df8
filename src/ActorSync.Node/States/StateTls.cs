using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.States;

/// <summary>
/// What a node shows and believes over HTTPS. Both ends show a certificate; who holds one of the authorities is a member,
/// whatever name or address it has: the authorities must be the fleet's own.
/// </summary>
internal sealed class StateTls(X509Certificate2 certificate, X509Certificate2Collection authorities) : IDisposable
{
    public X509Certificate2 Certificate => certificate;

    /// <summary>Reads the files; the error names the one that cannot be read.</summary>
    public static Result<StateTls> Read(StateTlsFiles files)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(files.Authorities);
            if (authorities.Count == 0)
                return new SyncError(SyncErrorKind.InvalidRequest, $"actorsync.states.tls.authorities: {files.Authorities} holds no certificate");
            return new StateTls(X509Certificate2.CreateFromPemFile(files.Certificate, files.Key), authorities);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, $"actorsync.states.tls: {e.Message}");
        }
    }

    /// <summary>Whether one of the authorities issued what is shown, and it is valid now.</summary>
    public bool Believes(X509Certificate? shown)
    {
        if (shown is null)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        using var certificateShown = new X509Certificate2(shown);
        return chain.Build(certificateShown);
    }

    public void Dispose()
    {
        certificate.Dispose();
        foreach (var authority in authorities)
            authority.Dispose();
    }
}
