using System.Buffers.Binary;
using System.Text;
using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Writes the fields of a payload. What <see cref="WireReader"/> would refuse is refused here too, as a mistake of the
/// caller: an <see cref="ArgumentException"/>.
/// </summary>
internal sealed class WireWriter(int capacity)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _buffer = new byte[capacity];
    private int _size;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _size);

    public void Byte(byte value) => Next(1)[0] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Fixed64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(sizeof(ulong)), value);

    public void Fixed40(ulong value, string what)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1UL << 40, what);
        BinaryPrimitives.WriteUInt32LittleEndian(Next(sizeof(uint)), (uint)value);
        Byte((byte)(value >> 32));
    }

    public void Fixed128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Next(16), value);

    public void Number(ulong value) => Varint.Write(Next(Varint.Size(value)), value);

    public void Number(int value, string what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, what);
        Number((ulong)value);
    }

    public void Number(long value, string what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, what);
        Number((ulong)value);
    }

    public void Count(int count, int limit, string what)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, limit, what);
        Number((ulong)count);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    public void Id(CommandId id) => id.CopyTo(Next(CommandId.Size));

    public void Graph(GraphId graph) => Id(graph.Init);

    public void Address(Address address)
    {
        Id(address.Id);
        Number(address.MaxCut, "max cut");
    }

    public void Addresses(IReadOnlyList<Address> addresses, string what)
    {
        Count(addresses.Count, WireLimits.SampleAddresses, what);
        foreach (var address in addresses)
            Address(address);
    }

    public void Sample(Sample sample)
    {
        Addresses(sample.Addresses, "addresses of a sample");
        Count(sample.HeadCount, sample.Addresses.Count, "heads of a sample");
        Flag(sample.AllHeads);
    }

    /// <summary>Text that means something, whole: half of a surrogate pair is a mistake, as is too long a text.</summary>
    public void Utf8(string text, int limit, string what)
    {
        var size = StrictUtf8.GetByteCount(text);
        Count(size, limit, what);
        StrictUtf8.GetBytes(text, Next(size));
    }

    public void Bits(IReadOnlyList<bool> bits, int limit, string what)
    {
        Count(bits.Count, limit, what);
        var packed = Next((bits.Count + 7) / 8);
        packed.Clear();
        for (var i = 0; i < bits.Count; i++)
            if (bits[i])
                packed[i / 8] |= (byte)(1 << i % 8);
    }

    /// <summary>Writes text for people: control characters become spaces, and what is over the limit is cut off.</summary>
    public void Text(string text, int limit)
    {
        var bytes = new byte[limit];
        var size = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var clean = Rune.IsControl(rune) ? new Rune(' ') : rune;
            if (!clean.TryEncodeToUtf8(bytes.AsSpan(size), out var written))
                break;
            size += written;
        }
        Number((ulong)size);
        Raw(bytes.AsSpan(0, size));
    }

    private Span<byte> Next(int size)
    {
        if (_size + size > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_size + size, 2 * _buffer.Length));
        _size += size;
        return _buffer.AsSpan(_size - size, size);
    }
}
