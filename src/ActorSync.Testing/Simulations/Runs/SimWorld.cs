using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>The nodes of a run, their links, and who asks whom for what.</summary>
internal sealed class SimWorld
{
    private readonly Dictionary<(SimNode, SimLink), bool> _polls = [];

    public SimWorld(Simulation simulation, SimPlan plan, ISimTraffic traffic)
    {
        Simulation = simulation;
        Plan = plan;
        for (var i = 0; i < plan.Nodes; i++)
            Nodes.Add(MakeNode(i));
        foreach (var (one, two) in DrawEnds())
            MakeLink(Nodes[one], Nodes[two], traffic);
        for (var i = 0; i < plan.Graphs; i++)
            Begin(i);
        foreach (var link in Links)
            DrawInterest(link);
    }

    public Simulation Simulation { get; }

    public SimPlan Plan { get; }

    public List<SimNode> Nodes { get; } = [];

    public List<SimLink> Links { get; } = [];

    public List<SimDialer> Dialers { get; } = [];

    public List<GraphId> Graphs { get; } = [];

    /// <summary>Whether a node polls the peer at the other end of the link now and then.</summary>
    public bool Polls(SimNode node, SimLink link) => _polls[(node, link)];

    public SimDialer DialerOf(SimLink link) => Dialers[Links.IndexOf(link)];

    /// <summary>Whether every node holds the same of every graph, and nothing is on its way to a disk.</summary>
    public bool IsLevel()
    {
        foreach (var graph in Graphs)
        {
            var first = Nodes[0].SnapshotOf(graph);
            foreach (var node in Nodes)
            {
                if (first is null || node.SnapshotOf(graph) is not { } version || version.Heads.Digest != first.Heads.Digest || node.Disk.Stores[graph].Pending > 0)
                    return false;
            }
        }
        return true;
    }

    private SimNode MakeNode(int number)
    {
        var node = new SimNode(Simulation, $"node {number}")
        {
            Slots = new Peers.SubscriptionSlots(Plan.SubscriptionLimit, Plan.SubscriptionLimit),
            Subscriptions = Plan.Subscriptions,
            Polls = Plan.Polls,
            Hellos = Plan.Hellos,
            Limits = Plan.Limits,
            Policy = Plan.HasFacts ? new KeyValuePolicy() : OpaquePolicy.Instance,
        };
        node.Disk.CommitDelay = () => Plan.CommitDelay * (0.2 + 1.8 * Simulation.Random.NextDouble());
        if (Plan.FlushesLate && Simulation.Chance(0.5))
            node.Disk.FlushesEvery = Simulation.Draw(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(3));
        return node;
    }

    // A tree that connects all, and some links more.
    private HashSet<(int, int)> DrawEnds()
    {
        var ends = new HashSet<(int, int)>();
        for (var i = 1; i < Plan.Nodes; i++)
            ends.Add((Plan.HasHub ? 0 : Simulation.Random.Next(i), i));
        for (var i = 0; i < Plan.ExtraLinks; i++)
        {
            var (one, two) = (Simulation.Random.Next(Plan.Nodes), Simulation.Random.Next(Plan.Nodes));
            if (one != two)
                ends.Add((Math.Min(one, two), Math.Max(one, two)));
        }
        return ends;
    }

    private void MakeLink(SimNode one, SimNode two, ISimTraffic traffic)
    {
        var link = one.LinkTo(two, Plan.MaxPayloadBytes);
        link.Traffic = traffic;
        link.BytesPerSecond = Plan.BytesPerSecond;
        link.Faults = FaultsOf(link, isHealed: false);
        Links.Add(link);
        Dialers.Add(new SimDialer(Simulation, link));
    }

    /// <summary>What the network does on a link, under faults and after them.</summary>
    public SimFaults FaultsOf(SimLink link, bool isHealed)
    {
        if (isHealed)
            return link.Faults with { LossPercent = 0, RepeatPercent = 0, Reorders = false };
        var slowest = 500.0 * Math.Pow(Simulation.Random.NextDouble(), 3);
        var delay = 1 + slowest * Simulation.Random.NextDouble();
        return new SimFaults
        {
            LossPercent = Plan.LossPercent,
            RepeatPercent = Plan.RepeatPercent,
            Reorders = Plan.Required.ContainsKey(SimulationFault.Reordering),
            Delay = TimeSpan.FromMilliseconds(delay),
            Jitter = TimeSpan.FromMilliseconds(Math.Max(5, slowest - delay)),
        };
    }

    private void Begin(int number)
    {
        var init = Command.Init(System.Text.Encoding.UTF8.GetBytes($"graph {number}"));
        Graphs.Add(new GraphId(init.Id));
        var founder = Nodes[Simulation.Random.Next(Plan.Nodes)];
        founder.Has(Graphs[^1], init);
    }

    // Each side of a link subscribes, or has the other tell of changes, or polls; some do several. Where not all get a
    // place, those poll that have only that.
    private void DrawInterest(SimLink link)
    {
        foreach (var node in new[] { link.One, link.Two })
        {
            var (subscribes, isTold) = (Simulation.Chance(0.7), Simulation.Chance(0.25));
            _polls.Add((node, link), Plan.AllPoll || !isTold && (!subscribes || Plan.SubscriptionLimit < Plan.Nodes));
            foreach (var graph in Graphs.Where(_ => isTold))
                node.PeerAt(link).Hello.Want(graph);
            foreach (var graph in Graphs.Where(_ => subscribes))
                node.PeerAt(link).Want(graph);
        }
    }
}
