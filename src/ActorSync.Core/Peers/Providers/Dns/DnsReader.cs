using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ActorSync.Peers.Providers.Dns;

/// <summary>Reads a DNS message from front to back; every reading says whether there was anything to read.</summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    private const int AddressBytes = 4;
    private const int Address6Bytes = 16;
    private const int PointerBits = 0xc0;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    public bool TrySkip(int bytes)
    {
        if (_message.Length - _at < bytes)
            return false;
        _at += bytes;
        return true;
    }

    public bool TryNumber(out ushort number)
    {
        number = 0;
        if (_message.Length - _at < 2)
            return false;
        number = BinaryPrimitives.ReadUInt16BigEndian(_message[_at..]);
        _at += 2;
        return true;
    }

    /// <summary>What stands between the name of a record and its data.</summary>
    public bool TryRecordHead(out ushort type, out ushort kind, out uint seconds, out ushort length)
    {
        (kind, seconds, length) = (0, 0, 0);
        if (!TryNumber(out type) || !TryNumber(out kind) || _message.Length - _at < 6)
            return false;
        seconds = BinaryPrimitives.ReadUInt32BigEndian(_message[_at..]);
        length = BinaryPrimitives.ReadUInt16BigEndian(_message[(_at + 4)..]);
        _at += 6;
        return true;
    }

    /// <summary>
    /// A name in lower case, without a dot at its end; the root is "". Each pointer must lead to before all that was read
    /// of the name so far: that ends every circle. Bytes that no name of a host has are refused, dots above all.
    /// </summary>
    public bool TryName([NotNullWhen(true)] out string? name)
    {
        name = null;
        var text = new StringBuilder();
        var (at, least, isAside) = (_at, _at, false);
        while (true)
        {
            if (at >= _message.Length)
                return false;
            int length = _message[at++];
            if (length == 0)
                break;
            if ((length & PointerBits) == PointerBits)
            {
                if (at >= _message.Length)
                    return false;
                var target = (length & ~PointerBits) << 8 | _message[at++];
                if (!isAside)
                    _at = at;
                if (target >= least)
                    return false;
                (at, least, isAside) = (target, target, true);
                continue;
            }
            if (length > HostNames.MaximumLabel || _message.Length - at < length || text.Length + length + 1 > HostNames.MaximumLength + 1)
                return false;
            foreach (var letter in _message.Slice(at, length))
            {
                if (!(char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'-' or (byte)'_'))
                    return false;
                text.Append(char.ToLowerInvariant((char)letter));
            }
            text.Append('.');
            at += length;
        }
        if (!isAside)
            _at = at;
        name = text.Length == 0 ? "" : text.ToString(0, text.Length - 1);
        return true;
    }

    /// <summary>The data of a record, which must be as long as it says.</summary>
    public bool TryRecord(DnsType type, int length, TimeSpan lives, [NotNullWhen(true)] out DnsRecord? record)
    {
        var end = _at + length;
        var data = _message.Slice(_at, length);
        record = type switch
        {
            DnsType.A when length == AddressBytes => new DnsRecord(string.Create(CultureInfo.InvariantCulture, $"{data[0]}.{data[1]}.{data[2]}.{data[3]}"), lives),
            DnsType.Aaaa when length == Address6Bytes => new DnsRecord(Address6(data), lives),
            DnsType.Srv when TryNumber(out var priority) && TryNumber(out var weight) && TryNumber(out var port) && TryName(out var host) && _at == end =>
                new DnsRecord(host, lives, port, priority, weight),
            _ => null,
        };
        return record is not null;
    }

    private static string Address6(ReadOnlySpan<byte> data)
    {
        var groups = new string[Address6Bytes / 2];
        for (var i = 0; i < groups.Length; i++)
            groups[i] = BinaryPrimitives.ReadUInt16BigEndian(data[(2 * i)..]).ToString("x", CultureInfo.InvariantCulture);
        return IpText.Canonical(string.Join(':', groups))!;
    }
}
