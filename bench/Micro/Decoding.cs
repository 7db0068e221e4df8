using System.Security.Cryptography;
using ActorSync.Graphs;
using ActorSync.Wire;
using BenchmarkDotNet.Attributes;

namespace ActorSync.Bench.Micro;

/// <summary>1,000 commands of 100 bytes out of the block of one message, their ids derived; a command each.</summary>
public class Decoding
{
    private const int Commands = 1000;

    private readonly List<Command> _commands = SampleGraph.Commands(Commands + 1, merges: 0)[1..];
    private readonly byte[] _hash = new byte[CommandId.Size];
    private CommandBlock _block = null!;

    [GlobalSetup]
    public void Setup() => _block = CommandBlock.Encode(_commands);

    [Benchmark(Baseline = true, OperationsPerInvoke = Commands, Description = "decode: the framework's SHA-256 alone")]
    public void HashAlone()
    {
        foreach (var command in _commands)
            SHA256.HashData(command.Bytes.Span, _hash);
    }

    [Benchmark(OperationsPerInvoke = Commands, Description = "decode: a command out of a block")]
    public IReadOnlyList<Command> Decode() => _block.Decode(WireLimits.Default).Value;
}
