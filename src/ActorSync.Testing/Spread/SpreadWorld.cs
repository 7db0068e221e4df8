using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Spread;

/// <summary>
/// A mesh of nodes that all hold one graph, in virtual time: the machines that the daemon runs, over simulated links that
/// are made when a node asks for them. All is drawn from one seed.
/// </summary>
public sealed class SpreadWorld
{
    private readonly Simulation _simulation;
    private readonly List<SpreadNode> _nodes = [];
    private readonly Dictionary<NodeId, SpreadNode> _byId = [];
    private readonly Dictionary<(int, int), SimLink> _links = [];
    private readonly HashSet<(int, int)> _dialing = [];
    private readonly Command _init = Command.Init("a graph"u8.ToArray());
    private readonly MonotonicTime _start;
    private Func<SpreadNode, SpreadNode, bool> _isCut = (_, _) => false;

    public SpreadWorld(SpreadOptions options)
    {
        Options = options;
        _simulation = new Simulation(options.Seed);
        _start = _simulation.Now;
        Graph = new GraphId(_init.Id);
        Measures = new SpreadMeasures(this);
        for (var i = 0; i < options.Nodes; i++)
            Add();
    }

    public SpreadOptions Options { get; }

    /// <summary>The graph.</summary>
    public GraphId Graph { get; }

    /// <summary>All nodes, dead ones too.</summary>
    public IReadOnlyList<SpreadNode> Nodes => _nodes;

    /// <summary>The nodes that run.</summary>
    public IEnumerable<SpreadNode> Alive => _nodes.Where(node => node.IsAlive);

    /// <summary>What was seen.</summary>
    public SpreadMeasures Measures { get; }

    /// <summary>The source of every draw.</summary>
    public Random Random => _simulation.Random;

    /// <summary>Virtual time that has passed.</summary>
    public TimeSpan Elapsed => _simulation.Now - _start;

    /// <summary>Whether all nodes that run hold the same.</summary>
    public bool IsLevel
    {
        get
        {
            var first = Alive.First().Snapshot;
            return Alive.All(node => node.Snapshot is { } snapshot && snapshot.Heads.Digest == first?.Heads.Digest);
        }
    }

    /// <summary>One more node, which nobody knows yet.</summary>
    public SpreadNode Add()
    {
        var simulated = new SimNode(_simulation, $"node {_nodes.Count}")
        {
            Limits = Options.Limits,
            WaitsToCollapse = Options.WaitsToCollapse,
            Subscriptions = SubscriptionSettings.Default with { RemainOpen = Options.Spread.Hello.Duration },
        };
        var node = new SpreadNode(this, simulated, _nodes.Count);
        _nodes.Add(node);
        _byId.Add(node.Id, node);
        if (node.Number < Options.Holders)
            simulated.Has(Graph, _init);
        return node;
    }

    /// <summary>All nodes that run see that these are the members, each at its own time within so much.</summary>
    public void Meet(TimeSpan within)
    {
        var members = new Overlay(Alive.Select(node => node.Id), Options.Spread.Neighbours);
        foreach (var node in Alive)
            node.Node.Post(within * Random.NextDouble(), () => node.See(members));
    }

    /// <summary>These nodes die at once, without a word; those linked to them notice each in its time.</summary>
    public void Kill(IEnumerable<SpreadNode> nodes)
    {
        foreach (var node in nodes.ToArray())
        {
            node.Node.Crash(losesTail: false);
            foreach (var ((one, other), link) in _links)
            {
                if ((one == node.Number || other == node.Number) && link.IsUp)
                    link.Down(() => Options.NoticesWithin * Random.NextDouble());
            }
        }
    }

    /// <summary>No payload passes between two of which this is so, nor can they be linked; who was linked notices in its time.</summary>
    public void Cut(Func<SpreadNode, SpreadNode, bool> isCut)
    {
        _isCut = isCut;
        foreach (var ((one, other), link) in _links)
        {
            if (link.IsUp && isCut(_nodes[one], _nodes[other]))
                link.Down(() => Options.NoticesWithin * Random.NextDouble());
        }
    }

    /// <summary>All can be linked again.</summary>
    public void Heal() => _isCut = (_, _) => false;

    /// <summary>So many of the nodes that run, drawn.</summary>
    public SpreadNode[] Draw(int count)
    {
        var alive = Alive.ToArray();
        Random.Shuffle(alive);
        return alive[..count];
    }

    /// <summary>Whether one node pushes to another, or tells it of heads, as that one knows.</summary>
    public bool Speaks(SpreadNode one, SpreadNode other) =>
        LinkOf(one, other) is { } link && other.Node.PeerAt(link) is { } peer && (peer.Subscriber.Covered.Contains(Graph) || peer.Hello.Subscriber.Told.Contains(Graph));

    public void Run(TimeSpan time) => _simulation.Run(time);

    public bool RunUntil(Func<bool> isSo, TimeSpan atMost) => _simulation.RunUntil(isSo, atMost);

    internal SpreadNode NodeOf(NodeId id) => _byId[id];

    internal SimLink? LinkOf(SpreadNode one, SpreadNode other) => _links.GetValueOrDefault(Ends(one, other));

    /// <summary>Makes the link of two nodes if there is none, and does something then; never, if the other is dead.</summary>
    internal void Link(SpreadNode one, SpreadNode other, Action linked)
    {
        var ends = Ends(one, other);
        if (_links.TryGetValue(ends, out var link) && link.IsUp)
        {
            linked();
            return;
        }
        if (!_dialing.Add(ends))
            return;
        var delay = _simulation.Draw(Options.Latency.Least, Options.Latency.Most);
        _simulation.After(2 * delay, () =>
        {
            _dialing.Remove(ends);
            if (!one.IsAlive || !other.IsAlive || _isCut(one, other))
                return;
            _links[ends] = one.Node.LinkTo(other.Node, prepare: made =>
            {
                _links[ends] = made;
                made.Traffic = Measures;
                made.Faults = new SimFaults
                {
                    Delay = delay,
                    Jitter = delay * Options.Jitter,
                    LossPercent = Options.LossPercent,
                    Reorders = false,
                };
            });
            linked();
        });
    }

    private static (int, int) Ends(SpreadNode one, SpreadNode other) => (Math.Min(one.Number, other.Number), Math.Max(one.Number, other.Number));
}
