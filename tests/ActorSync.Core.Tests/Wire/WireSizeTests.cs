using ActorSync.Graphs;
using ActorSync.Wire;
using Xunit.Abstractions;

namespace ActorSync.Core.Tests.Wire;

/// <summary>What the wire costs beside what it carries.</summary>
public sealed class WireSizeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 0)]
    [InlineData(100, 300)]
    [InlineData(127, 5)]
    [InlineData(16_000, 5)]
    public void ALinearRunTakesAtMostFourBytesACommandBesideThePayload(int payloadBytes, uint priority)
    {
        const int Count = 50;
        var commands = new List<Command> { GoldenSamples.Milk };
        while (commands.Count < Count)
            commands.Add(Command.Create(Prior.Single(commands[^1].Address), Priority.Basic(priority), new byte[payloadBytes]));
        var payload = commands.Sum(command => command.Payload.Length);
        var overhead = CommandBlock.Encode(commands).Bytes.Length - payload;
        output.WriteLine($"{(double)overhead / Count:f2} bytes a command beside {payloadBytes} of payload");
        // The first prior is an address, the first priority a number; count and check stand once.
        var fixedBytes = CommandId.Size + 5 + 5 + 2 + CommandBlock.CheckSize(isShort: false);
        Assert.InRange(overhead, 0, 4 * Count + fixedBytes);
    }

    [Fact]
    public void BranchesAndMergesTakeLittleMore()
    {
        var commands = RandomWire.Commands(new Random(30), 4000, mergePercent: 30, branchPercent: 40);
        var merges = commands.Count(command => command.Priority == Priority.Merge);
        var overhead = CommandBlock.Encode(commands).Bytes.Length - commands.Sum(command => command.Payload.Length);
        output.WriteLine($"{(double)overhead / commands.Count:f2} bytes a command, {100.0 * merges / commands.Count:f0} % merges");
        Assert.InRange((double)merges / commands.Count, 0.25, 0.35);
        Assert.InRange((double)overhead / commands.Count, 0, 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void LevelPeersExchangeLessThanTwoHundredBytes(int heads)
    {
        var head = new Address(RandomWire.Id(new Random(1)), int.MaxValue);
        var sample = new Sample(heads, true, [.. Enumerable.Repeat(head, heads)]);
        var poll = new Poll(new SessionId(ulong.MaxValue), new GraphId(head.Id), 0, ulong.MaxValue, int.MaxValue, head.Id, sample);
        var bytes = SyncCodec.Encode(poll).Length + SyncCodec.Encode(new Level(poll.Session)).Length;
        output.WriteLine($"{bytes} bytes both ways with {heads} heads, every number as large as it may be");
        Assert.InRange(bytes, 1, 199);
    }

    [Fact]
    public void EveryMessageOfFixedListsFitsIntoTheSmallestPayload()
    {
        var address = new Address(new CommandId(new byte[CommandId.Size]), int.MaxValue);
        var sample = new Sample(WireLimits.SampleAddresses, true, [.. Enumerable.Repeat(address, WireLimits.SampleAddresses)]);
        var graph = new GraphId(address.Id);
        var id = new SubscriptionId(ulong.MaxValue);
        var session = new SessionId(ulong.MaxValue);
        var known = new bool[WireLimits.SampleAddresses];
        var fits = new SyncMessage[]
        {
            new Poll(session, graph, int.MaxValue, ulong.MaxValue, int.MaxValue, address.Id, sample),
            new Narrow(session, int.MaxValue, known),
            new Narrowed(session, new ulong[WireLimits.ShortIds]),
            new RequestMissing(session, [.. Enumerable.Repeat(int.MaxValue, WireLimits.MissingIndexes)]),
            new Subscribe(id, uint.MaxValue, uint.MaxValue, ulong.MaxValue, [new SubscribeGraph(graph, sample)]),
            new Subscribed(id, uint.MaxValue, uint.MaxValue, ulong.MaxValue, [.. Enumerable.Repeat(new SubscribedGraph(graph, null, known), WireLimits.GraphsPerSubscribe)]),
            new Unsubscribe(id, uint.MaxValue, [.. Enumerable.Repeat(graph, WireLimits.GraphsPerSubscribe)]),
            new PushAck(id, graph, uint.MaxValue, sample.Addresses),
            new Hold(graph, uint.MaxValue, default, sample.Addresses),
            new HoldingAck(graph, uint.MaxValue, default, true, known),
            new ForwardResult(ulong.MaxValue, address, SyncErrorKind.Busy, new string('a', WireLimits.SentenceBytes)),
            new NumberGraphs(id, [.. Enumerable.Repeat(new NumberedGraph(graph, uint.MaxValue), WireLimits.GraphsPerSubscribe)]),
            new SyncFailure(SyncErrorKind.Busy, ulong.MaxValue, graph, new string('a', WireLimits.SentenceBytes)),
        };
        Assert.All(fits, message => Assert.InRange(SyncCodec.Encode(message).Length, 1, WireLimits.SmallestPayloadBytes));
        var many = new Subscribe(id, uint.MaxValue, uint.MaxValue, ulong.MaxValue, [.. Enumerable.Repeat(new SubscribeGraph(graph, sample), 3)]);
        Assert.Equal(SyncCodec.SubscribeOverhead + many.Graphs.Sum(SyncCodec.SizeOf), SyncCodec.Encode(many).Length);
    }
}
