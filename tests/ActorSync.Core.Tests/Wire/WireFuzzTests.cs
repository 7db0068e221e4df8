using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>Mutated payloads: whatever comes in, the answer is a message or a typed error, and no more memory than fits.</summary>
public sealed class WireFuzzTests
{
    // A command of two bytes on the wire is at most 400 in memory: the object, its canonical bytes, its place in tables.
    private const long BytesPerByte = 200;
    private const long BytesBeside = 8192;

    [Theory]
    [InlineData(1, 50_000)]
    [InlineData(2, 50_000)]
    public void NoMutationThrowsOrAllocatesWithoutBound(int seed, int count)
    {
        var random = new Random(seed);
        var corpus = Corpus(random);
        var refused = new Dictionary<SyncErrorKind, int>();
        for (var i = 0; i < count; i++)
        {
            var payload = Mutate(random, corpus);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Read(payload);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= BytesBeside + BytesPerByte * payload.Length, $"seed {seed}, payload {i}: {allocated} bytes for {Convert.ToHexString(payload)}");
            if (error is not null)
                refused[error.Kind] = refused.GetValueOrDefault(error.Kind) + 1;
        }
        // The mutations reach past the first check: every error of the wire was given.
        Assert.Superset(
            new HashSet<SyncErrorKind>
            {
                SyncErrorKind.MalformedPayload, SyncErrorKind.UnknownVersion, SyncErrorKind.UnknownType, SyncErrorKind.LimitExceeded, SyncErrorKind.WrongId,
            },
            refused.Keys.ToHashSet());
    }

    [Fact]
    public void TheSmallestCommandsStayWithinTheBoundToo()
    {
        var commands = new List<Command> { Command.Init(default) };
        while (commands.Count < WireLimits.Default.CommandsPerMessage)
            commands.Add(Command.Create(Prior.Single(commands[^1].Address), Priority.Basic(0), default));
        var bytes = CommandBlock.Encode(commands).Bytes;
        Assert.InRange(bytes.Length, 2 * commands.Count, 2 * commands.Count + 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(new CommandBlock(bytes).Decode(WireLimits.Default).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, BytesBeside + BytesPerByte * bytes.Length);
    }

    private static SyncError? Read(byte[] payload)
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

    private static List<byte[]> Corpus(Random random)
    {
        var corpus = GoldenSamples.Messages.Select(message => SyncCodec.Encode(message).ToArray()).ToList();
        foreach (var type in Enum.GetValues<SyncType>())
            corpus.Add(SyncCodec.Encode(RandomWire.Message(random, type)).ToArray());
        foreach (var commands in GoldenSamples.Blocks.Values)
            corpus.Add(SyncCodec.Encode(new Push(default, default, 0, CommandBlock.Encode(commands))).ToArray());
        return corpus;
    }

    private static byte[] Mutate(Random random, List<byte[]> corpus)
    {
        var bytes = corpus[random.Next(corpus.Count)].ToList();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.InsertRange(at, RandomWire.Bytes(random, random.Next(1, 5)));
                    break;
                case 4:
                    bytes.RemoveRange(at, random.Next(1, Math.Min(bytes.Count - at, 40) + 1));
                    break;
                case 5:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 10)));
                    break;
                default:
                    var other = corpus[random.Next(corpus.Count)];
                    bytes.InsertRange(at, other[random.Next(other.Length)..]);
                    break;
            }
        }
        return [.. bytes];
    }
}
