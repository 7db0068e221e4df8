using ActorSync.Graphs;
using BenchmarkDotNet.Attributes;

namespace ActorSync.Bench.Micro;

/// <summary>Where one of 1,000,000 commands is in the graph, asked for by its id, in no order.</summary>
public class Locating
{
    private const int Commands = 1_000_000;
    private const int Asked = 1 << 16;

    private readonly CommandId[] _asked = new CommandId[Asked];
    private readonly Dictionary<CommandId, int> _dictionary = new(Commands);
    private GraphSnapshot _graph = null!;

    [GlobalSetup]
    public void Setup()
    {
        var commands = SampleGraph.Commands(Commands);
        _graph = SampleGraph.SnapshotOf(commands);
        for (var i = 0; i < commands.Count; i++)
            _dictionary.Add(commands[i].Id, i);
        var random = new Random(2);
        for (var i = 0; i < Asked; i++)
            _asked[i] = commands[random.Next(Commands)].Id;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Asked, Description = "locate: a dictionary of ids")]
    public int Dictionary()
    {
        var sum = 0;
        foreach (var id in _asked)
            sum += _dictionary[id];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Asked, Description = "locate: the graph's index")]
    public int Index()
    {
        var sum = 0;
        foreach (var id in _asked)
            sum += _graph.Find(id);
        return sum;
    }
}
