using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Wire;
using BenchmarkDotNet.Attributes;

namespace ActorSync.Bench.Micro;

/// <summary>What a poll tells of a graph of 100,000 commands of eight writers, 30 % of them merges.</summary>
public class Sampling
{
    private GraphSnapshot _graph = null!;

    [GlobalSetup]
    public void Setup() => _graph = SampleGraph.SnapshotOf(SampleGraph.Commands(100_000));

    [Benchmark(Description = "sample: the first of a poll, its heads")]
    public Sample First() => new Sampler(_graph).First();

    [Benchmark(Description = "sample: the second, over all ways to the root")]
    public Sample Spread() => new Sampler(_graph).Spread();
}
