using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>The wire stays as it was written down. A difference here is a new version of the protocol, not a new file.</summary>
public sealed class GoldenTests
{
    public static TheoryData<SyncType> Types => [.. Enum.GetValues<SyncType>()];

    public static TheoryData<string> Blocks => [.. GoldenSamples.Blocks.Keys];

    public static TheoryData<string> Commands => [.. GoldenSamples.Commands.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryMessageIsWrittenAsItsGoldenFileSays(SyncType type)
    {
        var message = Assert.Single(GoldenSamples.Messages, message => message.Type == type);
        Golden.Check(type.ToString(), SyncCodec.Encode(message).Span, Readable.Of(message));
        var read = SyncCodec.Decode(Golden.Read(type.ToString()), WireLimits.Default).Value;
        Assert.Equal(Readable.Of(message), Readable.Of(read));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void EveryBlockIsWrittenAsItsGoldenFileSays(string name)
    {
        var commands = GoldenSamples.Blocks[name];
        Golden.Check(name, CommandBlock.Encode(commands).Bytes.Span, Readable.Of(commands));
        var read = new CommandBlock(Golden.Read(name)).Decode(WireLimits.Default).Value;
        Assert.Equal(Readable.Of(commands), Readable.Of(read));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void EveryCommandHasTheBytesAndTheIdOfItsGoldenFile(string name)
    {
        var command = GoldenSamples.Commands[name];
        Golden.Check(name, command.Bytes.Span, Readable.Of([command]));
        Assert.Equal(Readable.Of([command]), Readable.Of([Command.Parse(Golden.Read(name)).Value]));
    }

    [Fact]
    public void NoGoldenFileIsLeftOver()
    {
        var names = GoldenSamples.Messages.Select(message => message.Type.ToString()).Concat(GoldenSamples.Blocks.Keys).Concat(GoldenSamples.Commands.Keys);
        var files = Directory.GetFiles(Golden.Folder).Select(path => Path.GetFileName(path)!);
        Assert.Equal(names.SelectMany(name => new[] { name + ".hex", name + ".txt" }).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Push")]
    [InlineData("ShortPush")]
    [InlineData("ShortAck")]
    [InlineData("StatePush")]
    [InlineData("Command.Basic")]
    public void TheWorkedExampleOfTheDocumentIsTheGoldenFile(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "wire.md"));
        var example = lines.SkipWhile(line => line != $"<!-- golden: {name} -->").Skip(2).TakeWhile(line => line != "```");
        var bytes = Golden.ParseHex(string.Concat(example.Select(line => line.Split(';')[0])));
        Assert.Equal(Golden.Read(name), bytes);
    }

    [Fact]
    public void EveryGoldenPayloadThatIsCutAnywhereIsMalformed()
    {
        foreach (var message in GoldenSamples.Messages)
        {
            ReadOnlyMemory<byte> payload = Golden.Read(message.Type.ToString());
            for (var size = 0; size < payload.Length; size++)
                Assert.Equal(SyncErrorKind.MalformedPayload, ErrorOf(payload[..size])?.Kind);
        }
    }

    [Fact]
    public void EveryGoldenPayloadWithAByteMoreIsMalformed()
    {
        foreach (var message in GoldenSamples.Messages)
            Assert.Equal(SyncErrorKind.MalformedPayload, ErrorOf((byte[])[.. Golden.Read(message.Type.ToString()), 0])?.Kind);
    }

    [Fact]
    public void EveryGoldenBlockThatIsCutAnywhereIsMalformed()
    {
        foreach (var name in GoldenSamples.Blocks.Keys)
        {
            ReadOnlyMemory<byte> block = Golden.Read(name);
            for (var size = 0; size < block.Length; size++)
                Assert.Equal(SyncErrorKind.MalformedPayload, new CommandBlock(block[..size]).Decode(WireLimits.Default).Error?.Kind);
        }
    }

    private static SyncError? ErrorOf(ReadOnlyMemory<byte> payload)
    {
        if (!SyncCodec.Decode(payload, WireLimits.Default).TryGet(out var message, out var error))
            return error;
        return message switch
        {
            Push push => push.Commands.Decode(WireLimits.Default).Error,
            ShortPush push => push.Commands.Decode(WireLimits.Default, follows: GoldenSamples.Milk.Address).Error,
            PollResponse response => response.Commands.Decode(WireLimits.Default).Error,
            _ => null,
        };
    }
}
