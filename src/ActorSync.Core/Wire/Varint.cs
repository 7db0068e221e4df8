namespace ActorSync.Wire;

/// <summary>
/// Unsigned numbers, seven bits a byte, lowest first, the high bit set on all but the last byte. Only the shortest
/// form of a number is read, so that every number has one encoding.
/// </summary>
public static class Varint
{
    /// <summary>The most bytes a number of 64 bits takes.</summary>
    public const int MaxSize = 10;

    /// <summary>Bytes that <paramref name="value"/> takes: 1 to 10.</summary>
    public static int Size(ulong value) => value < 0x80 ? 1 : (63 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 7 + 1;

    /// <summary>Writes the number to the start of <paramref name="destination"/>; gives the bytes written.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }
        destination[i++] = (byte)value;
        return i;
    }

    /// <summary>Reads a number in its shortest form. False when it is cut, too long or over 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int size)
    {
        value = 0;
        for (size = 0; size < source.Length && size < MaxSize;)
        {
            var b = source[size];
            if (size == MaxSize - 1 && b > 1)
                return false;
            value |= (ulong)(b & 0x7f) << (7 * size);
            size++;
            if (b < 0x80)
                return b != 0 || size == 1;
        }
        return false;
    }
}
