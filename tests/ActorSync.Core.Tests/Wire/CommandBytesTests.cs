using System.Security.Cryptography;
using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Wire;

public sealed class CommandBytesTests
{
    [Fact]
    public void ACommandComesBackFromItsBytes()
    {
        foreach (var command in RandomWire.Commands(new Random(5), 500))
        {
            var parsed = Command.Parse(command.Bytes).Value;
            Assert.Equal(Readable.Of([command]), Readable.Of([parsed]));
            var restored = Command.Restore(command.Id, command.Bytes);
            Assert.Equal(Readable.Of([command]), Readable.Of([restored]));
            Assert.Equal(new CommandId(SHA256.HashData(command.Bytes.Span)), command.Id);
            Assert.InRange(command.Bytes.Length - command.Payload.Length, 2, Command.MaxOverhead);
        }
    }

    [Fact]
    public void BytesThatAreCutBeforeThePayloadAreNoCommand()
    {
        foreach (var command in GoldenSamples.Commands.Values)
            for (var size = 0; size < command.Bytes.Length - command.Payload.Length; size++)
                Assert.Equal(SyncErrorKind.MalformedPayload, Command.Parse(command.Bytes[..size]).Error?.Kind);
    }

    [Fact]
    public void AMergeIsTheSameWhicheverPriorIsNamedFirst()
    {
        var (one, other) = (GoldenSamples.Bread.Address, GoldenSamples.Ann.Address);
        Assert.Equal(Command.Merge(one, other).Id, Command.Merge(other, one).Id);
        Assert.Throws<ArgumentException>(() => Command.Merge(one, one));
    }

    [Fact]
    public void PriorPriorityAndPayloadMustGoTogether()
    {
        var address = GoldenSamples.Milk.Address;
        var (single, merge) = (Prior.Single(address), Prior.Merge(address, GoldenSamples.Init.Address));
        Assert.Throws<ArgumentException>(() => Command.Create(Prior.None, Priority.Basic(1), default));
        Assert.Throws<ArgumentException>(() => Command.Create(single, Priority.Init, default));
        Assert.Throws<ArgumentException>(() => Command.Create(single, Priority.Merge, default));
        Assert.Throws<ArgumentException>(() => Command.Create(merge, Priority.Finalize, default));
        Assert.Throws<ArgumentException>(() => Command.Create(merge, Priority.Merge, [1]));
    }

    [Theory]
    [InlineData("020c", "format")]
    [InlineData("010f", "kind")]
    [InlineData("011c", "kind")]
    [InlineData("0104", "prior")]
    [InlineData("0100", "prior")]
    [InlineData("010d", "prior is cut")]
    public void WhatIsWrongIsSaid(string hex, string word)
    {
        var error = Command.Parse(Convert.FromHexString(hex)).Error;
        Assert.Equal(SyncErrorKind.MalformedPayload, error?.Kind);
        Assert.Contains(word, error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APriorsMaxCutLeavesRoomForOneMore()
    {
        var bytes = new List<byte> { 1, 5 };
        bytes.AddRange(new byte[CommandId.Size]);
        byte[] greatest = [.. bytes, 0xfe, 0xff, 0xff, 0xff, 0x07, 0];
        byte[] over = [.. bytes, 0xff, 0xff, 0xff, 0xff, 0x07, 0];
        Assert.Equal(int.MaxValue, Command.Parse(greatest).Value.Address.MaxCut);
        Assert.NotNull(Command.Parse(over).Error);
    }

    [Fact]
    public void AMergesPriorsOutOfOrderAreRefused()
    {
        var bytes = GoldenSamples.Merge.Bytes.ToArray();
        const int AddressSize = CommandId.Size + 1;
        byte[] swapped = [.. bytes[..2], .. bytes[(2 + AddressSize)..], .. bytes[2..(2 + AddressSize)]];
        Assert.Contains("not in order", Command.Parse(swapped).Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedBytesOfAStoreAreAnException()
    {
        var thrown = Assert.Throws<SyncException>(() => Command.Restore(GoldenSamples.Init.Id, new byte[] { 9, 9 }));
        Assert.Equal(SyncErrorKind.StoreDamaged, thrown.Error.Kind);
    }
}
