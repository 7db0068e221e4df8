using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

public sealed class CommandBlockWriterTests
{
    [Fact]
    public void SizeIsAlwaysThatOfTheBlock()
    {
        var writer = new CommandBlockWriter(WireLimits.Default, int.MaxValue);
        Assert.Equal(writer.Size, writer.ToBlock().Bytes.Length);
        var commands = RandomWire.Commands(new Random(2), 300, before: 5);
        for (var count = 1; count <= commands.Count; count++)
        {
            Assert.True(writer.TryAdd(commands[count - 1]));
            Assert.Equal(count, writer.Count);
            Assert.Equal(writer.Size, writer.ToBlock().Bytes.Length);
            Assert.Equal(count, writer.ToBlock().Decode(WireLimits.Default).Value.Count);
        }
    }

    [Fact]
    public void TheBlockIsTheLongestPrefixThatFits()
    {
        var random = new Random(4);
        var commands = RandomWire.Commands(random, 150, before: 3);
        var sizes = Enumerable.Range(0, commands.Count + 1).Select(count => CommandBlock.Encode(commands.Take(count)).Bytes.Length).ToArray();
        var writer = new CommandBlockWriter(WireLimits.Default, 0);
        for (var maxBytes = sizes[0]; maxBytes <= sizes[^1]; maxBytes++)
        {
            writer.Reset(maxBytes);
            var added = commands.TakeWhile(writer.TryAdd).Count();
            Assert.Equal(sizes.Count(size => size <= maxBytes) - 1, added);
            Assert.Equal(sizes[added], writer.Size);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsLeftOutAndASmallerCommandMayFollow()
    {
        var large = Command.Create(Prior.Single(GoldenSamples.Init.Address), Priority.Basic(9), new byte[1000]);
        var writer = new CommandBlockWriter(WireLimits.Default, 100);
        Assert.True(writer.TryAdd(GoldenSamples.Init));
        var before = writer.ToBlock().Bytes;
        Assert.False(writer.TryAdd(large));
        Assert.True(writer.ToBlock().Bytes.Span.SequenceEqual(before.Span));
        Assert.True(writer.TryAdd(GoldenSamples.Milk));
        Assert.Equal(Readable.Of([GoldenSamples.Init, GoldenSamples.Milk]), Readable.Of(writer.ToBlock().Decode(WireLimits.Default).Value));
    }

    [Fact]
    public void TheLimitOfCommandsHoldsToo()
    {
        var writer = new CommandBlockWriter(new WireLimits { CommandsPerMessage = 1 }, int.MaxValue);
        Assert.True(writer.TryAdd(GoldenSamples.Init));
        Assert.False(writer.TryAdd(GoldenSamples.Milk));
        Assert.Equal(1, writer.Count);
    }

    [Fact]
    public void AfterAResetNothingIsLeftOfTheBlockBefore()
    {
        var writer = new CommandBlockWriter(WireLimits.Default, 1000);
        foreach (var command in GoldenSamples.Blocks["Block.Merges"])
            Assert.True(writer.TryAdd(command));
        var first = writer.ToBlock();
        var copy = first.Bytes.ToArray();
        writer.Reset(1000);
        Assert.Equal(0, writer.Count);
        foreach (var command in GoldenSamples.Blocks["Block.MergeHalfExplicit"])
            Assert.True(writer.TryAdd(command));
        Assert.Equal(Golden.Read("Block.MergeHalfExplicit"), writer.ToBlock().Bytes.ToArray());
        Assert.Equal(copy, first.Bytes.ToArray());
    }

    [Fact]
    public void ABlockWithTheRoomThatAPushLeavesFillsThePayload()
    {
        var commands = RandomWire.Commands(new Random(8), 400);
        for (var payloadBytes = 200; payloadBytes < 4000; payloadBytes += 37)
        {
            var index = (uint)payloadBytes;
            var writer = new CommandBlockWriter(WireLimits.Default, payloadBytes - SyncCodec.PushOverhead(index));
            var count = commands.TakeWhile(writer.TryAdd).Count();
            Assert.InRange(PushSize(index, commands.Take(count)), 0, payloadBytes);
            Assert.True(PushSize(index, commands.Take(count + 1)) > payloadBytes);
        }
    }

    [Fact]
    public void TheOverheadsAreExact()
    {
        var random = new Random(6);
        for (var i = 0; i < 200; i++)
        {
            var push = (Push)RandomWire.Message(random, SyncType.Push);
            Assert.Equal(SyncCodec.PushOverhead(push.Index), SyncCodec.Encode(push).Length - push.Commands.Bytes.Length);
            var response = (PollResponse)RandomWire.Message(random, SyncType.PollResponse);
            Assert.Equal(SyncCodec.PollResponseOverhead(response.Index, response.Left), SyncCodec.Encode(response).Length - response.Commands.Bytes.Length);
        }
    }

    private static int PushSize(uint index, IEnumerable<Command> commands) =>
        SyncCodec.Encode(new Push(default, default, index, CommandBlock.Encode(commands))).Length;
}
