using System.Buffers.Binary;
using System.Text;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Core.Tests.Peers.Providers;

public sealed class DnsCodecTests
{
    private const ushort Id = 0x1234;
    private static readonly DnsQuestion Question = DnsQuestion.Of("Peers.Example.", DnsType.A);

    [Fact]
    public void A_question_is_the_bytes_that_RFC_1035_says()
    {
        Assert.Equal("123401000001000000000000057065657273076578616D706C650000010001", Convert.ToHexString(DnsCodec.Write(Id, Question)));
        Assert.Throws<ArgumentException>(() => DnsCodec.Write(Id, new DnsQuestion("a..b", DnsType.A)));
    }

    [Fact]
    public void Addresses_are_read_with_how_long_they_hold()
    {
        var message = new Reply(Question).Record([0xc0, 12], DnsType.A, 60, [10, 0, 0, 1]).Record([0xc0, 12], DnsType.A, 5, [10, 0, 0, 2]).ToArray();

        Assert.True(DnsCodec.IsReplyTo(message, Id, Question));
        var reply = DnsCodec.Read(message, Question).Value;

        Assert.Equal([new DnsRecord("10.0.0.1", TimeSpan.FromSeconds(60)), new DnsRecord("10.0.0.2", TimeSpan.FromSeconds(5))], reply.Records);
    }

    [Fact]
    public void Addresses_of_IPv6_are_canonical()
    {
        var question = DnsQuestion.Of("peers.example", DnsType.Aaaa);
        var message = new Reply(question).Record([0xc0, 12], DnsType.Aaaa, 1, [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa]).ToArray();

        Assert.Equal("fd00::a", Assert.Single(DnsCodec.Read(message, question).Value.Records).Host);
    }

    [Fact]
    public void A_service_names_hosts_and_ports()
    {
        var question = DnsQuestion.Of("_a._tcp.example", DnsType.Srv);
        var message = new Reply(question).Record([0xc0, 12], DnsType.Srv, 9, [0, 1, 0, 2, 0x1c, 0xe8, .. Name("b.example")]).ToArray();

        Assert.Equal(new DnsRecord("b.example", TimeSpan.FromSeconds(9), 7400, 1, 2), Assert.Single(DnsCodec.Read(message, question).Value.Records));
    }

    [Fact]
    public void Aliases_are_followed_and_what_no_alias_leads_to_is_left_out()
    {
        var message = new Reply(Question)
            .Record(Name("stray.example"), DnsType.A, 60, [6, 6, 6, 6])
            .Record(Name("b.example"), DnsType.A, 60, [10, 0, 0, 1])
            .Record([0xc0, 12], DnsType.Cname, 7, Name("b.example"))
            .ToArray();

        Assert.Equal([new DnsRecord("10.0.0.1", TimeSpan.FromSeconds(7))], DnsCodec.Read(message, Question).Value.Records);
    }

    [Fact]
    public void Aliases_in_a_circle_lead_nowhere()
    {
        var message = new Reply(Question)
            .Record([0xc0, 12], DnsType.Cname, 7, Name("b.example")).Record(Name("b.example"), DnsType.Cname, 7, [0xc0, 12]).ToArray();

        Assert.Empty(DnsCodec.Read(message, Question).Value.Records);
    }

    [Fact]
    public void A_reply_that_did_not_fit_has_no_records()
    {
        var message = new Reply(Question, flags: 0x8200).Record([0xc0, 12], DnsType.A, 60, [10, 0, 0, 1]).ToArray();

        var reply = DnsCodec.Read(message, Question).Value;

        Assert.True(reply.IsTruncated);
        Assert.Empty(reply.Records);
    }

    [Fact]
    public void What_the_server_says_of_the_name_is_kept()
    {
        Assert.Equal(DnsCode.NoSuchName, DnsCodec.Read(new Reply(Question, flags: 0x8003).ToArray(), Question).Value.Code);
    }

    [Fact]
    public void What_does_not_answer_the_question_is_no_reply()
    {
        var message = new Reply(Question).ToArray();

        Assert.True(DnsCodec.IsReplyTo(message, Id, Question));
        Assert.False(DnsCodec.IsReplyTo(message, Id + 1, Question));
        Assert.False(DnsCodec.IsReplyTo(message, Id, DnsQuestion.Of("peers.example", DnsType.Aaaa)));
        Assert.False(DnsCodec.IsReplyTo(message, Id, DnsQuestion.Of("peers.examplf", DnsType.A)));
        Assert.False(DnsCodec.IsReplyTo(DnsCodec.Write(Id, Question), Id, Question));
        Assert.False(DnsCodec.IsReplyTo(message.AsSpan(0, 20), Id, Question));
    }

    [Theory]
    // To itself, forwards, and past the end.
    [InlineData(0xc0, 31)]
    [InlineData(0xc0, 40)]
    [InlineData(0xff, 0xff)]
    [InlineData(0x40, 1)]
    public void A_name_that_does_not_lead_back_is_refused(byte first, byte second)
    {
        var message = new Reply(Question).Record([first, second], DnsType.A, 60, [10, 0, 0, 1]).ToArray();

        Assert.Equal(SyncErrorKind.MalformedPayload, DnsCodec.Read(message, Question).Error?.Kind);
    }

