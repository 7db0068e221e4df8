using ActorSync.Peers;
using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>Entries and ranges that are none.</summary>
public sealed class StateWireTests
{
    [Theory]
    [InlineData("01 01 6b 00 00", "the form 1")]
    [InlineData("04 01 6b 00 00", "the form 4")]
    [InlineData("00 00 00 00", "empty key")]
    [InlineData("00 01 ff 00 00", "not UTF-8")]
    [InlineData("00 01 6b 80 80 80 80 80 80 80 10 00", "more than 9007199254740991")]
    [InlineData("02 01 6b 00 00 node 00 01 31", "no time to live")]
    [InlineData("00 01 6b 00 00 node 01 7b", "no JSON")]
    [InlineData("00 01 6b 00 00 node 00", "no JSON")]
    [InlineData("00 01 6b 00 00 node 03 22 ff 22", "not UTF-8")]
    [InlineData("00 01 6b 00 00 node 05 31", "5 cannot be")]
    public void AnEntryThatIsNoneIsRefusedWithItsPlace(string entry, string sentence)
    {
        var bytes = Golden.ParseHex(entry.Replace("node", new string('0', 32), StringComparison.Ordinal) + new string('0', 64));
        var error = Decode(SyncType.StatePush, to =>
        {
            to.Flag(true);
            to.Fixed128(0);
            to.Number(1);
            to.Raw(sentence.StartsWith('5') ? bytes.AsSpan(0, bytes.Length - 32) : bytes);
        });
        Assert.Equal(SyncErrorKind.MalformedPayload, error!.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(33, 0u)]
    [InlineData(0, 1u)]
    [InlineData(4, 16u)]
    public void ARangeThatIsNoneIsRefused(byte depth, uint index)
    {
        var error = Decode(SyncType.StatePull, to =>
        {
            to.Byte(depth);
            to.Number(index);
            to.Fixed128(0);
            to.Number(0);
        });
        Assert.Equal(SyncErrorKind.MalformedPayload, error!.Kind);
    }

    [Fact]
    public void RangesThatOverlapOrComeOutOfOrderAreRefused()
    {
        StateRange[][] wrong =
        [
            [new StateRange(4, 3), new StateRange(4, 3)],
            [new StateRange(4, 3), new StateRange(4, 2)],
            [StateRange.All, new StateRange(4, 2)],
            [new StateRange(8, 0x21), new StateRange(4, 2)],
        ];
        foreach (var ranges in wrong)
        {
            var payload = SyncCodec.Encode(new StateCompare(new StateName("s"), default, 0, 0, [.. ranges.Select(range => new StateRangeContent(range, []))]));
            Assert.Contains("does not come after", SyncCodec.Decode(payload, WireLimits.Default).Error!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheFingerprintsOfAllRangesTogetherAreBounded()
    {
        var half = new ulong[WireLimits.StateFingerprints / 2 + 1];
        var compare = new StateCompare(new StateName("s"), default, 0, 0, [new StateRangeContent(new StateRange(1, 0), half), new StateRangeContent(new StateRange(1, 1), half)]);
        Assert.Equal(SyncErrorKind.LimitExceeded, SyncCodec.Decode(SyncCodec.Encode(compare), WireLimits.Default).Error?.Kind);
    }

    [Fact]
    public void ANameThatIsNoneIsRefusedAndCannotBeMade()
    {
        foreach (var name in new[] { "", "a\nb", new string('é', 33), "\ud800" })
        {
            Assert.False(StateName.IsName(name));
            Assert.Throws<ArgumentException>(() => new StateName(name));
        }
        Assert.Equal("é", new StateName("é").Value);
        Assert.Equal(SyncErrorKind.MalformedPayload, SyncCodec.Decode(new byte[] { WireLimits.Version, (byte)SyncType.StateLevel, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, WireLimits.Default).Error?.Kind);
    }

    [Fact]
    public void WhatCameIsHashedAndSentOnAsItIs()
    {
        var entry = StateEntry.Live("k", "{ \"a\" : 1 }"u8.ToArray(), new StateStamp(5, 6, new NodeId(7)), 8);
        var push = (StatePush)SyncCodec.Decode(SyncCodec.Encode(new StatePush(new StateName("s"), default, 0, false, default, [entry])), WireLimits.Default).Value;
        var read = Assert.Single(push.Entries);
        Assert.True(entry.Bytes.Span.SequenceEqual(read.Bytes.Span));
        Assert.Equal((entry.Hash, entry.Position), (read.Hash, read.Position));
        Assert.True(read.Value.Span.SequenceEqual("{ \"a\" : 1 }"u8));
    }

    private static SyncError? Decode(SyncType type, Action<WireWriter> fields)
    {
        var writer = new WireWriter(64);
        writer.Byte(WireLimits.Version);
        writer.Byte((byte)type);
        writer.Utf8("s", StateName.MostBytes, "name");
        writer.Fixed64(1);
        writer.Number(0);
        fields(writer);
        return SyncCodec.Decode(writer.Written, WireLimits.Default).Error;
    }
}
