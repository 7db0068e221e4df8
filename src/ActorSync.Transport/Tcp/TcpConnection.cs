using System.Net.Sockets;
using ActorSync.Transport.Streams;

namespace ActorSync.Transport.Tcp;

/// <summary>A connected socket as links see it.</summary>
internal sealed class TcpConnection : IConnection
{
    private const int ScratchBytes = 16 << 10;

    private readonly Socket _socket;

    public TcpConnection(Socket socket, string remoteName)
    {
        _socket = socket;
        _socket.NoDelay = true;
        Stream = new NetworkStream(socket, ownsSocket: true);
        RemoteName = remoteName;
    }

    public Stream Stream { get; }

    public string RemoteName { get; }

    public async Task FinishAsync(CancellationToken cancellation)
    {
        var scratch = new byte[ScratchBytes];
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            while (await _socket.ReceiveAsync(scratch, SocketFlags.None, cancellation).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The other end is gone already, which is what was waited for.
        }
    }

    public void Abort() => Stream.Dispose();
}
