using System.Runtime.InteropServices;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

public sealed class SyncCodecTests
{
    private static readonly GraphId Graph = new(GoldenSamples.Init.Id);

    public static TheoryData<SyncType> Types => [.. Enum.GetValues<SyncType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryMessageComesBackAsItWas(SyncType type)
    {
        var random = new Random(17 + (int)type);
        for (var i = 0; i < 300; i++)
        {
            var message = RandomWire.Message(random, type);
            var payload = SyncCodec.Encode(message);
            var decoded = SyncCodec.Decode(payload, WireLimits.Default).Value;
            Assert.Equal(type, SyncCodec.PeekType(payload.Span).Value);
            Assert.Equal(message.GetType(), decoded.GetType());
            Assert.Equal(Readable.Of(message), Readable.Of(decoded));
            Assert.True(payload.Span.SequenceEqual(SyncCodec.Encode(decoded).Span));
        }
    }

    [Fact]
    public void ABlockIsASliceOfThePayload()
    {
        var payload = SyncCodec.Encode(GoldenSamples.Messages.OfType<Push>().Single());
        var block = ((Push)SyncCodec.Decode(payload, WireLimits.Default).Value).Commands.Bytes;
        Assert.True(MemoryMarshal.TryGetArray(payload, out var outer) && MemoryMarshal.TryGetArray(block, out var inner) && outer.Array == inner.Array);
    }

    [Fact]
    public void UnknownVersionsAndTypesAreToldApart()
    {
        Assert.Equal(SyncErrorKind.UnknownVersion, Refusal([2, (byte)SyncType.Poll]).Kind);
        Assert.Equal(SyncErrorKind.UnknownVersion, Refusal([0, 0]).Kind);
        Assert.Equal(SyncErrorKind.UnknownType, Refusal([1, 0]).Kind);
        Assert.Equal(SyncErrorKind.UnknownType, Refusal([1, 255]).Kind);
        Assert.Equal(SyncErrorKind.MalformedPayload, Refusal([1]).Kind);
        Assert.Equal(SyncErrorKind.MalformedPayload, Refusal([]).Kind);
    }

    [Fact]
    public void APayloadOverTheLimitIsRefusedUnread() =>
        Assert.Equal(SyncErrorKind.LimitExceeded, SyncCodec.Decode(new byte[101], new WireLimits { PayloadBytes = 100 }).Error?.Kind);

    [Fact]
    public void ValuesThatAreNoneAreRefused()
    {
        Assert.Contains("reason 9", Refusal(SyncType.SubscriptionEnded, to => to.Byte(9)).Message, StringComparison.Ordinal);
        Assert.Contains("2, not 0 or 1", Refusal(SyncType.PollEnd, to => to.Number(1), to => to.Byte(2)).Message, StringComparison.Ordinal);
        Assert.Contains("bits after the last", Refusal(SyncType.Narrow, to => to.Number(0), to => to.Number(3), to => to.Byte(0x08)).Message, StringComparison.Ordinal);
        Assert.Contains("more than 4294967295", Refusal(SyncType.Unsubscribed, to => to.Number(1UL << 32)).Message, StringComparison.Ordinal);
        Assert.Contains("more than 2147483647", Refusal(SyncType.Credit, to => to.Number(1UL << 31)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "hello")]
    [InlineData(11, "two\nlines")]
    [InlineData(11, "\u001b[2J")]
    public void AnErrorOfNoKindOrWithControlCharactersIsRefused(int kind, string sentence)
    {
        var text = Encoding.UTF8.GetBytes(sentence);
        Assert.Equal(SyncErrorKind.MalformedPayload, ErrorPayload(kind, text)?.Kind);
        Assert.Null(ErrorPayload((int)SyncErrorKind.NotAllowed, "héllo"u8));
        Assert.Equal(SyncErrorKind.MalformedPayload, ErrorPayload((int)SyncErrorKind.NotAllowed, [0xc3])?.Kind);
    }

    [Fact]
    public void ASentenceIsCleanedAndCutBetweenCharacters()
    {
        var failure = new SyncFailure(SyncErrorKind.StoreFailed, 1, null, "a\tb\r\n" + new string('€', 1000));
        var sent = (SyncFailure)SyncCodec.Decode(SyncCodec.Encode(failure), WireLimits.Default).Value;
        Assert.Equal("a b  " + new string('€', (WireLimits.SentenceBytes - 5) / 3), sent.Sentence);
    }

    [Fact]
    public void WhatNoPeerWouldReadIsNotWritten()
    {
        var address = GoldenSamples.Init.Address;
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new Credit(default, -1, 0)));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new PollResponse(default, 0, -1, CommandBlock.Encode([]))));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new Offer(default, Graph, address with { MaxCut = -1 })));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new PushAck(default, Graph, 0, [.. Enumerable.Repeat(address, WireLimits.SampleAddresses + 1)])));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new Unsubscribe(default, 0, [.. Enumerable.Repeat(Graph, WireLimits.GraphsPerSubscribe + 1)])));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new RequestMissing(default, new int[WireLimits.MissingIndexes + 1])));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new Narrow(default, 0, new bool[WireLimits.SampleAddresses + 1])));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new Poll(default, Graph, 0, 0, 0, default, new Sample(2, true, [address]))));
        Assert.ThrowsAny<ArgumentException>(() => SyncCodec.Encode(new Subscribed(default, 0, 0, 0, [new SubscribedGraph(Graph, SyncErrorKind.NotAllowed, [true])])));
    }

    // So a kind may be added without a new version.
    [Theory]
    [InlineData(99)]
    [InlineData(int.MaxValue)]
    public void AKindOfErrorThatIsNotKnownIsKeptAsItsNumber(int kind)
    {
        var failure = new SyncFailure((SyncErrorKind)kind, 1, null, "of a later day");
        Assert.Equal(failure, SyncCodec.Decode(SyncCodec.Encode(failure), WireLimits.Default).Value);
    }

    private static SyncError? ErrorPayload(int kind, ReadOnlySpan<byte> text)
    {
        var writer = new WireWriter(64);
        writer.Byte(WireLimits.Version);
        writer.Byte((byte)SyncType.Error);
        writer.Number((ulong)kind);
        writer.Fixed64(0);
        writer.Flag(false);
        writer.Number((ulong)text.Length);
        writer.Raw(text);
        return SyncCodec.Decode(writer.Written, WireLimits.Default).Error;
    }

    private static SyncError Refusal(byte[] payload) => SyncCodec.Decode(payload, WireLimits.Default).Error!;

    /// <summary>What is said of a message that begins with a session or subscription and goes on with these fields.</summary>
    private static SyncError Refusal(SyncType type, params Action<WireWriter>[] fields)
    {
        var writer = new WireWriter(64);
        writer.Byte(WireLimits.Version);
        writer.Byte((byte)type);
        writer.Fixed64(1);
        foreach (var field in fields)
            field(writer);
        return Refusal(writer.Written.ToArray());
    }
}
