namespace ActorSync.Testing.Scenarios;

/// <summary>One rule of a scenario: something that is done, or that must hold. docs/scenarios.md says what each means.</summary>
public abstract partial record ScenarioRule
{
    private ScenarioRule()
    {
    }

    public sealed record AddClient(ulong Id) : ScenarioRule;

    public sealed record SetupClientsAndGraph(ulong Clients, ulong Graph, ulong Policy) : ScenarioRule;

    public sealed record NewGraph(ulong Client, ulong Id, ulong Policy) : ScenarioRule;

    public sealed record RemoveGraph(ulong Client, ulong Id) : ScenarioRule;

    public sealed record VerifyGraphIds(ulong Client, IReadOnlyList<ulong> Ids) : ScenarioRule;

    /// <summary>ActionSet, ActionDelete and ActionNoOp: the same command so many times.</summary>
    public sealed record Act(ulong Client, ulong Graph, uint Priority, ulong Repeat, ReadOnlyMemory<byte> Payload) : ScenarioRule;

    public sealed record Sync(ulong Client, ulong From, ulong Graph, ulong? MustReceive, ulong MaxSyncs) : ScenarioRule;

    /// <summary>AddExpectation and AddExpectations.</summary>
    public sealed record AddExpectations(ulong Expectation, ulong Repeat) : ScenarioRule;

    public sealed record IgnoreExpectations(bool Ignore) : ScenarioRule;

    public sealed record CompareGraphs(ulong One, ulong Other, ulong Graph, bool Equal) : ScenarioRule;

    public sealed record MaxCut(ulong Client, ulong Graph, ulong Expected) : ScenarioRule;

    public sealed record HeadCount(ulong Client, ulong Graph, ulong Expected) : ScenarioRule;

    public sealed record ConvergeAll(ulong Graph, ulong Clients, ulong MaxSyncs) : ScenarioRule;

    public sealed record HelloSubscribe(ulong Client, ulong Peer, ulong Graph, ulong NotifyInterval) : ScenarioRule;

    public sealed record HelloUnsubscribe(ulong Client, ulong Peer, ulong Graph) : ScenarioRule;

    public sealed record IngestPoisonThenSet(ulong Client, ulong Graph, ulong PoisonKey, ulong PoisonValue, ulong Key, ulong Value) : ScenarioRule;

    public sealed record GenerateGraph(Generation Generation) : ScenarioRule;

    public sealed record PrintGraph : ScenarioRule;
}

/// <summary>A graph to be drawn.</summary>
public sealed record Generation
{
    public required ulong Clients { get; init; }

    public required ulong Graph { get; init; }

    public required ulong Commands { get; init; }

    public required GenerationMethod Method { get; init; }

    public ulong Policy { get; init; }

    public bool SyncClientZero { get; init; }

    /// <summary>Percent of the commands.</summary>
    public int Deletes { get; init; }

    /// <summary>Percent of the commands.</summary>
    public int NoOps { get; init; }

    public ulong Keys { get; init; } = 1;

    public uint MaxPriority { get; init; }

    public ulong? Seed { get; init; }
}

/// <summary>How commands and syncs follow each other while a graph is drawn.</summary>
public abstract record GenerationMethod
{
    private GenerationMethod()
    {
    }

    public sealed record Poll(int AddCommandChance, int SyncChance) : GenerationMethod;

    public sealed record Hello(ulong NotifyInterval, bool IsRing) : GenerationMethod;

    public sealed record None(bool AddCommandsToClientZero) : GenerationMethod;

    public sealed record Tick(IReadOnlyList<ulong> WriteIntervals, ulong SyncInterval, ulong? HelloNotifyInterval) : GenerationMethod;
}
