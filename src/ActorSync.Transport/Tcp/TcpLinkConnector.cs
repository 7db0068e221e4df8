using System.Net;
using System.Net.Sockets;
using ActorSync.Peers;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tls;

namespace ActorSync.Transport.Tcp;

/// <summary>
/// Makes links over TCP: in the clear, where what protects them is the network they run in, or through TLS, as the
/// endpoint says.
/// </summary>
public sealed class TcpLinkConnector(TcpLinkSettings? settings = null, TimeProvider? time = null) : ILinkConnector
{
    private readonly TcpLinkSettings _settings = settings ?? new TcpLinkSettings();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The caller gave up; nothing is left open.</exception>
    public async ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default)
    {
        if ((_settings.Check() ?? LinkLimits.Check(identity)) is { } wrong)
            return wrong;
        if (!TcpEndpoint.Parse(endpoint).TryGet(out var target, out var bad))
            return bad;
        if (target.Port == 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"cannot connect to {target}: port 0 is for listening only");
        if (_settings.RefuseWithoutCertificate(target) is { } refused)
            return refused;

        var connected = await OpenSocketAsync(target, cancellation).ConfigureAwait(false);
        if (!connected.TryGet(out var socket, out var error))
            return error;
        var tcp = new TcpConnection(socket, target.ToString());
        var protectedTo = target.IsTls
            ? await TlsConnection.CallAsync(tcp, target.Host, _settings.Tls!, _settings.Stream.HandshakeTimeout, _time, cancellation).ConfigureAwait(false)
            : tcp;
        if (!protectedTo.TryGet(out var connection, out error))
            return error;
        var opened = await StreamLinkOpener.OpenAsync(connection, identity, _settings.Stream, _time, cancellation).ConfigureAwait(false);
        return opened.TryGet(out var link, out error) ? link : error;
    }

    /// <summary>Tries the addresses of the host one after the other, all within the connect timeout.</summary>
    private async Task<Result<Socket>> OpenSocketAsync(TcpEndpoint target, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(_settings.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var failure = Unreachable(target, "the host has no address");
        try
        {
            foreach (var address in await target.ResolveAsync(either.Token).ConfigureAwait(false))
            {
                if (_settings.RefusePlain(address, target) is { } refused)
                {
                    failure = refused;
                    continue;
                }
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(address, target.Port), either.Token).ConfigureAwait(false);
                    return socket;
                }
                catch (Exception e)
                {
                    socket.Dispose();
                    if (e is not SocketException)
                        throw;
                    failure = Unreachable(target, e.Message);
                }
            }
        }
        catch (SocketException e)
        {
            failure = Unreachable(target, e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            failure = Unreachable(target, $"no answer within {_settings.ConnectTimeout.TotalSeconds:0.###} s");
        }
        return failure;
    }

    private static SyncError Unreachable(TcpEndpoint target, string why) => new(SyncErrorKind.Unreachable, $"cannot connect to {target}: {why}");
}
