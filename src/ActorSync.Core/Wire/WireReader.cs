using System.Buffers.Binary;
using System.Text;
using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Reads the fields of a payload from front to back. The first field that is wrong sets <see cref="Error"/>, which
/// stays; from then on every field reads as zero or empty, so that a caller checks once, at the end.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public SyncError? Error { get; private set; }

    /// <summary>The offset of the next byte.</summary>
    public int At { get; private set; }

    /// <summary>Bytes not read yet; 0 after an error.</summary>
    public readonly int Remaining => Error is null ? _bytes.Length - At : 0;

    public void Fail(SyncErrorKind kind, string why) => Error ??= new SyncError(kind, why);

    /// <summary>The next bytes, as they are.</summary>
    public ReadOnlySpan<byte> Take(string what, int size)
    {
        if (Error is null && size > _bytes.Length - At)
            Fail(SyncErrorKind.MalformedPayload, $"{what} is cut: it takes {size} bytes at byte {At} and {_bytes.Length - At} are left");
        if (Error is not null)
            return default;
        At += size;
        return _bytes.Slice(At - size, size);
    }

    public byte Byte(string what) => Take(what, 1) is [var value] ? value : (byte)0;

    /// <summary>A byte that is 0 or 1.</summary>
    public bool Flag(string what)
    {
        var value = Byte(what);
        if (value > 1)
            Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {At - 1} is {value}, not 0 or 1");
        return value == 1;
    }

    /// <summary>Eight bytes, lowest first.</summary>
    public ulong Fixed64(string what) =>
        Take(what, sizeof(ulong)) is { Length: sizeof(ulong) } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Four bytes, lowest first.</summary>
    public uint Fixed32(string what) =>
        Take(what, sizeof(uint)) is { Length: sizeof(uint) } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Five bytes, lowest first.</summary>
    public ulong Fixed40(string what) =>
        Take(what, 5) is { Length: 5 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) | (ulong)bytes[4] << 32 : 0;

    /// <summary>Sixteen bytes, highest first.</summary>
    public UInt128 Fixed128(string what) => Take(what, 16) is { Length: 16 } bytes ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : 0;

    /// <summary>A varint that is at most <paramref name="most"/>.</summary>
    public ulong Number(string what, ulong most = ulong.MaxValue)
    {
        if (Error is not null)
            return 0;
        if (!Varint.TryRead(_bytes[At..], out var value, out var size))
        {
            Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {At} is not a number in its shortest form, or is cut");
            return 0;
        }
        if (value > most)
        {
            Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {At} is {value}, more than {most}");
            return 0;
        }
        At += size;
        return value;
    }

    public uint UInt32(string what) => (uint)Number(what, uint.MaxValue);

    public int Int32(string what) => (int)Number(what, int.MaxValue);

    public long Int64(string what) => (long)Number(what, long.MaxValue);

    /// <summary>
    /// How many items follow, checked against the list's limit and against the bytes that are left, of which each item
    /// takes at least <paramref name="itemBytes"/>: nothing larger may be allocated for them.
    /// </summary>
    public int Count(string what, int limit, int itemBytes = 1)
    {
        var at = At;
        var count = Number(what);
        if (count > (ulong)limit)
            Fail(SyncErrorKind.LimitExceeded, $"{what} at byte {at}: {count}, and at most {limit} are allowed");
        else if (count * (ulong)itemBytes > (ulong)Remaining)
            Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {at}: {count} cannot be in the {Remaining} bytes that are left");
        return Error is null ? (int)count : 0;
    }

    public CommandId Id(string what) => Take(what, CommandId.Size) is { Length: CommandId.Size } bytes ? new CommandId(bytes) : default;

    public GraphId Graph() => new(Id("the graph"));

    public Address Address(string what) => new(Id(what), Int32(what));

    public IReadOnlyList<Address> Addresses(string what, int limit)
    {
        var addresses = new Address[Count(what, limit, CommandId.Size + 1)];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = Address(what);
        return addresses;
    }

    public Sample Sample()
    {
        var addresses = Addresses("the addresses of a sample", WireLimits.SampleAddresses);
        var heads = (int)Number("the heads of a sample", (ulong)addresses.Count);
        return new Sample(heads, Flag("whether a sample has all heads"), addresses);
    }

    /// <summary>A count of bits, then the bits, eight a byte, lowest first; what is over in the last byte is 0.</summary>
    public IReadOnlyList<bool> Bits(string what, int limit)
    {
        var at = At;
        var count = (int)Number(what, int.MaxValue);
        if (count > limit)
            Fail(SyncErrorKind.LimitExceeded, $"{what} at byte {at}: {count}, and at most {limit} are allowed");
        var packed = Take(what, (count + 7) / 8);
        if (Error is not null)
            return [];
        if (count % 8 != 0 && packed[^1] >> count % 8 != 0)
            Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {at} has bits after the last");
        var bits = new bool[count];
        for (var i = 0; i < count; i++)
            bits[i] = (packed[i / 8] >> i % 8 & 1) != 0;
        return bits;
    }

    /// <summary>A count of bytes, then UTF-8.</summary>
    public string Utf8(string what, int limit)
    {
        var at = At;
        var bytes = Take(what, Count(what, limit));
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {at} is not UTF-8");
            return "";
        }
    }

    /// <summary>A count of bytes, then UTF-8 without control characters: it may be printed as it is.</summary>
    public string Text(string what, int limit)
    {
        var at = At;
        var text = Utf8(what, limit);
        foreach (var character in text)
            if (char.IsControl(character))
                Fail(SyncErrorKind.MalformedPayload, $"{what} at byte {at} has a control character");
        return text;
    }

    /// <summary>What was read since an offset; nothing after an error.</summary>
    public readonly ReadOnlySpan<byte> Since(int at) => Error is null ? _bytes[at..At] : default;

    /// <summary>An error unless all is read.</summary>
    public void End()
    {
        if (Remaining > 0)
            Fail(SyncErrorKind.MalformedPayload, $"{Remaining} bytes follow the last field, from byte {At}");
    }
}
