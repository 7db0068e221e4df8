using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.States;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Membership;

/// <summary>A mesh in virtual time: nodes that know one endpoint, and a network that does to them what it is told.</summary>
internal sealed class MeshWorld
{
    private static readonly WallTime Begin = new(1_760_000_000_000);

    private readonly Simulation _simulation;
    private readonly Dictionary<(int, int), MeshLink> _links = [];
    private readonly List<MeshNode> _nodes = [];

    /// <param name="seed">Everything is drawn from it.</param>
    /// <param name="nodes">How many nodes; none runs yet. All but the first are given the first as their seed.</param>
    /// <param name="settings">The settings; of tests, shorter than those of a daemon, unless given.</param>
    public MeshWorld(int seed, int nodes, MembershipSettings? settings = null)
        : this(new Simulation(seed), nodes, settings)
    {
    }

    public MeshWorld(Simulation simulation, int nodes, MembershipSettings? settings = null)
    {
        _simulation = simulation;
        Settings = settings ?? MembershipSettings.Default with { AliveWithin = TimeSpan.FromSeconds(15) };
        for (var i = 0; i < nodes; i++)
            _nodes.Add(new MeshNode(this, _simulation, i, SeedsOf(i), ["sync"]));
        for (var i = 0; i < nodes; i++)
            for (var j = i + 1; j < nodes; j++)
                _links.Add((i, j), new MeshLink(this, _simulation, _nodes[i], _nodes[j]));
    }

    // The first begins the mesh; the others are given two, as one may die for good.
    private static string[] SeedsOf(int node) => [.. Enumerable.Range(0, Math.Min(node, 2)).Select(MeshNode.EndpointOf)];

    public MembershipSettings Settings { get; }

    /// <summary>How the state of the applications is kept: clocks may be hours apart.</summary>
    public StateSettings SharedSettings { get; } = StateSettings.Default with
    {
        PullsNewPeers = true,
        PullsOnlyUnlevel = true,
        Limits = StateLimits.Default with { Ahead = TimeSpan.FromHours(24) },
    };

    public IReadOnlyList<MeshNode> Nodes => _nodes;

    public IEnumerable<MeshLink> Links => _links.Values;

    public IEnumerable<MeshNode> Running => _nodes.Where(node => node.IsRunning);

    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(4);

    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest wait between two attempts to dial.</summary>
    public TimeSpan DialMost { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan DelayMost { get; set; } = TimeSpan.FromMilliseconds(5);

    public int LossPercent { get; set; }

    public int RepeatPercent { get; set; }

    public int StoreFailsPercent { get; set; }

    /// <summary>Of a hundred times that a graph is about to be dropped, so often somebody reads it.</summary>
    public int ReadPercent { get; set; }

    /// <summary>Hears of a graph that was not dropped after all, as it is read, or as something was committed.</summary>
    public Action<MeshNode, bool>? Kept { get; set; }

    /// <summary>How many hold a graph.</summary>
    public PlacementRule Rule { get; init; } = new(2, "sync");

    public HoldingSettings Holding { get; init; } = HoldingSettings.Default;

    /// <summary>Hears of a graph that a node is about to drop, and of commands that were answered as replicated.</summary>
    public MeshBooks? Books { get; init; }

    /// <summary>Hears of every payload.</summary>
    public Action<MeshNode, MeshNode, SyncMessage, int>? Traffic { get; set; }

    /// <summary>Hears of what happens to members in the views of the nodes.</summary>
    public Action<MeshNode, MembershipOutput>? Events { get; set; }

    /// <summary>When anything but a keep-alive was last sent.</summary>
    public MonotonicTime LastSent { get; private set; }

    public MonotonicTime Now => _simulation.Now;

    /// <summary>Whether every running node sees as members exactly those that run, each reachable, with one digest.</summary>
    public bool IsSettled
    {
        get
        {
            var running = Running.OrderBy(node => node.Id.Value).ToArray();
            return running.All(node =>
                node.View.Members.Select(member => member.Node).SequenceEqual(running.Select(other => other.Id))
                && node.View.Members.All(member => member.Node == node.Id || member.Reach == MemberReach.Reachable)
                && node.View.Digest == running[0].View.Digest
                && node.Table.Version == running[0].Table.Version);
        }
    }

    public WallTime Wall(TimeSpan skew) => Begin + (TimeSpan.FromTicks(_simulation.Now.Ticks) + skew);

    public void StartAll()
    {
        foreach (var node in _nodes)
            node.Start();
    }

    public MeshNode? NodeAt(string endpoint) => _nodes.Find(node => node.Endpoint == endpoint);

    public MeshNode? NodeOf(NodeId id) => _nodes.Find(node => node.Id == id);

    /// <summary>Whether something that one node sends now comes to the other.</summary>
    public bool Passes(MeshNode from, MeshNode to) => from.IsRunning && to.IsRunning && LinkOf(from, to) is { IsUp: true } link && !link.IsCutFrom(from);

    public MeshLink LinkOf(MeshNode one, MeshNode other) => _links[(Math.Min(one.Number, other.Number), Math.Max(one.Number, other.Number))];

    /// <summary>Cuts or mends what passes between two groups, in both directions.</summary>
    public void Cut(IReadOnlyCollection<MeshNode> group, bool isCut = true)
    {
        foreach (var node in group)
        {
            foreach (var other in _nodes.Where(other => !group.Contains(other)))
            {
                LinkOf(node, other).Cut(node, isCut);
                LinkOf(node, other).Cut(other, isCut);
            }
        }
    }

    public void Run(TimeSpan time) => _simulation.Run(time);

    public bool RunUntil(Func<bool> isSo, TimeSpan atMost) => _simulation.RunUntil(isSo, atMost);

    public bool Chance(int percent) => percent > 0 && _simulation.Random.Next(100) < percent;

    public int Copies() => Chance(LossPercent) ? 0 : Chance(RepeatPercent) ? 2 : 1;

    public TimeSpan Delay() => DelayMost * _simulation.Random.NextDouble() + TimeSpan.FromMilliseconds(0.1);

    public void OnSent(MeshNode from, MeshNode to, ReadOnlyMemory<byte> payload)
    {
        var message = SyncCodec.Decode(payload, WireLimits.Default).Value;
        LastSent = _simulation.Now;
        Traffic?.Invoke(from, to, message, payload.Length);
    }

    public bool IsRead() => Chance(ReadPercent);

    public void OnKept(MeshNode node, bool isRead) => Kept?.Invoke(node, isRead);

    public void OnDrop(MeshNode node, MeshGraph graph) => Books?.OnDrop(node, graph, Now);

    public void OnReplicated(GraphId graph, Address command) => Books?.OnReplicated(graph, command);

    public void OnHappened(MeshNode node, MembershipOutput what) => Events?.Invoke(node, what);
}
