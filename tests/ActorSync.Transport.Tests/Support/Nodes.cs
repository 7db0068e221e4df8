using ActorSync.Peers;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Tests.Support;

/// <summary>Nodes by number, their hellos, and bytes to send.</summary>
internal static class Nodes
{
    public const int MaxPayloadBytes = 1 << 20;

    public static LinkIdentity Node(uint number, int maxPayloadBytes = MaxPayloadBytes) =>
        new(new PeerIdentity(new NodeId(number), new InstanceId(number + 100)), maxPayloadBytes);

    public static byte[] Opening(LinkIdentity identity) => HandshakeCodec.WriteOpening(LinkLimits.HelloOf(identity, VersionRange.Current));

    /// <summary>Bytes that tell a payload from any other: its first four are the number.</summary>
    public static byte[] Payload(int number, int length)
    {
        var bytes = new byte[length];
        new Random(number).NextBytes(bytes);
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }

    public static byte[] PayloadFrame(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(FrameKind.Payload, payload.Length).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    public static async Task<SyncError> ErrorOf<T>(ValueTask<Result<T>> result)
    {
        var error = (await result).Error;
        Assert.NotNull(error);
        return error;
    }
}
