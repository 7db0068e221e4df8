using System.Buffers.Binary;

namespace ActorSync.Transport.Framing;

/// <summary>What a frame on a stream is for.</summary>
internal enum FrameKind
{
    /// <summary>Nothing but a sign of life.</summary>
    KeepAlive,

    /// <summary>One payload, whole.</summary>
    Payload,

    /// <summary>A word from link to link: a hello or a refusal.</summary>
    Control,
}

/// <summary>
/// The four bytes before every frame: a little-endian number whose top bit tells control frames from payloads and whose
/// other bits are the length. Zero is a keep-alive. docs/links.md describes it.
/// </summary>
internal readonly record struct FrameHeader(FrameKind Kind, int Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 4;

    /// <summary>The longest body of a control frame, in bytes. Fixed for good: every version must read every hello.</summary>
    public const int MaxControlBytes = 1024;

    private const uint ControlBit = 0x8000_0000;

    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(source);
        var length = (int)(value & ~ControlBit);
        return value switch
        {
            0 => new FrameHeader(FrameKind.KeepAlive, 0),
            >= ControlBit => new FrameHeader(FrameKind.Control, length),
            _ => new FrameHeader(FrameKind.Payload, length),
        };
    }

    public void Write(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Kind == FrameKind.Control ? ControlBit | (uint)Length : (uint)Length);
}
