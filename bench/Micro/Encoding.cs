using ActorSync.Graphs;
using ActorSync.Wire;
using BenchmarkDotNet.Attributes;

namespace ActorSync.Bench.Micro;

/// <summary>1,000 commands of 100 bytes that follow each other, into the block of one message; a command each.</summary>
public class Encoding
{
    private const int Commands = 1000;

    private readonly List<Command> _commands = SampleGraph.Commands(Commands + 1, merges: 0)[1..];
    private readonly byte[] _copy = new byte[Commands * 256];

    [Benchmark(Baseline = true, OperationsPerInvoke = Commands, Description = "encode: copying a command's bytes")]
    public int Copy()
    {
        var at = 0;
        foreach (var command in _commands)
        {
            command.Bytes.Span.CopyTo(_copy.AsSpan(at));
            at += command.Bytes.Length;
        }
        return at;
    }

    [Benchmark(OperationsPerInvoke = Commands, Description = "encode: a command into a block")]
    public CommandBlock Encode() => CommandBlock.Encode(_commands);
}
