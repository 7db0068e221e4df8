namespace ActorSync.Testing.Simulations;

/// <summary>Which run is simulated. The same options give the same run, event by event.</summary>
public sealed record SimulationOptions
{
    /// <summary>The fewest and the most nodes that a run may have. Two nodes with one link say too little to have enough faults of each kind.</summary>
    public const int FewestNodes = 3;

    /// <inheritdoc cref="FewestNodes"/>
    public const int MostNodes = 100;

    /// <summary>Everything that is drawn is drawn from this number.</summary>
    public required int Seed { get; init; }

    /// <summary>What is simulated.</summary>
    public SimulationWorld World { get; init; }

    /// <summary>The number of nodes is drawn: at least so many.</summary>
    public int NodesAtLeast { get; init; } = 3;

    /// <summary>The number of nodes is drawn: at most so many.</summary>
    public int NodesAtMost { get; init; } = 20;

    /// <summary>Virtual time under faults, at least.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Actions that are committed under faults, at least.</summary>
    public int Commits { get; init; } = 200;

    /// <summary>Nodes that crash, at least.</summary>
    public int Crashes { get; init; } = 3;

    /// <summary>Faults of each drawn kind, at least: the run goes on until there were so many.</summary>
    public int FaultsOfEachKind { get; init; } = 20;

    /// <summary>Hears of every payload that is sent and of every fault, a line each; null when nobody listens.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>What the nodes do wrong, for tests of the simulator.</summary>
    internal PlantedBug Bug { get; init; }
}
