using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

public sealed class SyncCodecTests
{
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
}
