using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Peers;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tcp;

namespace ActorSync.Transport.Tls;

/// <summary>
/// A connection whose bytes go through TLS 1.3, with certificates at both ends. The handshake of links runs inside, so
/// that nothing of it is said to a stranger.
/// </summary>
internal sealed class TlsConnection : IConnection
{
    private readonly TcpConnection _tcp;
    private readonly SslStream _tls;
    private readonly bool _requiresNodeName;

    private TlsConnection(TcpConnection tcp, SslStream tls, bool requiresNodeName)
    {
        _tcp = tcp;
        _tls = tls;
        _requiresNodeName = requiresNodeName;
    }

    public Stream Stream => _tls;

    public string RemoteName => _tcp.RemoteName;

    /// <summary>Who calls shows its certificate, and believes one of the host it called.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the connection is closed.</exception>
    public static Task<Result<IConnection>> CallAsync(
        TcpConnection tcp, string host, TlsSettings settings, TimeSpan atMost, TimeProvider time, CancellationToken cancellation) =>
        OpenAsync(tcp, settings, atMost, time, (tls, credentials, verdict, token) => tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = credentials.Shown(),
                CertificateChainPolicy = credentials.Policy(TlsCredentials.OfServers),
                AllowRenegotiation = false,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                    verdict.Judge(settings.ChecksHostName ? errors : errors & ~SslPolicyErrors.RemoteCertificateNameMismatch, chain, host),
            },
            token), cancellation);

    /// <summary>Who is called shows its certificate, and demands one.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the connection is closed.</exception>
    public static Task<Result<IConnection>> AnswerAsync(
        TcpConnection tcp, TlsSettings settings, TimeSpan atMost, TimeProvider time, CancellationToken cancellation) =>
        OpenAsync(tcp, settings, atMost, time, (tls, credentials, verdict, token) => tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ServerCertificateContext = credentials.Shown(),
                ClientCertificateRequired = true,
                CertificateChainPolicy = credentials.Policy(TlsCredentials.OfClients),
                AllowRenegotiation = false,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, _, chain, errors) => verdict.Judge(errors, chain, null),
            },
            token), cancellation);

    /// <summary>The node that the peer says it is must be one that its certificate names, if it names any.</summary>
    public SyncError? Admit(PeerIdentity peer)
    {
        if (!NodeNames.In((X509Certificate2)_tls.RemoteCertificate!).TryGet(out var named, out var error))
            return error;
        if (named.Count == 0)
            return _requiresNodeName ? new SyncError(SyncErrorKind.NotAllowed, $"the peer's certificate names no node, and one is required: issue it for {NodeNames.Of(peer.Node)}") : null;
        return named.Contains(peer.Node)
            ? null
            : new SyncError(SyncErrorKind.NotAllowed, $"the peer says it is node {peer.Node}, its certificate is that of {string.Join(", ", named)}");
    }

    public async Task FinishAsync(CancellationToken cancellation)
    {
        await _tls.ShutdownAsync().WaitAsync(cancellation).ConfigureAwait(false);
        await _tcp.FinishAsync(cancellation).ConfigureAwait(false);
    }

    public void Abort()
    {
        _tcp.Abort();
        _tls.Dispose();
    }

    private static async Task<Result<IConnection>> OpenAsync(
        TcpConnection tcp, TlsSettings settings, TimeSpan atMost, TimeProvider time,
        Func<SslStream, TlsCredentials, Verdict, CancellationToken, Task> shakeHands, CancellationToken cancellation)
    {
        if (!settings.Credentials().TryGet(out var credentials, out var error))
        {
            tcp.Abort();
            return error;
        }
        var connection = new TlsConnection(tcp, new SslStream(tcp.Stream), settings.RequiresNodeName);
        var verdict = new Verdict();
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await shakeHands(connection._tls, credentials, verdict, either.Token).ConfigureAwait(false);
            return connection;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            error = new SyncError(SyncErrorKind.Unreachable, $"{tcp.RemoteName}: no TLS handshake within {atMost.TotalSeconds:0.###} s; does the other end speak TLS?");
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
            throw;
        }
        catch (AuthenticationException e)
        {
            error = new SyncError(SyncErrorKind.NotAllowed, $"{tcp.RemoteName}: no TLS link: {verdict.Refused ?? e.InnerException?.Message ?? e.Message}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or CryptographicException or NotSupportedException)
        {
            error = new SyncError(SyncErrorKind.Unreachable, $"{tcp.RemoteName}: no TLS link: {e.Message}");
        }
        connection.Abort();
        return error;
    }

    /// <summary>Why the other end's certificate was not believed, in words an operator can act on.</summary>
    private sealed class Verdict
    {
        public string? Refused { get; private set; }

        public bool Judge(SslPolicyErrors errors, X509Chain? chain, string? host)
        {
            if (errors == SslPolicyErrors.None)
                return true;
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
                Refused = "the peer shows no certificate";
            else if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
                Refused = $"the peer's certificate is not believed: {string.Join("; ", chain?.ChainStatus.Select(status => status.StatusInformation.TrimEnd('.', '\n', ' ')).Distinct() ?? [])}";
            else
                Refused = $"the peer's certificate is not for the host '{host}'";
            return false;
        }
    }
}
