using System.Text;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Core.Tests.States;

public sealed class EntryJsonTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void WhatGoesBetweenNodesComesBackAsItWas()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var entries = Enumerable.Range(0, random.Next(20)).Select(i => RandomState.Entry(random)).DistinctBy(entry => entry.Key).ToArray();
            var read = EntryJsonReader.ReadEntries(EntryJson.ToBytes(entries), Day).Value;
            Assert.Equal(entries.Select(entry => entry.Hash), read.Select(entry => entry.Hash));
        }
    }

    [Fact]
    public void APeerThatGivesOnlyValueTsAndTtlIsUnderstood()
    {
        var entries = ReadEntries("""{"a": {"value": [1, 2], "ts": 5, "ttl": 60000}, "b": {"value": null, "ts": 6, "ttl": null, "color": {"more": [1]}}, "c": {"ts": 7, "deleted": true}}""").Value;
        Assert.Equal(
            [StateEntry.Live("a", "[1,2]"u8.ToArray(), new StateStamp(5, 0, default), 60_000).Hash, StateEntry.Live("b", "null"u8.ToArray(), new StateStamp(6, 0, default)).Hash, StateEntry.Tombstone("c", new StateStamp(7, 0, default), 86_400_000).Hash],
            entries.Select(entry => entry.Hash));
        Assert.Equal(new NodeId(0xff), ReadEntries("""{"a":{"value":1,"ts":1,"node":"000000000000000000000000000000ff","counter":3}}""").Value[0].Stamp.Node);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":{"value":1,"ts":1}""")]
    [InlineData("""{"a":{"value":1,"ts":1},}""")]
    [InlineData("""{"a":{"value":1,"ts":1},"a":{"value":2,"ts":2}}""")]
    [InlineData("""{"a":{"value":1}}""")]
    [InlineData("""{"a":{"ts":1}}""")]
    [InlineData("""{"a":{"value":1,"ts":1.5}}""")]
    [InlineData("""{"a":{"value":1,"ts":-1}}""")]
    [InlineData("""{"a":{"value":1,"ts":9007199254740992}}""")]
    [InlineData("""{"a":{"value":1,"ts":1,"ttl":0}}""")]
    [InlineData("""{"a":{"value":1,"ts":1,"counter":4294967296}}""")]
    [InlineData("""{"a":{"value":1,"ts":1,"node":"7"}}""")]
    [InlineData("""{"a":{"value":1,"ts":1,"deleted":"yes"}}""")]
    [InlineData("""{"":{"value":1,"ts":1}}""")]
    [InlineData("""{"\ud800":{"value":1,"ts":1}}""")]
    [InlineData("""{"a":{"value":tru,"ts":1}}""")]
    public void WhatIsNoMapOfEntriesIsRefusedWhole(string json)
    {
        Assert.Equal(SyncErrorKind.MalformedPayload, ReadEntries(json).Error?.Kind);
    }

    [Fact]
    public void BytesThatAreNoTextAKeyOf64KilobytesAndAValueThatIsTooDeepAreRefused()
    {
        Assert.Equal(SyncErrorKind.MalformedPayload, EntryJsonReader.ReadEntries(new byte[] { 0x7b, 0x22, 0xff, 0x22, 0x7d }, Day).Error?.Kind);
        Assert.Contains("it has 65536 bytes, and no node takes one of more than 1024", ReadEntries($$$"""{"{{{new string('k', 65536)}}}":{"value":1,"ts":1}}""").Error!.Message, StringComparison.Ordinal);
        Assert.Null(ReadEntries($$$"""{"a":{"value":{{{Nested(64)}}},"ts":1}}""").Error);
        Assert.Equal(SyncErrorKind.MalformedPayload, ReadEntries($$$"""{"a":{"value":{{{Nested(65)}}},"ts":1}}""").Error?.Kind);
    }

    [Theory]
    [InlineData("value", """{"a":{"value":1,"ts":1,"value":2}}""")]
    [InlineData("value", """{"a":{"value":1,"ts":1,"val\u0075e":2}}""")]
    [InlineData("ts", """{"a":{"value":1,"ts":1,"ts":1}}""")]
    [InlineData("ttl", """{"a":{"value":1,"ts":1,"ttl":null,"ttl":5}}""")]
    [InlineData("counter", """{"a":{"value":1,"ts":1,"counter":1,"counter":2}}""")]
    [InlineData("node", """{"a":{"value":1,"ts":1,"node":"000000000000000000000000000000ff","node":"000000000000000000000000000000ff"}}""")]
    [InlineData("deleted", """{"a":{"ts":1,"deleted":false,"deleted":true}}""")]
    public void AFieldThatStandsThereTwiceIsRefusedByKeyAndField(string field, string json)
    {
        var error = ReadEntries(json).Error;
        Assert.Equal((SyncErrorKind.MalformedPayload, $"the body is no map of entries: the key \"a\": its {field} stands there twice"), (error?.Kind, error?.Message));
    }

    [Fact]
    public void AnErrorSaysWhichKeyAndWhatIsWrong()
    {
        var message = ReadEntries("""{"good":{"value":1,"ts":1},"bad":{"value":1,"ts":"now"}}""").Error!.Message;
        Assert.Contains("\"bad\": its ts is no whole number", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWriteOfAnApplicationNeedsAValueAndNothingElseAndSlipsOfThePenAreTold()
    {
        var set = Assert.Single(EntryJsonReader.ReadSets("""{"a":{"value":{"x":1}}}"""u8.ToArray()).Value);
        Assert.Equal(("a", null, null), (set.Key, set.TtlMilliseconds, set.Milliseconds));
        Assert.Contains("no tll", EntryJsonReader.ReadSets("""{"a":{"value":1,"tll":5}}"""u8.ToArray()).Error!.Message, StringComparison.Ordinal);
        Assert.NotNull(EntryJsonReader.ReadSets("""{"a":{"value":1,"node":"000000000000000000000000000000ff"}}"""u8.ToArray()).Error);
    }

    [Fact]
    public void TheBodyOfOneKeyCannotSpeakOfAnother()
    {
        Assert.Equal("a\"b", Assert.Single(EntryJsonReader.ReadSet("a\"b", """{"value":1}"""u8.ToArray()).Value).Key);
        Assert.Equal(SyncErrorKind.MalformedPayload, EntryJsonReader.ReadSet("a", """{"value":1},"other":{"value":2}"""u8.ToArray()).Error?.Kind);
        Assert.Equal(SyncErrorKind.MalformedPayload, EntryJsonReader.ReadSet("a", """{"value":1}} {"""u8.ToArray()).Error?.Kind);
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static Result<IReadOnlyList<StateEntry>> ReadEntries(string json) => EntryJsonReader.ReadEntries(Encoding.UTF8.GetBytes(json), Day);
}
