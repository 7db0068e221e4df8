using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Peers;
using ActorSync.Transport.Tls;

namespace ActorSync.Tests;

/// <summary>An authority of a test, and the certificates that it issues; for the projects that know links.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly X509Certificate2 _root;
    private long _serial;

    public Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _root = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    /// <summary>A certificate for 127.0.0.1 and localhost, valid now, of the authority itself and not of one below it, unless said otherwise.</summary>
    public TlsCredentials Issue(NodeId? node = null, string host = "127.0.0.1", bool isPast = false, string[]? usages = null, Authority? believes = null, bool isBelow = false)
    {
        using var between = isBelow ? Between() : null;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        if (node is { } named)
            names.AddUri(NodeNames.Of(named));
        request.CertificateExtensions.Add(names.Build());
        var uses = new OidCollection();
        foreach (var usage in usages ?? ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"])
            uses.Add(new Oid(usage));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        using var issued = request.Create(between ?? _root, Now.AddMonths(-2), isPast ? Now.AddMonths(-1) : Now.AddMonths(1), BitConverter.GetBytes(++_serial));
        return new TlsCredentials(issued.CopyWithPrivateKey(key), between is null ? [] : [X509CertificateLoader.LoadCertificate(between.RawData)], [(believes ?? this)._root]);
    }

    private X509Certificate2 Between()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=between", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var issued = request.Create(_root, Now.AddMonths(-3), Now.AddMonths(2), BitConverter.GetBytes(++_serial));
        return issued.CopyWithPrivateKey(key);
    }

    public static TlsSettings Showing(TlsCredentials credentials) => new() { Credentials = () => credentials };

    public void Dispose() => _root.Dispose();
}
