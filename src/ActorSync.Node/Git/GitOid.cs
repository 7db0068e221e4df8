using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ActorSync.Node.Git;

/// <summary>The name of a git object: 20 bytes (SHA-1) or 32 bytes (SHA-256). Ordered as its bytes are.</summary>
public readonly struct GitOid : IEquatable<GitOid>, IComparable<GitOid>
{
    /// <summary>Bytes in the id of a repository with SHA-1 objects.</summary>
    public const int Sha1Size = 20;

    /// <summary>Bytes in the id of a repository with SHA-256 objects.</summary>
    public const int Sha256Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes an id of 20 or 32 bytes.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public GitOid(ReadOnlySpan<byte> bytes)
    {
        if (!IsSize(bytes.Length))
            throw new ArgumentException($"a git object id has {Sha1Size} or {Sha256Size} bytes, not {bytes.Length}", nameof(bytes));
        Span<byte> padded = stackalloc byte[Sha256Size];
        padded.Clear();
        bytes.CopyTo(padded);
        _a = BinaryPrimitives.ReadUInt64BigEndian(padded);
        _b = BinaryPrimitives.ReadUInt64BigEndian(padded[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(padded[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(padded[24..]);
        Size = bytes.Length;
    }

    /// <summary>Bytes: 20 or 32.</summary>
    public int Size { get; }

    public byte[] ToArray()
    {
        var padded = new byte[Sha256Size];
        BinaryPrimitives.WriteUInt64BigEndian(padded, _a);
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(16), _c);
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(24), _d);
        return padded[..Size];
    }

    public bool Equals(GitOid other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d && Size == other.Size;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is GitOid other && Equals(other);

    public override int GetHashCode() => (int)(_a >> 32);

    public int CompareTo(GitOid other)
    {
        if (_a != other._a)
            return _a.CompareTo(other._a);
        if (_b != other._b)
            return _b.CompareTo(other._b);
        if (_c != other._c)
            return _c.CompareTo(other._c);
        return _d != other._d ? _d.CompareTo(other._d) : Size.CompareTo(other.Size);
    }

    /// <summary>40 or 64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Reads 40 or 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> digits, out GitOid oid)
    {
        Span<byte> bytes = stackalloc byte[Sha256Size];
        var ok = IsSize(digits.Length / 2) && Convert.FromHexString(digits, bytes, out _, out var written) == OperationStatus.Done && IsSize(written);
        oid = ok ? new GitOid(bytes[..(digits.Length / 2)]) : default;
        return ok;
    }

    /// <summary>Reads 40 or 64 hexadecimal digits in ASCII.</summary>
    public static bool TryParse(ReadOnlySpan<byte> digits, out GitOid oid)
    {
        Span<byte> bytes = stackalloc byte[Sha256Size];
        var ok = IsSize(digits.Length / 2) && Convert.FromHexString(digits, bytes, out _, out var written) == OperationStatus.Done && IsSize(written);
        oid = ok ? new GitOid(bytes[..(digits.Length / 2)]) : default;
        return ok;
    }

    public static bool IsSize(int size) => size is Sha1Size or Sha256Size;

    public static bool operator ==(GitOid left, GitOid right) => left.Equals(right);

    public static bool operator !=(GitOid left, GitOid right) => !left.Equals(right);

    public static bool operator <(GitOid left, GitOid right) => left.CompareTo(right) < 0;

    public static bool operator >(GitOid left, GitOid right) => left.CompareTo(right) > 0;

    public static bool operator <=(GitOid left, GitOid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GitOid left, GitOid right) => left.CompareTo(right) >= 0;
}
