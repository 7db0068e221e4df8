using ActorSync.Machines;
using ActorSync.States;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.States;

/// <summary>How badly the network and the stores of a world behave.</summary>
public sealed record StateFaults
{
    public static readonly StateFaults None = new();

    /// <summary>Payloads of a hundred that are lost.</summary>
    public int LossPercent { get; init; }

    /// <summary>Payloads of a hundred that come twice.</summary>
    public int RepeatPercent { get; init; }

    /// <summary>Appends of a hundred that fail.</summary>
    public int StorePercent { get; init; }

    /// <summary>The longest that a payload takes; each takes some time up to that, so that they overtake each other.</summary>
    public TimeSpan DelayMost { get; init; } = TimeSpan.FromMilliseconds(5);
}

/// <summary>A payload that went, whether or not it arrived.</summary>
/// <param name="From">Number of the node that sent it.</param>
/// <param name="To">Number of the node that it was for.</param>
/// <param name="Message">What it was.</param>
/// <param name="Bytes">Bytes of the payload.</param>
public sealed record StateTraffic(int From, int To, SyncMessage Message, int Bytes);

/// <summary>
/// Nodes that share one state over simulated links, in virtual time, every fault drawn from one seed. All are linked to
/// all unless links are cut.
/// </summary>
public sealed class StateWorld
{
    /// <summary>The state that the nodes share.</summary>
    public static readonly StateName Name = new("simulated");

    private static readonly WallTime Begin = new(1_760_000_000_000);

    private readonly Simulation _simulation;
    private readonly List<StateNode> _nodes = [];
    private readonly HashSet<(int, int)> _cut = [];
    private readonly MonotonicTime _start;

    public StateWorld(int seed, int nodes, StateSettings? settings = null, int maxPayloadBytes = 1 << 20)
    {
        _simulation = new Simulation(seed);
        _start = _simulation.Now;
        Settings = settings ?? StateSettings.Default;
        MaxPayloadBytes = maxPayloadBytes;
        for (var i = 0; i < nodes; i++)
            _nodes.Add(new StateNode(this, _simulation, i));
    }

    public StateSettings Settings { get; }

    public int MaxPayloadBytes { get; }

    public IReadOnlyList<StateNode> Nodes => _nodes;

    /// <summary>What goes wrong from now on.</summary>
    public StateFaults Faults { get; set; } = StateFaults.None;

    /// <summary>Whether payloads are noted in <see cref="Traffic"/>.</summary>
    public bool NotesTraffic { get; set; } = true;

    /// <summary>What went so far.</summary>
    public List<StateTraffic> Traffic { get; } = [];

    /// <summary>The source of every draw.</summary>
    public Random Random => _simulation.Random;

    /// <summary>Virtual time that has passed.</summary>
    public TimeSpan Elapsed => _simulation.Now - _start;

    /// <summary>Whether all nodes hold the same.</summary>
    public bool IsLevel => _nodes.TrueForAll(node => node.Table.Version == _nodes[0].Table.Version);

    /// <summary>The wall clock of a node whose clock is off by that much.</summary>
    internal WallTime Wall(TimeSpan skew) => Begin + (Elapsed + skew);

    /// <summary>Tells every node whom it can reach.</summary>
    public void Link()
    {
        foreach (var node in _nodes)
            node.Reach([.. _nodes.Where(other => other != node && !IsCut(node.Number, other.Number))]);
    }

    /// <summary>Tells one node alone whom it can reach, so that only it pulls and pushes.</summary>
    public void PullFrom(int node) => _nodes[node].Reach([.. _nodes.Where(other => other.Number != node)]);

    /// <summary>Cuts or mends the link of two nodes; they notice at once.</summary>
    public void Cut(int one, int other, bool cut = true)
    {
        var link = (Math.Min(one, other), Math.Max(one, other));
        if (cut ? _cut.Add(link) : _cut.Remove(link))
            Link();
    }

    /// <summary>Mends all links, and lets nothing go wrong from now on.</summary>
    public void Heal()
    {
        Faults = StateFaults.None;
        _cut.Clear();
        Link();
    }

    public void Run(TimeSpan time) => _simulation.Run(time);

    public bool RunUntil(Func<bool> isSo, TimeSpan atMost) => _simulation.RunUntil(isSo, atMost);

    internal void Send(int from, int to, ReadOnlyMemory<byte> payload)
    {
        if (NotesTraffic)
            Traffic.Add(new StateTraffic(from, to, SyncCodec.Decode(payload, WireLimits.Default).Value, payload.Length));
        if (Chance(Faults.LossPercent))
            return;
        for (var copies = Chance(Faults.RepeatPercent) ? 2 : 1; copies > 0; copies--)
            _simulation.At(_simulation.Now + Faults.DelayMost * Random.NextDouble(), () => Deliver(from, to, payload));
    }

    internal bool Chance(int percent) => percent > 0 && Random.Next(100) < percent;

    private void Deliver(int from, int to, ReadOnlyMemory<byte> payload)
    {
        if (!IsCut(from, to))
            _nodes[to].Receive(_nodes[from], SyncCodec.Decode(payload, WireLimits.Default).Value);
    }

    private bool IsCut(int one, int other) => _cut.Contains((Math.Min(one, other), Math.Max(one, other)));
}
