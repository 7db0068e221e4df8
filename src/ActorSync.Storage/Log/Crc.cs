using System.Buffers.Binary;
using System.Numerics;

namespace ActorSync.Storage;

/// <summary>CRC32C (Castagnoli). A state starts as <see cref="Start"/>, takes bytes, and ends as a checksum.</summary>
internal static class Crc
{
    public const uint Start = uint.MaxValue;

    public static uint Add(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var b in bytes)
            state = BitOperations.Crc32C(state, b);
        return state;
    }

    public static uint End(uint state) => ~state;

    public static uint Of(ReadOnlySpan<byte> bytes) => End(Add(Start, bytes));
}
