using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorSync.Wire;

namespace ActorSync.States;

/// <summary>
/// What a state holds of one key: a value, or a tombstone, which says that the key has none. Its bytes are made, or
/// received, once; they are what is hashed, stored and sent on.
/// </summary>
public sealed class StateEntry
{
    /// <summary>The greatest time and the longest time to live, in milliseconds: what a number of JSON holds exactly.</summary>
    public const long MostMilliseconds = (1L << 53) - 1;

    private readonly int _valueBytes;

    // Hashing the key is half of the work of an entry that takes the place of another: it is done once a key.
    private UInt128 _position;

    internal StateEntry(string key, bool isTombstone, StateStamp stamp, long? ttl, ReadOnlyMemory<byte> bytes, int valueBytes)
    {
        Key = key;
        IsTombstone = isTombstone;
        Stamp = stamp;
        TtlMilliseconds = ttl;
        Bytes = bytes;
        _valueBytes = valueBytes;
        Hash = First16(bytes.Span);
    }

    public string Key { get; }

    /// <summary>When it was written. Of two entries of a key the later wins.</summary>
    public StateStamp Stamp { get; }

    /// <summary>How long it counts from its time on, in milliseconds; null for ever. A tombstone always has one.</summary>
    public long? TtlMilliseconds { get; }

    public bool IsTombstone { get; }

    /// <summary>The value's JSON in UTF-8; nothing for a tombstone.</summary>
    public ReadOnlyMemory<byte> Value => Bytes[^_valueBytes..];

    /// <summary>The entry as it is on the wire (docs/wire.md).</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The first 16 bytes of the SHA-256 of <see cref="Bytes"/>.</summary>
    public UInt128 Hash { get; }

    /// <summary>What stands for the entry where two nodes compare what they hold: the lower half of its hash.</summary>
    public ulong Fingerprint => (ulong)Hash;

    /// <summary>Where the key lies among all keys: the first 16 bytes of the SHA-256 of its UTF-8.</summary>
    public UInt128 Position => _position == 0 ? _position = PositionOf(Key) : _position;

    /// <summary>The last millisecond in which it counts.</summary>
    public WallTime Expiry => new(TtlMilliseconds is { } ttl ? Stamp.Milliseconds + ttl : long.MaxValue);

    /// <summary>An entry with a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its JSON, already checked.</param>
    /// <param name="stamp">When it is written.</param>
    /// <param name="ttlMilliseconds">How long it counts; null for ever.</param>
    public static StateEntry Live(string key, ReadOnlyMemory<byte> value, StateStamp stamp, long? ttlMilliseconds = null) =>
        Make(key, value, stamp, ttlMilliseconds);

    /// <summary>An entry that says that the key has no value.</summary>
    public static StateEntry Tombstone(string key, StateStamp stamp, long ttlMilliseconds) => Make(key, null, stamp, ttlMilliseconds);

    /// <summary>
    /// Whether it wins over another entry of the same key: by stamp; of one stamp a tombstone, as an entry that expired
    /// becomes one; then by hash. A total order, the same everywhere.
    /// </summary>
    public bool IsNewerThan(StateEntry other)
    {
        var order = Stamp.CompareTo(other.Stamp);
        if (order == 0)
            order = IsTombstone.CompareTo(other.IsTombstone);
        return (order != 0 ? order : Hash.CompareTo(other.Hash)) > 0;
    }

    /// <summary>
    /// What it is at a time: itself; a tombstone of the same stamp once it expired; null once that, too, is past.
    /// </summary>
    /// <param name="wall">The time.</param>
    /// <param name="expiredTtl">How long an entry that expired is remembered.</param>
    public StateEntry? At(WallTime wall, TimeSpan expiredTtl)
    {
        if (Expiry >= wall)
            return this;
        if (IsTombstone || (Expiry + expiredTtl) < wall)
            return null;
        return Tombstone(Key, Stamp, Math.Min(MostMilliseconds, TtlMilliseconds!.Value + (long)expiredTtl.TotalMilliseconds));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Key} {Stamp} ttl {TtlMilliseconds?.ToString(CultureInfo.InvariantCulture) ?? "none"} {(IsTombstone ? "deleted" : Encoding.UTF8.GetString(Value.Span))}");

    /// <summary>Takes over the position from another entry of the same key.</summary>
    internal void ShareKey(StateEntry other) => _position = other._position;

    /// <summary>Where a key lies among all keys.</summary>
    public static UInt128 PositionOf(string key)
    {
        Span<byte> utf8 = stackalloc byte[WireLimits.StateKeyBytes];
        return First16(utf8[..Encoding.UTF8.GetBytes(key, utf8)]);
    }

    /// <summary>Whether every character of a text has a UTF-8 form: it holds no half of a surrogate pair.</summary>
    internal static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    private static StateEntry Make(string key, ReadOnlyMemory<byte>? value, StateStamp stamp, long? ttl)
    {
        var writer = new WireWriter(StateCodec.SizeOf(key, value, stamp, ttl));
        StateCodec.WriteEntry(writer, key, value, stamp, ttl);
        return new StateEntry(key, value is null, stamp, ttl, writer.Written, value?.Length ?? 0);
    }

    private static UInt128 First16(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