    [Fact]
    public void A_chain_of_pointers_ends_for_each_leads_further_back()
    {
        // A pointer to the pointer before it, again and again, down to the question's name.
        var reply = new Reply(Question);
        var at = 12;
        for (var i = 0; i < 1000; i++)
        {
            var next = reply.Length;
            reply.Record([(byte)(0xc0 | at >> 8), (byte)at], DnsType.A, 60, [10, 0, 0, 1]);
            at = next;
        }

        Assert.Equal(1000, DnsCodec.Read(reply.ToArray(), Question).Value.Records.Count);
    }

    [Fact]
    public void A_name_that_grows_by_pointers_has_its_limit()
    {
        // Each name is a label of 63 letters and the name before it.
        var reply = new Reply(Question);
        var at = 12;
        for (var i = 0; i < 5; i++)
        {
            var next = reply.Length;
            reply.Record([63, .. Enumerable.Repeat((byte)'a', 63), (byte)(0xc0 | at >> 8), (byte)at], DnsType.A, 60, [10, 0, 0, 1]);
            at = next;
        }

        Assert.Equal(SyncErrorKind.MalformedPayload, DnsCodec.Read(reply.ToArray(), Question).Error?.Kind);
    }

    [Fact]
    public void Records_have_a_limit()
    {
        var reply = new Reply(Question);
        for (var i = 0; i <= DnsCodec.MaximumRecords; i++)
            reply.Record([0xc0, 12], DnsType.A, 60, [10, 0, 0, 1]);

        Assert.Equal(SyncErrorKind.LimitExceeded, DnsCodec.Read(reply.ToArray(), Question).Error?.Kind);
    }

    [Fact]
    public void Whatever_the_bytes_are_reading_them_ends_with_a_value()
    {
        var random = new Random(20261124);
        var good = new Reply(Question)
            .Record([0xc0, 12], DnsType.Cname, 7, Name("b.example")).Record(Name("b.example"), DnsType.A, 60, [10, 0, 0, 1]).Record([0xc0, 12], DnsType.Srv, 60, [0, 1, 0, 2, 0, 80, 0xc0, 12]).ToArray();
        var (read, refused) = (0, 0);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = good.ToArray();
            for (var flips = random.Next(4); flips >= 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = bytes[..random.Next(bytes.Length + 1)];
            if (!DnsCodec.IsReplyTo(bytes, Id, Question))
                continue;
            if (DnsCodec.Read(bytes, Question).Error is null)
                read++;
            else
                refused++;
        }

        Assert.True(read > 0 && refused > 0);
    }

    [Fact]
    public void Services_come_by_priority_and_weight_and_those_that_say_there_is_none_are_left_out()
    {
        DnsRecord[] records =
        [
            new("c", TimeSpan.Zero, 1, Priority: 2, Weight: 9), new("b", TimeSpan.Zero, 1, Priority: 1, Weight: 1), new("", TimeSpan.Zero, 1),
            new("a", TimeSpan.Zero, 1, Priority: 1, Weight: 5), new("none", TimeSpan.Zero),
        ];

        Assert.Equal(["a", "b", "c"], SrvOrder.Of(records).Select(record => record.Host));
        Assert.Equal(SrvOrder.MaximumHosts, SrvOrder.Of(Enumerable.Range(1, 1000).Select(port => new DnsRecord("a", TimeSpan.Zero, (ushort)port))).Count);
    }

    [Fact]
    public void A_name_that_fails_keeps_what_it_had_and_one_no_longer_asked_for_is_forgotten()
    {
        var findings = new DnsFindings<string>();
        var error = new SyncError(SyncErrorKind.Unreachable, "no");
        Assert.Equal("1", findings.Take("a", "1"));
        Assert.Null(findings.Take("b", error));
        Assert.Equal(error, findings.Error);
        findings.EndRound();

        Assert.Equal("1", findings.Take("a", error));
        Assert.Equal("2", findings.Take("b", "2"));
        findings.EndRound();
        Assert.Null(findings.Error);

        Assert.Equal("3", findings.Take("b", "3"));
        findings.EndRound();
        Assert.Null(findings.Take("a", error));
    }

    private static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0];

    /// <summary>A reply as bytes; the name of the question stands at 12.</summary>
    private sealed class Reply
    {
        private readonly List<byte> _bytes;
        private ushort _records;

        public Reply(DnsQuestion question, ushort flags = 0x8180)
        {
            _bytes = [.. DnsCodec.Write(Id, question)];
            (_bytes[2], _bytes[3]) = ((byte)(flags >> 8), (byte)flags);
        }

        public int Length => _bytes.Count;

        public Reply Record(byte[] name, DnsType type, uint seconds, byte[] data)
        {
            var head = new byte[10];
            BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)type);
            head[3] = 1;
            BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), seconds);
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), (ushort)data.Length);
            _bytes.AddRange([.. name, .. head, .. data]);
            _records++;
            return this;
        }

        public byte[] ToArray()
        {
            var message = _bytes.ToArray();
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), _records);
            return message;
        }
    }
}
