using ActorSync.Peers;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Tests;

public class HandshakeCodecTests
{
    /// <summary>The opening of a link, byte by byte; docs/links.md shows the same.</summary>
    private const string GoldenOpening =
        "41534c4b" +                          // "ASLK"
        "21000080" +                          // a control frame of 33 bytes
        "01" +                                // hello
        "0100" + "0100" +                     // versions 1..1
        "000102030405060708090a0b0c0d0e0f" +  // node
        "1011121314151617" +                  // instance
        "00001000";                           // largest payload: 1 MiB

    private static readonly Hello GoldenHello = new(
        new VersionRange(1, 1),
        new PeerIdentity(new NodeId(new UInt128(0x0001020304050607, 0x08090a0b0c0d0e0f)), new InstanceId(0x1011121314151617)),
        1 << 20);

    [Fact]
    public void An_opening_is_written_as_documented() =>
        Assert.Equal(GoldenOpening, Convert.ToHexStringLower(HandshakeCodec.WriteOpening(GoldenHello)));

    [Fact]
    public void An_opening_is_read_from_its_bytes_and_what_follows_is_left()
    {
        var step = HandshakeCodec.ReadOpening(Convert.FromHexString(GoldenOpening + "00000000"));
        Assert.Equal(new HandshakeStep(HandshakeState.Hello, GoldenOpening.Length / 2, GoldenHello), step);
    }

    [Fact]
    public void Every_beginning_of_an_opening_needs_more()
    {
        var opening = Convert.FromHexString(GoldenOpening);
        for (var length = 0; length < opening.Length; length++)
            Assert.Equal(HandshakeState.NeedMore, HandshakeCodec.ReadOpening(opening.AsSpan(0, length)).State);
    }

    [Fact]
    public void A_longer_hello_of_a_later_version_is_understood()
    {
        var later = GoldenOpening.Replace("21000080", "24000080", StringComparison.Ordinal) + "aabbcc";
        var step = HandshakeCodec.ReadOpening(Convert.FromHexString(later));
        Assert.Equal(HandshakeState.Hello, step.State);
        Assert.Equal(GoldenHello, step.Hello);
        Assert.Equal(later.Length / 2, step.ConsumedBytes);
    }

    [Theory]
    [InlineData("00", SyncErrorKind.MalformedPayload)]
    [InlineData("474554202f", SyncErrorKind.MalformedPayload)]          // "GET /"
    [InlineData("41534c00", SyncErrorKind.MalformedPayload)]
    [InlineData("41534c4b21000000", SyncErrorKind.MalformedPayload)]    // a payload frame
    [InlineData("41534c4b00000000", SyncErrorKind.MalformedPayload)]    // a keep-alive
    [InlineData("41534c4b00000080", SyncErrorKind.MalformedPayload)]    // an empty control frame
    [InlineData("41534c4b01040080", SyncErrorKind.LimitExceeded)]       // 1025 bytes
    [InlineData("41534c4bffffffff", SyncErrorKind.LimitExceeded)]
    [InlineData("41534c4b0100008007", SyncErrorKind.MalformedPayload)]  // an unknown control frame
    [InlineData("41534c4b0300008001" + "0100", SyncErrorKind.MalformedPayload)]  // a hello cut short by its own length
    public void What_is_no_opening_is_wrong_as_soon_as_it_shows(string hex, SyncErrorKind kind)
    {
        var step = HandshakeCodec.ReadOpening(Convert.FromHexString(hex));
        Assert.Equal(HandshakeState.Wrong, step.State);
        Assert.Equal(kind, step.Error!.Kind);
    }

    [Theory]
    [InlineData(0, 1, 1u << 20, SyncErrorKind.MalformedPayload)]
    [InlineData(3, 2, 1u << 20, SyncErrorKind.MalformedPayload)]
    [InlineData(1, 1, LinkLimits.MinMaxPayloadBytes - 1u, SyncErrorKind.LimitExceeded)]
    public void A_hello_that_makes_no_sense_is_wrong(ushort lowest, ushort highest, uint maxPayloadBytes, SyncErrorKind kind)
    {
        var hello = GoldenHello with { Versions = new VersionRange(lowest, highest), MaxPayloadBytes = maxPayloadBytes };
        var step = HandshakeCodec.ReadOpening(HandshakeCodec.WriteOpening(hello));
        Assert.Equal(HandshakeState.Wrong, step.State);
        Assert.Equal(kind, step.Error!.Kind);
    }

    [Fact]
    public void A_refusal_is_written_as_documented_and_read_as_the_peers_word()
    {
        var refusal = HandshakeCodec.WriteRefusal(new SyncError(SyncErrorKind.Busy, "full"));
        Assert.Equal("07000080" + "02" + "0e00" + "66756c6c", Convert.ToHexStringLower(refusal));

        var step = HandshakeCodec.ReadOpening([.. HandshakeCodec.Magic, .. refusal]);
        Assert.Equal(HandshakeState.Refused, step.State);
        Assert.Equal(new SyncError(SyncErrorKind.Busy, "the other end refused the link: full"), step.Error);
    }

    [Fact]
    public void A_refusals_sentence_is_cut_and_stripped_before_it_reaches_a_log()
    {
        var hostile = Refusal.Read([0xff, 0xff, .. "a\nb\u001b[31m\u2028"u8, .. Enumerable.Repeat((byte)'x', 1000)]);
        Assert.Equal(SyncErrorKind.Unreachable, hostile.Kind);
        Assert.StartsWith("the other end refused the link: a?b?[31m?xxx", hostile.Message, StringComparison.Ordinal);
        Assert.True(hostile.Message.Length < Refusal.MaxSentenceChars + 40);
    }

    [Fact]
    public void The_longest_refusal_fits_a_control_frame()
    {
        var refusal = HandshakeCodec.WriteRefusal(new SyncError(SyncErrorKind.Busy, new string('\u20ac', 10_000)));
        Assert.InRange(refusal.Length, 900, FrameHeader.Size + FrameHeader.MaxControlBytes);
    }

    [Fact]
    public void Two_hellos_agree_on_the_highest_common_version_and_the_smaller_payload()
    {
        var other = new Hello(new VersionRange(1, 7), new PeerIdentity(new NodeId(9), new InstanceId(8)), 4096);
        var own = GoldenHello with { Versions = new VersionRange(1, 3) };
        Assert.Equal(new Agreement(other.Self, 3, 4096), Agreement.Of(own, other).Value);
        Assert.Equal(new Agreement(own.Self, 3, 4096), Agreement.Of(other, own).Value);
    }

    [Fact]
    public void Hellos_without_a_common_version_disagree_on_both_sides_and_name_both_ranges()
    {
        var other = new Hello(new VersionRange(2, 5), new PeerIdentity(new NodeId(9), new InstanceId(8)), 4096);
        foreach (var error in (SyncError?[])[Agreement.Of(GoldenHello, other).Error, Agreement.Of(other, GoldenHello).Error])
        {
            Assert.Equal(SyncErrorKind.VersionMismatch, error!.Kind);
            Assert.Contains("1..1", error.Message, StringComparison.Ordinal);
            Assert.Contains("2..5", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_node_has_no_link_to_itself() =>
        Assert.Equal(SyncErrorKind.InvalidRequest, Agreement.Of(GoldenHello, GoldenHello).Error!.Kind);

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var random = new Random(1);
        var golden = Convert.FromHexString(GoldenOpening);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = golden.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var step = HandshakeCodec.ReadOpening(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            Assert.Equal(step.State is HandshakeState.Wrong or HandshakeState.Refused, step.Error is not null);
        }
    }
}
