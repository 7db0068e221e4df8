using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Node.Configuration;
using ActorSync.Peers;
using ActorSync.Transport.Tls;

namespace ActorSync.Node.Hosting;

/// <summary>
/// Certificates out of files, read again when a file has changed: a certificate is renewed by putting another one there.
/// While the new files cannot be read the ones before stay in use, and the log says why.
/// </summary>
public sealed class CertificateFiles
{
    private readonly TlsFiles _files;
    private readonly NodeLog? _log;
    private readonly Lock _gate = new();
    private TlsCredentials _credentials;
    private DateTime[] _written;
    private NodeId? _node;

    private CertificateFiles(TlsFiles files, NodeLog? log, TlsCredentials credentials, DateTime[] written)
    {
        _files = files;
        _log = log;
        _credentials = credentials;
        _written = written;
    }

    /// <summary>Reads the files; the error says which of them is not as it must be.</summary>
    public static Result<CertificateFiles> Open(TlsFiles files, NodeLog? log)
    {
        var written = Written(files);
        return Read(files).TryGet(out var credentials, out var error) ? new CertificateFiles(files, log, credentials, written) : error;
    }

    /// <summary>
    /// Says whose the certificate must be, from now on: peers refuse a node that its certificate does not name, if it names
    /// any. The error says that it is not so.
    /// </summary>
    public SyncError? BelongTo(NodeId node)
    {
        lock (_gate)
        {
            _node = node;
            return Check(_credentials);
        }
    }

    /// <summary>What the files hold now. Safe from any thread.</summary>
    public TlsCredentials Current()
    {
        lock (_gate)
        {
            var written = Written(_files);
            if (written.AsSpan().SequenceEqual(_written))
                return _credentials;
            _written = written;
            if (Read(_files).TryGet(out var credentials, out var error) && (error = Check(credentials)) is null)
            {
                _credentials = credentials;
                _log?.Info($"the certificate {_files.Certificate} was read again; it is good until {credentials.Certificate.NotAfter.ToUniversalTime():u}");
            }
            else
                _log?.Error($"the certificate is not renewed, the one before stays in use: {error!.Message}");
            return _credentials;
        }
    }

    private SyncError? Check(TlsCredentials credentials)
    {
        if (_node is not { } node)
            return null;
        if (!NodeNames.In(credentials.Certificate).TryGet(out var named, out var error))
            return new SyncError(error.Kind, $"actorsync.tls.certificate: {_files.Certificate}: {error.Message}");
        if (named.Contains(node) || named.Count == 0 && !_files.RequiresNodeName)
            return null;
        var whose = named.Count == 0
            ? "names no node, and actorsync.tls.require-node-name asks for one"
            : $"is that of {(named.Count == 1 ? "node" : "the nodes")} {string.Join(", ", named)}";
        return new SyncError(SyncErrorKind.NotAllowed,
            $"actorsync.tls.certificate: {_files.Certificate} {whose}, and this is node {node}: peers would refuse it; issue one with the alternative name URI:{NodeNames.Of(node)}");
    }

    // A file that is not there has a time too, that of nothing.
    private static DateTime[] Written(TlsFiles files) =>
        [File.GetLastWriteTimeUtc(files.Certificate), File.GetLastWriteTimeUtc(files.Key ?? files.Certificate), File.GetLastWriteTimeUtc(files.Authorities)];

    private static Result<TlsCredentials> Read(TlsFiles files)
    {
        var authorities = new X509Certificate2Collection();
        var intermediates = new X509Certificate2Collection();
        X509Certificate2? certificate = null;
        var error = Try("authorities", files.Authorities, () => authorities.ImportFromPemFile(files.Authorities))
            ?? Try("certificate", files.Certificate, () => intermediates.ImportFromPemFile(files.Certificate))
            ?? Try(files.Key is null ? "certificate" : "key", files.Key ?? files.Certificate, () => certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key));
        if (error is not null)
            return error;
        if (authorities.Count == 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"actorsync.tls.authorities: {files.Authorities} holds no certificate in PEM");
        foreach (var own in intermediates.Where(other => other.Thumbprint == certificate!.Thumbprint).ToArray())
            intermediates.Remove(own);
        return new TlsCredentials(certificate!, intermediates, authorities);
    }

    private static SyncError? Try(string key, string path, Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, $"actorsync.tls.{key}: {path} cannot be used: {e.Message.TrimEnd('.')}; expected PEM");
        }
    }
}
