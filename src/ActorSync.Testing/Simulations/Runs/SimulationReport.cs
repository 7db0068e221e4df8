namespace ActorSync.Testing.Simulations;

/// <summary>What came of one run.</summary>
public sealed record SimulationReport
{
    public required int Seed { get; init; }

    /// <summary>What was simulated.</summary>
    public SimulationWorld World { get; init; }

    public required int Nodes { get; init; }

    public required int Graphs { get; init; }

    /// <summary>What was simulated: payloads that arrive, commits, timers, faults.</summary>
    public required long Events { get; init; }

    /// <summary>Virtual time from the start until all was silent.</summary>
    public required TimeSpan VirtualTime { get; init; }

    /// <summary>Actions that were answered as durable.</summary>
    public required int Commits { get; init; }

    /// <summary>Processes that ended without a word.</summary>
    public required int Crashes { get; init; }

    /// <summary>The kinds of faults that were drawn, and how many came of each.</summary>
    public required IReadOnlyDictionary<SimulationFault, int> Faults { get; init; }

    /// <summary>Of a mesh: graphs that were about to be dropped, and were kept, as they were read or something was committed.</summary>
    public int Kept { get; init; }

    /// <summary>Of those: how often the node ended soon after that, and began anew with the graph.</summary>
    public int KeptOverRestarts { get; init; }

    /// <summary>From the end of all faults until every node held the same; null when that was not reached.</summary>
    public required TimeSpan? TimeToLevel { get; init; }

    /// <summary>Payloads that were sent.</summary>
    public required long Messages { get; init; }

    /// <summary>Commands received that were new where they came.</summary>
    public required long UsefulCommands { get; init; }

    /// <summary>Commands received that were there already.</summary>
    public required long RedundantCommands { get; init; }

    /// <summary>Stands for all that happened, in its order: equal for two runs of the same options.</summary>
    public required ulong Digest { get; init; }

    /// <summary>Null, or which promise was broken, where and when.</summary>
    public required string? Failure { get; init; }
}
