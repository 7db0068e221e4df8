using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

public sealed class CommandBlockTests
{
    private static readonly byte[] NoCheck = new byte[8];

    [Fact]
    public void RandomGraphsComeBackAsTheyWere()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var commands = RandomWire.Commands(random, random.Next(1, 200), before: random.Next(20), random.Next(60), random.Next(60));
            var decoded = CommandBlock.Encode(commands).Decode(WireLimits.Default).Value;
            Assert.Equal(commands.Count, decoded.Count);
            for (var k = 0; k < commands.Count; k++)
            {
                Assert.Equal(commands[k].Address, decoded[k].Address);
                Assert.True(commands[k].Bytes.Span.SequenceEqual(decoded[k].Bytes.Span));
            }
        }
    }

    [Fact]
    public void AnEmptyBlockIsACountAndACheck()
    {
        var block = CommandBlock.Encode([]);
        Assert.Equal(9, block.Bytes.Length);
        Assert.Empty(block.Decode(WireLimits.Default).Value);
    }

    [Fact]
    public void AReferenceNeverStandsForAnotherMaxCut()
    {
        var wrong = GoldenSamples.Milk.Address with { MaxCut = 9 };
        var child = Command.Create(Prior.Single(wrong), Priority.Basic(0), default);
        var decoded = CommandBlock.Encode([GoldenSamples.Milk, child]).Decode(WireLimits.Default).Value;
        Assert.Equal(wrong, decoded[1].Prior.Left);
    }

    [Fact]
    public void IdsMayBeDerivedByAHook()
    {
        var identity = new ReversedIdentity();
        var init = Command.Init("a"u8, identity);
        var next = Command.Create(Prior.Single(init.Address), Priority.Basic(4), "b"u8, identity);
        var block = CommandBlock.Encode([init, next]);
        Assert.Equal(next.Id, block.Decode(WireLimits.Default, identity).Value[1].Id);
        Assert.Equal(SyncErrorKind.WrongId, block.Decode(WireLimits.Default).Error?.Kind);
    }

    [Fact]
    public void ADamagedPayloadIsAWrongId()
    {
        var bytes = CommandBlock.Encode([GoldenSamples.Init, GoldenSamples.Milk]).Bytes.ToArray();
        bytes[^9] ^= 1;
        Refused(SyncErrorKind.WrongId, "derived otherwise", bytes);
    }

    [Fact]
    public void TheSameCommandTwiceIsADuplicate()
    {
        var block = CommandBlock.Encode([GoldenSamples.Ann, GoldenSamples.Bread, GoldenSamples.Ann]);
        Refused(SyncErrorKind.Duplicate, "command 2", block.Bytes.ToArray());
    }

    [Fact]
    public void TheSameCommandTwiceIsADuplicateWhereverTheySit()
    {
        var run = new List<Command> { GoldenSamples.Init };
        for (var i = 1; i < 20; i++)
            run.Add(Command.Create(Prior.Single(run[^1].Address), Priority.Basic(0), [(byte)i]));
        for (var first = 0; first < run.Count; first++)
        {
            for (var again = first + 1; again <= run.Count; again++)
            {
                Command[] block = [.. run[..again], run[first], .. run[again..]];
                Refused(SyncErrorKind.Duplicate, $"command {again} ", CommandBlock.Encode(block).Bytes.ToArray());
            }
        }
    }

    [Theory]
    [InlineData(5)] // A tag's highest bits are kept for later versions.
    [InlineData(7)]
    public void ATagWithAnUnknownBitIsRefused(int bit) => Refused(SyncErrorKind.MalformedPayload, "tag", [1, (byte)(1 << bit), 0, .. NoCheck]);

    [Theory]
    [InlineData(PriorForm.None, PriorityForm.Basic)]
    [InlineData(PriorForm.None, PriorityForm.SameBasic)]
    [InlineData(PriorForm.None, PriorityForm.Finalize)]
    [InlineData(PriorForm.Explicit, PriorityForm.Implied)]
    [InlineData(PriorForm.MergeExplicitExplicit, PriorityForm.Basic)]
    [InlineData((PriorForm)7, PriorityForm.Implied)]
    public void PriorAndPriorityMustGoTogether(object prior, object priority) =>
        Refused(SyncErrorKind.MalformedPayload, "command 0 at byte 1: its tag", [1, Tag((PriorForm)prior, (PriorityForm)priority), .. new byte[100]]);

    [Fact]
    public void AReferenceStaysInTheBlock()
    {
        Refused(SyncErrorKind.MalformedPayload, "1 commands back, and 0 come before", [1, Tag(PriorForm.Previous, PriorityForm.SameBasic), 0, .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, "0 commands back", [.. OneInit(2), Tag(PriorForm.Back, PriorityForm.SameBasic), 0, 0, .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, "2 commands back", [.. OneInit(2), Tag(PriorForm.Back, PriorityForm.SameBasic), 2, 0, .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, $"{ulong.MaxValue} commands back", [.. OneInit(2), Tag(PriorForm.Back, PriorityForm.SameBasic), .. Number(ulong.MaxValue), 0, .. NoCheck]);
    }

    [Fact]
    public void AMergeOfACommandWithItselfIsRefused() =>
        Refused(SyncErrorKind.InvalidCommand, "with itself", [.. OneInit(2), Tag(PriorForm.MergeBackBack, PriorityForm.Implied), 1, 1, .. NoCheck]);

    [Fact]
    public void NothingFollowsTheGreatestMaxCut()
    {
        byte[] greatest = [Tag(PriorForm.Explicit, PriorityForm.SameBasic), .. new byte[CommandId.Size], .. Number(int.MaxValue - 1), 0];
        byte[] over = [Tag(PriorForm.Explicit, PriorityForm.SameBasic), .. new byte[CommandId.Size], .. Number(int.MaxValue), 0];
        Refused(SyncErrorKind.WrongId, "ids", [1, .. greatest, .. NoCheck]);
        Refused(SyncErrorKind.WrongMaxCut, "command 0", [1, .. over, .. NoCheck]);
        Refused(SyncErrorKind.WrongMaxCut, "command 1", [2, .. greatest, Tag(PriorForm.Previous, PriorityForm.SameBasic), 0, .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, "its prior", [1, .. over[..33], .. Number(1UL << 31), 0, .. NoCheck]);
    }

    [Fact]
    public void NumbersInALongerFormAreRefused()
    {
        Refused(SyncErrorKind.MalformedPayload, "shortest form", [0x80, 0, .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, "bytes of its payload", [1, Tag(PriorForm.None, PriorityForm.Implied), 0x80, 0, .. NoCheck]);
    }

    [Fact]
    public void BytesAfterTheCheckAreRefused() =>
        Refused(SyncErrorKind.MalformedPayload, "1 bytes follow", [.. CommandBlock.Encode([GoldenSamples.Init]).Bytes.Span, 0]);

    [Fact]
    public void ACountThatTheBytesCannotHoldIsRefusedBeforeAnythingIsAllocated()
    {
        Refused(SyncErrorKind.LimitExceeded, "at most 4096", [.. Number(1UL << 31), .. NoCheck]);
        Refused(SyncErrorKind.LimitExceeded, "at most 4096", [.. Number(ulong.MaxValue), .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, "cannot be in the 8 bytes", [.. Number(4096), .. NoCheck]);
    }

    [Fact]
    public void ALengthThatTheBytesCannotHoldIsRefusedBeforeAnythingIsAllocated()
    {
        Refused(SyncErrorKind.LimitExceeded, "at most 2147483647", [1, 0, .. Number(1UL << 63), .. NoCheck]);
        Refused(SyncErrorKind.MalformedPayload, "cannot be in the 8 bytes", [1, 0, .. Number(700_000), .. NoCheck]);
    }

    [Fact]
    public void TheLimitsAreThoseOfTheReader()
    {
        var block = CommandBlock.Encode([GoldenSamples.Init, GoldenSamples.Milk]);
        Assert.Equal(SyncErrorKind.LimitExceeded, block.Decode(new WireLimits { CommandsPerMessage = 1 }).Error?.Kind);
        Assert.Null(block.Decode(new WireLimits { CommandsPerMessage = 2 }).Error);
    }

    // Found by reading: one command over the limit refused the whole block, which then came again for ever.
    [Fact]
    public void ACommandsPayloadIsForItsGraphToLimit()
    {
        var large = Command.Create(Prior.Single(GoldenSamples.Init.Address), Priority.Basic(0), new byte[GraphLimits.Default.CommandPayloadBytes + 1]);
        Assert.Equal(2, CommandBlock.Encode([GoldenSamples.Init, large]).Decode(WireLimits.Default).Value.Count);
    }

    private static void Refused(SyncErrorKind kind, string words, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = new CommandBlock(bytes).Decode(WireLimits.Default).Error;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384);
        Assert.NotNull(error);
        Assert.Equal(kind, error.Kind);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private static byte[] OneInit(byte count) => [count, Tag(PriorForm.None, PriorityForm.Implied), 0];

    private static byte Tag(PriorForm prior, PriorityForm priority) => (byte)((int)prior | (int)priority << 3);

    private static byte[] Number(ulong value)
    {
        var bytes = new byte[Varint.Size(value)];
        Varint.Write(bytes, value);
        return bytes;
    }

    private sealed class ReversedIdentity : ICommandIdentity
    {
        public CommandId Identify(Prior prior, Priority priority, ReadOnlySpan<byte> payload)
        {
            Span<byte> id = stackalloc byte[CommandId.Size];
            id.Clear();
            BinaryPrimitives.WriteInt32BigEndian(id, prior.MaxCut);
            payload.CopyTo(id[8..]);
            id.Reverse();
            id[0] = (byte)payload.Length;
            return new CommandId(id);
        }
    }
}
