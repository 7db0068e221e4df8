using System.Buffers.Binary;
using System.Text;

namespace ActorSync.Peers.Providers.Dns;

/// <summary>
/// Questions to a DNS server and its replies as bytes (RFC 1035):
/// <code>
/// header    id, flags, then how many questions, answers, authorities, additional records: 2 bytes each
/// question  name, type, class
/// record    name, type, class, time to live (4 bytes), length (2 bytes), data
/// name      labels of 1 to 63 bytes, each after its length, up to an empty one; or a pointer (2 bytes, the upper two
///           bits set) to where the rest stands, earlier in the message
/// </code>
/// Only the answers are read. Whatever a server sends costs no more than its bytes: pointers only lead back, a name has its
/// limit, records past <see cref="MaximumRecords"/> are an error.
/// </summary>
public static class DnsCodec
{
    /// <summary>Bytes of a message over UDP.</summary>
    public const int UdpBytes = 512;

    /// <summary>Bytes of a message over TCP, where 2 bytes of length stand before it.</summary>
    public const int TcpBytes = ushort.MaxValue;

    /// <summary>Records that an answer may have, aliases included.</summary>
    public const int MaximumRecords = 1024;

    /// <summary>Aliases from the name that was asked to the one that has records.</summary>
    public const int MaximumAliases = 16;

    private const int HeaderBytes = 12;
    private const ushort Internet = 1;
    private const ushort RecursionDesired = 0x0100;
    private const ushort IsReply = 0x8000;
    private const ushort Truncated = 0x0200;
    private const ushort Opcode = 0x7800;
    private const int MaximumTimeToLive = int.MaxValue;

    /// <summary>A question as bytes.</summary>
    /// <exception cref="ArgumentException">The name is none: see <see cref="HostNames"/>.</exception>
    public static byte[] Write(ushort id, DnsQuestion question)
    {
        if (!HostNames.IsValid(question.Name))
            throw new ArgumentException($"'{question.Name}' is not a name that can be asked for", nameof(question));
        using var bytes = new MemoryStream();
        Put(id);
        Put(RecursionDesired);
        Put(1);
        Put(0);
        Put(0);
        Put(0);
        foreach (var label in question.Name.Split('.'))
        {
            bytes.WriteByte((byte)label.Length);
            bytes.Write(Encoding.ASCII.GetBytes(label));
        }
        bytes.WriteByte(0);
        Put((ushort)question.Type);
        Put(Internet);
        return bytes.ToArray();

        void Put(ushort number)
        {
            bytes.WriteByte((byte)(number >> 8));
            bytes.WriteByte((byte)number);
        }
    }

    /// <summary>Whether the bytes are the reply to that question: what is not may come from anybody, and is to be passed over.</summary>
    public static bool IsReplyTo(ReadOnlySpan<byte> message, ushort id, DnsQuestion question)
    {
        var reader = new DnsReader(message);
        return reader.TryNumber(out var answered) && answered == id &&
            reader.TryNumber(out var flags) && (flags & IsReply) != 0 && (flags & Opcode) == 0 &&
            reader.TryNumber(out var questions) && questions == 1 && reader.TrySkip(HeaderBytes - 6) &&
            reader.TryName(out var name) && name == question.Name &&
            reader.TryNumber(out var type) && type == (ushort)question.Type && reader.TryNumber(out var kind) && kind == Internet;
    }

    /// <summary>Reads a reply that <see cref="IsReplyTo"/> says is one.</summary>
    public static Result<DnsReply> Read(ReadOnlySpan<byte> message, DnsQuestion question)
    {
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var code = (DnsCode)(flags & 0xf);
        if ((flags & Truncated) != 0)
            return new DnsReply(code, true, []);
        if (code != DnsCode.NoError)
            return new DnsReply(code, false, []);
        var count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        if (count > MaximumRecords)
            return new SyncError(SyncErrorKind.LimitExceeded, $"the reply to {question} has {count} records: more than {MaximumRecords}");
        var reader = new DnsReader(message);
        if (!reader.TrySkip(HeaderBytes) || !reader.TryName(out _) || !reader.TrySkip(4))
            return Malformed(question);

        var aliases = new Dictionary<string, (string Target, TimeSpan TimeToLive)>();
        var found = new List<(string Owner, DnsRecord Record)>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryName(out var owner) || !reader.TryRecordHead(out var type, out var kind, out var seconds, out var length))
                return Malformed(question);
            // The highest bit of a time to live means zero (RFC 2181 8).
            var lives = TimeSpan.FromSeconds(seconds > MaximumTimeToLive ? 0 : seconds);
            var data = reader;
            if (!reader.TrySkip(length))
                return Malformed(question);
            if (kind != Internet)
                continue;
            if (type == (ushort)DnsType.Cname && question.Type != DnsType.Cname)
            {
                if (!data.TryName(out var target))
                    return Malformed(question);
                aliases[owner] = (target, lives);
            }
            else if (type == (ushort)question.Type)
            {
                if (!data.TryRecord(question.Type, length, lives, out var record))
                    return Malformed(question);
                found.Add((owner, record));
            }
        }
        return new DnsReply(code, false, Follow(question.Name, aliases, found));
    }

    // What stands under a name that the question does not lead to was not asked for, and may be a lie. An alias that
    // ends sooner than what it leads to ends that, too.
    private static DnsRecord[] Follow(string name, Dictionary<string, (string Target, TimeSpan TimeToLive)> aliases, List<(string Owner, DnsRecord Record)> found)
    {
        var lives = TimeSpan.MaxValue;
        for (var i = 0; i < MaximumAliases && aliases.TryGetValue(name, out var alias); i++)
        {
            name = alias.Target;
            lives = alias.TimeToLive < lives ? alias.TimeToLive : lives;
        }
        return [.. found.Where(one => one.Owner == name).Select(one => one.Record.TimeToLive <= lives ? one.Record : one.Record with { TimeToLive = lives })];
    }

    private static SyncError Malformed(DnsQuestion question) =>
        new(SyncErrorKind.MalformedPayload, $"the reply to {question} is not a DNS message: a name or a record in it breaks off or is not what it should be");
}
