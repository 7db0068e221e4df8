using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ActorSync.Peers;

namespace ActorSync.Bench.SideBySide.Gateway;

/// <summary>Accepts connections that carry many peers each, and gives the node a link for every peer.</summary>
internal sealed class GatewayListener : ILinkListener
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<ILink> _links = Channel.CreateUnbounded<ILink>();
    private readonly int _maxPayloadBytes;

    private GatewayListener(LinkIdentity identity)
    {
        _maxPayloadBytes = identity.MaxPayloadBytes;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen(256);
        LocalName = $"tcp://{_socket.LocalEndPoint}";
        _ = AcceptAllAsync();
    }

    public string LocalName { get; }

    public static Result<ILinkListener> Start(LinkIdentity identity) => new(new GatewayListener(identity));

    public async ValueTask<ILink?> AcceptAsync(CancellationToken cancellation = default) =>
        await _links.Reader.WaitToReadAsync(cancellation) && _links.Reader.TryRead(out var link) ? link : null;

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _links.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAllAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(new GatewayFrames(await _socket.AcceptAsync()));
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The node is shutting down.
        }
    }

    private async Task ServeAsync(GatewayFrames frames)
    {
        var links = new List<GatewayLink>();
        while (await frames.ReadAsync() is var (peer, payload))
        {
            if (peer < links.Count)
            {
                links[peer].Put(payload);
                continue;
            }
            var link = new GatewayLink(GatewayFrames.ReadIdentity(payload), peer, frames, _maxPayloadBytes);
            links.Add(link);
            _links.Writer.TryWrite(link);
        }
        links.ForEach(link => link.Close());
        frames.Dispose();
    }
}
