using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ActorSync.Peers;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tls;

namespace ActorSync.Transport.Tcp;

/// <summary>
/// Accepts links over TCP. Handshakes run beside each other, so that a slow peer delays nobody; what fails is reported
/// and the listener goes on.
/// </summary>
public sealed class TcpLinkListener : ILinkListener
{
    /// <summary>How long to wait after the system refused to accept, for example for want of file handles.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private static readonly SyncError Closing = new(SyncErrorKind.ShuttingDown, "the node is shutting down");

    private readonly Socket _socket;
    private readonly LinkIdentity _identity;
    private readonly TcpLinkSettings _settings;
    private readonly bool _isTls;
    private readonly TimeProvider _time;
    private readonly Action<SyncError, string>? _report;
    private readonly PendingHandshakes _pending;
    private readonly Channel<StreamLink> _ready;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private int _disposed;

    private TcpLinkListener(Socket socket, bool isTls, LinkIdentity identity, TcpLinkSettings settings, TimeProvider time, Action<SyncError, string>? report)
    {
        _socket = socket;
        _isTls = isTls;
        _identity = identity;
        _settings = settings;
        _time = time;
        _report = report;
        _pending = new PendingHandshakes(settings.MaxPendingHandshakes);
        _ready = Channel.CreateBounded<StreamLink>(settings.MaxUnclaimedLinks);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        LocalName = TcpEndpoint.Of(LocalEndPoint, isTls).ToString();
        _accepting = AcceptAllAsync();
    }

    public string LocalName { get; }

    /// <summary>The address and port that were bound.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>How a node listens at an endpoint, once it has an identity: for its options.</summary>
    public static Func<LinkIdentity, Result<ILinkListener>> At(string endpoint, TcpLinkSettings? settings = null, Action<SyncError, string>? report = null) =>
        identity => Start(endpoint, identity, settings, report: report).TryGet(out var listener, out var error) ? new Result<ILinkListener>(listener) : error;

    /// <summary>
    /// Binds and listens. A host name is resolved (which may block) and its first IPv4 address is taken, or its first
    /// address; "[::]:7400" listens on IPv4 too.
    /// </summary>
    /// <param name="endpoint">Where, as <see cref="TcpEndpoint"/> reads it.</param>
    /// <param name="identity">What the node says of itself in every handshake.</param>
    /// <param name="settings">Limits and times; the defaults when null.</param>
    /// <param name="time">The clock of the timeouts and keep-alives; the system's when null.</param>
    /// <param name="report">Gets why a handshake failed and with whom; called from any thread, must not throw.</param>
    /// <returns>The listener, or why it cannot listen there: the port is in use, the address is not this machine's.</returns>
    public static Result<TcpLinkListener> Start(
        string endpoint, LinkIdentity identity, TcpLinkSettings? settings = null, TimeProvider? time = null, Action<SyncError, string>? report = null)
    {
        settings ??= new TcpLinkSettings();
        if ((settings.Check() ?? LinkLimits.Check(identity)) is { } wrong)
            return wrong;
        if (!TcpEndpoint.Parse(endpoint).TryGet(out var place, out var bad))
            return bad;
        if (settings.RefuseWithoutCertificate(place) is { } bare)
            return bare;

        Socket? socket = null;
        try
        {
            var address = place.Resolve().OrderBy(a => a.AddressFamily != AddressFamily.InterNetwork).First();
            if (settings.RefusePlain(address, place) is { } refused)
                return refused;
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, place.Port));
            socket.Listen(settings.Backlog);
            return new TcpLinkListener(socket, place.IsTls, identity, settings, time ?? TimeProvider.System, report);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return new SyncError(SyncErrorKind.InvalidRequest, $"cannot listen on {place}: {Explain(e)}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ILink?> AcceptAsync(CancellationToken cancellation = default)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            if (_ready.Reader.TryRead(out var link))
                return link;
        }
        return null;
    }

    /// <summary>Stops to listen, gives up the handshakes under way and closes the links that nobody took. Links that were taken live on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            _ready.Writer.Complete();
            _socket.Dispose();
            await CloseUnclaimedAsync().ConfigureAwait(false);
        }
        await _accepting.ConfigureAwait(false);
    }

    private async Task CloseUnclaimedAsync()
    {
        var closing = new List<Task>();
        while (_ready.Reader.TryRead(out var unclaimed))
        {
            unclaimed.Refuse(Closing);
            closing.Add(unclaimed.DisposeAsync().AsTask());
        }
        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    private async Task AcceptAllAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(_closing.Token).ConfigureAwait(false);
                _ = OpenAsync(socket);
            }
            catch (SocketException e) when (!_closing.IsCancellationRequested)
            {
                _report?.Invoke(new SyncError(SyncErrorKind.Unreachable, $"could not accept a connection: {e.Message}"), LocalName);
                await Task.Delay(AcceptPause, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task OpenAsync(Socket socket)
    {
        var remote = "a peer that is gone";
        try
        {
            remote = TcpEndpoint.Of(socket.RemoteEndPoint, _isTls).ToString();
            using var place = _pending.Enter(_closing.Token);
            var opened = await ShakeHandsAsync(new TcpConnection(socket, remote), place.Token).ConfigureAwait(false);
            if (!opened.TryGet(out var link, out var error))
                Report(error);
            else if (!_ready.Writer.TryWrite(link))
            {
                Report(link.Refuse(_closing.IsCancellationRequested ? Closing : Busy));
                await link.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Report(new SyncError(SyncErrorKind.Busy, $"{remote}: closed before its hello: {_settings.MaxPendingHandshakes} newer connections came"));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            socket.Dispose();
            Report(new SyncError(SyncErrorKind.Unreachable, $"{remote}: {e.Message}"));
        }

        void Report(SyncError error)
        {
            if (!_closing.IsCancellationRequested)
                _report?.Invoke(error, remote);
        }
    }

    private async Task<Result<StreamLink>> ShakeHandsAsync(TcpConnection tcp, CancellationToken giveUp)
    {
        IConnection connection = tcp;
        if (_isTls)
        {
            var answered = await TlsConnection.AnswerAsync(tcp, _settings.Tls!, _settings.Stream.HandshakeTimeout, _time, giveUp).ConfigureAwait(false);
            if (!answered.TryGet(out connection!, out var error))
                return error;
        }
        return await StreamLinkOpener.OpenAsync(connection, _identity, _settings.Stream, _time, giveUp).ConfigureAwait(false);
    }

    private SyncError Busy => new(SyncErrorKind.Busy, $"{_settings.MaxUnclaimedLinks} links wait to be taken already; try again later");

    private static string Explain(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use; stop the program that holds it or choose another port",
        SocketError.AddressNotAvailable => "the address is not one of this machine's",
        SocketError.AccessDenied => "this user may not bind that port; choose one above 1023",
        _ => e.Message,
    };
}
