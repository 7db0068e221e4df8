using ActorSync.Graphs;
using BenchmarkDotNet.Attributes;

namespace ActorSync.Bench.Micro;

/// <summary>The order of all commands of a graph of eight writers, from nothing; a command each.</summary>
public class Weaving
{
    private const int Commands = 100_000;

    private GraphSnapshot _graph = null!;

    [GlobalSetup]
    public void Setup() => _graph = SampleGraph.SnapshotOf(SampleGraph.Commands(Commands));

    [Benchmark(OperationsPerInvoke = Commands, Description = "weave: a command of 100,000, 8 writers, 30 % merges")]
    public GraphWeave Weave() => GraphWeave.Of(_graph).Value;
}
