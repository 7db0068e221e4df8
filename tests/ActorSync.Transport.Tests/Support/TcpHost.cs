using System.Net.Sockets;
using System.Threading.Channels;
using ActorSync.Peers;
using ActorSync.Transport.Streams;
using ActorSync.Transport.Tcp;

namespace ActorSync.Transport.Tests.Support;

/// <summary>A listener on loopback, with what it reported, and whoever connects to it.</summary>
internal sealed class TcpHost : IAsyncDisposable
{
    private readonly Channel<SyncError> _reports = Channel.CreateUnbounded<SyncError>();

    public TcpHost(LinkIdentity? identity = null, TcpLinkSettings? settings = null, TimeProvider? time = null, string endpoint = "127.0.0.1:0")
    {
        Identity = identity ?? Nodes.Node(1);
        Listener = TcpLinkListener.Start(endpoint, Identity, settings ?? SettingsFor(time), time, (error, remote) =>
        {
            Assert.StartsWith("tcp://", remote, StringComparison.Ordinal);
            _reports.Writer.TryWrite(error);
        }).Value;
    }

    /// <summary>No handshake and no orderly end is cut short on a slow machine.</summary>
    public static TcpLinkSettings Patient { get; } = new()
    {
        Stream = new StreamLinkSettings { HandshakeTimeout = TimeSpan.FromMinutes(1), CloseTimeout = TimeSpan.FromMinutes(1) },
    };

    public LinkIdentity Identity { get; }

    public TcpLinkListener Listener { get; }

    /// <summary>The next thing that the listener reported.</summary>
    public ValueTask<SyncError> NextReport() => _reports.Reader.ReadAsync();

    /// <summary>A link to this host: the connecting end first.</summary>
    public async Task<(ILink Caller, ILink Called)> LinkAsync(LinkIdentity? caller = null)
    {
        var connected = await new TcpLinkConnector(Patient).ConnectAsync(Listener.LocalName, caller ?? Nodes.Node(2));
        var accepted = await Listener.AcceptAsync();
        return (connected.Value, accepted!);
    }

    /// <summary>A bare socket to this host.</summary>
    public async Task<RawPeer> RawAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Listener.LocalEndPoint);
        return new RawPeer(socket);
    }

    /// <summary>A bare socket that has shaken hands, and the link at the other end of it.</summary>
    public async Task<(RawPeer Raw, ILink Link)> RawLinkAsync(LinkIdentity? caller = null)
    {
        var raw = await RawAsync();
        await raw.SendAsync(Nodes.Opening(caller ?? Nodes.Node(2)));
        await raw.ReadOpeningAsync();
        return (raw, (await Listener.AcceptAsync())!);
    }

    public ValueTask DisposeAsync() => Listener.DisposeAsync();

    /// <summary>The defaults where the test holds the clock.</summary>
    private static TcpLinkSettings SettingsFor(TimeProvider? time) => time is null ? Patient : new TcpLinkSettings();
}

/// <summary>A peer that may write whatever bytes it likes.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    public async Task<byte[]> ReadAsync(int bytes)
    {
        var read = new byte[bytes];
        await _stream.ReadExactlyAsync(read);
        return read;
    }

    public Task<byte[]> ReadOpeningAsync() => ReadAsync(Nodes.Opening(Nodes.Node(1)).Length);

    /// <summary>Everything up to the other end's last byte.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await _stream.CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>No more bytes from this side.</summary>
    public void Finish() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Cuts the connection as a crashed machine does: without an orderly end.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    public void Dispose() => _stream.Dispose();
}
