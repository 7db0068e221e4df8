using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Subscriptions;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>What one seed draws before the run begins: nodes, settings, faults and their rates, the workload.</summary>
internal sealed class SimPlan
{
    private readonly Random _random;

    public SimPlan(SimulationOptions options, Random random)
    {
        _random = random;
        Nodes = random.Next(options.NodesAtLeast, options.NodesAtMost + 1);
        HasHub = Chance(0.2);
        ExtraLinks = random.Next(Nodes / 2 + 1);
        Graphs = Chance(0.7) ? 1 : random.Next(2, 4);
        DrawFaults(options);
        LargestPayload = Chance(0.2) ? 3_000 : random.Next(16, 400);
        HasFacts = Chance(0.5);
        PollEvery = Draw(5, 20);
        AllPoll = Chance(0.3);
        KeepAlive = Chance(0.6) ? Draw(5, 15) : null;
        FlushesLate = Chance(0.2);
        CommitDelay = Draw(0.0005, Chance(0.3) ? 0.2 : 0.01);
        Writers = random.Next(1, Nodes + 1);
        Burst = Chance(0.5) ? 2 : random.Next(2, 30);
        MaxPayloadBytes = Chance(0.3) ? 4096 : 1 << 20;
        BytesPerSecond = Chance(0.2) ? 20_000 : 0;
        SubscriptionLimit = Chance(0.2) ? random.Next(1, 4) : 128;
        Subscriptions = DrawSubscriptions();
        Polls = DrawPolls();
        Hellos = HelloSettings.Default with
        {
            Terms = new HelloTerms(Draw(0, 0.5), TimeSpan.FromSeconds(Chance(0.3) ? random.Next(10, 60) : 600), Draw(5, 60)),
        };
        PollBytes = Chance(0.3) ? (ulong)(LargestPayload + 400 + random.Next(4_000)) : 0;
        // At times far fewer than the nodes that may write at once.
        Limits = GraphLimits.Default with { Heads = Chance(0.2) ? 2 + random.Next(Nodes + 7) : 64 };
    }

    public int Nodes { get; }

    /// <summary>All nodes are linked to the first.</summary>
    public bool HasHub { get; }

    /// <summary>Links beside those that connect all nodes.</summary>
    public int ExtraLinks { get; }

    public int Graphs { get; }

    /// <summary>The kinds of faults, and how many there must be of each.</summary>
    public SortedDictionary<SimulationFault, int> Required { get; } = [];

    /// <summary>The mean time between two faults of a kind.</summary>
    public Dictionary<SimulationFault, TimeSpan> Every { get; } = [];

    public int LossPercent { get; private set; }

    public int RepeatPercent { get; private set; }

    public int LargestPayload { get; }

    /// <summary>Whether the graphs are key/value maps; else their commands are opaque.</summary>
    public bool HasFacts { get; }

    /// <summary>How often a node polls a peer of whom it does not hold, or not only holds, a subscription.</summary>
    public TimeSpan PollEvery { get; }

    /// <summary>Whether subscribers poll too.</summary>
    public bool AllPoll { get; }

    /// <summary>After so long without a payload's way in one direction a link breaks; null for links that do not look.</summary>
    public TimeSpan? KeepAlive { get; }

    /// <summary>Whether some nodes answer a commit before it is flushed: their crashes begin another incarnation.</summary>
    public bool FlushesLate { get; }

    public TimeSpan CommitDelay { get; }

    public int Writers { get; }

    /// <summary>The most actions that follow each other at once.</summary>
    public int Burst { get; }

    public int MaxPayloadBytes { get; }

    public int BytesPerSecond { get; }

    public int SubscriptionLimit { get; }

    public SubscriptionSettings Subscriptions { get; }

    public PollSettings Polls { get; }

    public HelloSettings Hellos { get; }

    /// <summary>The byte limit of polls; 0 for none.</summary>
    public ulong PollBytes { get; }

    public GraphLimits Limits { get; }

    private void DrawFaults(SimulationOptions options)
    {
        foreach (var kind in Enum.GetValues<SimulationFault>().Where(_ => Chance(0.5)))
        {
            Required.Add(kind, options.FaultsOfEachKind);
            Every.Add(kind, options.Duration / (options.FaultsOfEachKind * (1.3 + 1.2 * _random.NextDouble())));
        }
        if (!Required.ContainsKey(SimulationFault.Crash) && !Required.ContainsKey(SimulationFault.CrashLosingTail))
        {
            var kind = Chance(0.5) ? SimulationFault.Crash : SimulationFault.CrashLosingTail;
            Required.Add(kind, options.Crashes);
            Every.Add(kind, options.Duration / (options.Crashes + 2));
        }
        LossPercent = Required.ContainsKey(SimulationFault.Loss) ? _random.Next(1, 31) : 0;
        RepeatPercent = Required.ContainsKey(SimulationFault.Duplication) ? _random.Next(1, 51) : 0;
    }

    private SubscriptionSettings DrawSubscriptions() => SubscriptionSettings.Default with
    {
        PushBytes = Chance(0.3) ? _random.Next(64, 2_000) : 128 << 10,
        UnackedPushes = Chance(0.3) ? _random.Next(1, 4) : 16,
        LinkWindow = _random.Next(1, 4),
        RemainOpen = Chance(0.3) ? TimeSpan.FromSeconds(_random.Next(4, 30)) : TimeSpan.FromMinutes(10),
        MaxBytes = Chance(0.3) ? LargestPayload + 300 + _random.Next(3_000) : 1 << 30,
    };

    private PollSettings DrawPolls() => PollSettings.Default with
    {
        ResponseBytes = Chance(0.3) ? _random.Next(64, 2_000) : 128 << 10,
        Window = _random.Next(1, 17),
        WorthNarrowing = Chance(0.5) ? 100 : _random.Next(1, 20),
    };

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private TimeSpan Draw(double leastSeconds, double mostSeconds) =>
        TimeSpan.FromSeconds(leastSeconds + (mostSeconds - leastSeconds) * _random.NextDouble());
}
