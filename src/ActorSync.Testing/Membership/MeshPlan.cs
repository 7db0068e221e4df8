using ActorSync.Placement;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Membership;

/// <summary>What one seed draws before the run of a mesh begins.</summary>
internal sealed class MeshPlan
{
    private static readonly SimulationFault[] Kinds =
    [
        SimulationFault.Loss, SimulationFault.Duplication, SimulationFault.Partition, SimulationFault.OneWayPartition, SimulationFault.Isolation,
        SimulationFault.Crash, SimulationFault.ClockJump, SimulationFault.DiskFailure, SimulationFault.LinkBreak,
    ];

    public MeshPlan(SimulationOptions options, Random random)
    {
        Nodes = random.Next(options.NodesAtLeast, options.NodesAtMost + 1);
        Rule = new PlacementRule(random.Next(1, Math.Min(4, Nodes)), "sync");
        Graphs = random.Next(1, 6);
        foreach (var kind in Kinds.Where(_ => random.Next(2) == 0))
        {
            Required.Add(kind, options.FaultsOfEachKind);
            Every.Add(kind, options.Duration / (options.FaultsOfEachKind * (1.3 + 1.2 * random.NextDouble())));
        }
        LossPercent = Required.ContainsKey(SimulationFault.Loss) ? random.Next(1, 31) : 0;
        RepeatPercent = Required.ContainsKey(SimulationFault.Duplication) ? random.Next(1, 51) : 0;
        DelayMost = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(100, 500) : random.Next(1, 50));
        WriteEvery = options.Duration * 0.8 / Math.Max(1, options.Commits);
        ReadPercent = random.Next(3) == 0 ? 0 : random.Next(10, 60);
        Deaths = Rule.Factor!.Value - 1;
    }

    public int Nodes { get; }

    public PlacementRule Rule { get; }

    public int Graphs { get; }

    /// <summary>The kinds of faults, and how many there must be of each.</summary>
    public SortedDictionary<SimulationFault, int> Required { get; } = [];

    /// <summary>The mean time between two faults of a kind.</summary>
    public Dictionary<SimulationFault, TimeSpan> Every { get; } = [];

    public int LossPercent { get; }

    public int RepeatPercent { get; }

    public TimeSpan DelayMost { get; }

    /// <summary>The mean time between two actions, and between two writes to the state.</summary>
    public TimeSpan WriteEvery { get; }

    /// <summary>Of a hundred times that a graph is about to be dropped, so often somebody reads it.</summary>
    public int ReadPercent { get; }

    /// <summary>Nodes that die with their disks in the end: one fewer than hold a graph.</summary>
    public int Deaths { get; }

    /// <summary>Whether no fault of the plan ends a node or cuts it off.</summary>
    public bool AllAreReached =>
        Required.Keys.All(kind => kind is SimulationFault.Loss or SimulationFault.Duplication or SimulationFault.ClockJump or SimulationFault.DiskFailure);
}
