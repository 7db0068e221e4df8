using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ActorSync.Graphs;

/// <summary>The content address of a command: 32 bytes, a SHA-256. Ordered as its bytes are.</summary>
public readonly struct CommandId : IEquatable<CommandId>, IComparable<CommandId>
{
    /// <summary>Bytes in an id.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes the first 32 bytes of <paramref name="bytes"/>.</summary>
    public CommandId(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The first eight bytes as a number: enough to spread ids in a table, or to check a batch of them.</summary>
    public ulong Prefix => _a;

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public bool Equals(CommandId other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is CommandId other && Equals(other);

    // Mixed with a number that differs in each process: ids can be made that begin alike.
    public override int GetHashCode() => HashCode.Combine(_a);

    public int CompareTo(CommandId other)
    {
        if (_a != other._a)
            return _a.CompareTo(other._a);
        if (_b != other._b)
            return _b.CompareTo(other._b);
        return _c != other._c ? _c.CompareTo(other._c) : _d.CompareTo(other._d);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_a:x16}{_b:x16}{_c:x16}{_d:x16}";

    /// <summary>The first eight digits, for people.</summary>
    public string ToShortString() => $"{_a >> 32:x8}";

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out CommandId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var ok = text is { Length: 2 * Size } && Convert.FromHexString(text, bytes, out _, out var written) is System.Buffers.OperationStatus.Done && written == Size;
        id = ok ? new CommandId(bytes) : default;
        return ok;
    }

    public static bool operator ==(CommandId left, CommandId right) => left.Equals(right);

    public static bool operator !=(CommandId left, CommandId right) => !left.Equals(right);

    public static bool operator <(CommandId left, CommandId right) => left.CompareTo(right) < 0;

    public static bool operator >(CommandId left, CommandId right) => left.CompareTo(right) > 0;

    public static bool operator <=(CommandId left, CommandId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CommandId left, CommandId right) => left.CompareTo(right) >= 0;
}
