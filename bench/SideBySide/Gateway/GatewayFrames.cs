using System.Buffers.Binary;
using System.Net.Sockets;
using ActorSync.Peers;

namespace ActorSync.Bench.SideBySide.Gateway;

/// <summary>
/// What a test gateway speaks: many peers over one connection, so that ten thousand need no ten thousand sockets.
/// <code>
/// u16   the peer's number on this connection
/// u32   bytes of the payload
/// byte* the payload; a peer's first is its node id and instance id
/// </code>
/// </summary>
internal sealed class GatewayFrames(Socket socket) : IDisposable
{
    public const int Overhead = sizeof(ushort) + sizeof(uint);
    public const int IdentityBytes = NodeId.Size + sizeof(ulong);

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _head = new byte[Overhead];

    private long _bytesIn;
    private long _bytesOut;

    /// <summary>Bytes both ways.</summary>
    public long Bytes => Volatile.Read(ref _bytesIn) + Volatile.Read(ref _bytesOut);

    public async Task WriteAsync(int peer, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[Overhead + payload.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(frame, (ushort)peer);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(sizeof(ushort)), (uint)payload.Length);
        payload.CopyTo(frame.AsMemory(Overhead));
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(frame);
            Interlocked.Add(ref _bytesOut, frame.Length);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next frame; null when the other end is gone.</summary>
    public async Task<(int Peer, byte[] Payload)?> ReadAsync()
    {
        try
        {
            await _stream.ReadExactlyAsync(_head);
            var payload = new byte[BinaryPrimitives.ReadUInt32LittleEndian(_head.AsSpan(sizeof(ushort)))];
            await _stream.ReadExactlyAsync(payload);
            Interlocked.Add(ref _bytesIn, Overhead + payload.Length);
            return (BinaryPrimitives.ReadUInt16LittleEndian(_head), payload);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    public static byte[] Write(PeerIdentity peer)
    {
        var bytes = new byte[IdentityBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, peer.Node.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(NodeId.Size), peer.Instance.Value);
        return bytes;
    }

    public static PeerIdentity ReadIdentity(ReadOnlySpan<byte> bytes) =>
        new(new NodeId(BinaryPrimitives.ReadUInt128LittleEndian(bytes)), new InstanceId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[NodeId.Size..])));

    public void Dispose() => _stream.Dispose();
}
