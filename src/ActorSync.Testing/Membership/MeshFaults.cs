using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Membership;

/// <summary>Makes the faults that a seed has drawn for a mesh, each kind at its rate, until all is healed.</summary>
internal sealed class MeshFaults
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Simulation _simulation;
    private readonly MeshWorld _world;
    private readonly MeshPlan _plan;
    private readonly List<Action> _cuts = [];
    private readonly HashSet<MeshNode> _dead = [];
    private bool _isHealed;

    public MeshFaults(Simulation simulation, MeshWorld world, MeshPlan plan)
    {
        (_simulation, _world, _plan) = (simulation, world, plan);
        (world.LossPercent, world.RepeatPercent, world.DelayMost) = (plan.LossPercent, plan.RepeatPercent, plan.DelayMost);
        world.ReadPercent = plan.ReadPercent;
        world.Kept = (node, _) => OnKept(node);
        foreach (var kind in plan.Required.Keys)
        {
            Count[kind] = 0;
            Plan(kind);
        }
    }

    /// <summary>Faults so far, of the kinds that were drawn.</summary>
    public SortedDictionary<SimulationFault, int> Count { get; } = [];

    public int Crashes { get; private set; }

    /// <summary>Graphs that were about to be dropped, and were kept.</summary>
    public int Kept { get; private set; }

    /// <summary>Nodes that ended soon after that, and began anew with the graph.</summary>
    public int KeptOverRestarts { get; private set; }

    /// <summary>Whether there were as many as there must be.</summary>
    public bool AreEnough => _plan.Required.All(pair => Count[pair.Key] >= pair.Value);

    /// <summary>All faults stop, but for nodes that die now, with their disks.</summary>
    public void Heal()
    {
        _isHealed = true;
        foreach (var join in _cuts.ToArray())
            join();
        (_world.LossPercent, _world.RepeatPercent, _world.StoreFailsPercent, _world.ReadPercent) = (0, 0, 0, 0);
        foreach (var node in _world.Nodes.OrderBy(_ => _simulation.Random.Next()).Take(_plan.Deaths))
        {
            _dead.Add(node);
            if (node.IsRunning)
                node.Crash();
            _world.Books!.OnDeath(node, _simulation.Now);
        }
        foreach (var node in _world.Nodes)
            Start(node);
    }

    // Who begins anew does not know that it was about to drop the graph, nor who held it then.
    private void OnKept(MeshNode node)
    {
        Kept++;
        if (_isHealed || !Count.ContainsKey(SimulationFault.Crash) || !_simulation.Chance(0.5))
            return;
        _simulation.After(Seconds(0, 2), () =>
        {
            if (_isHealed || !node.IsRunning)
                return;
            KeptOverRestarts++;
            Crash(node);
        });
    }

    private void Plan(SimulationFault kind)
    {
        var wait = _plan.Every[kind] * -Math.Log(1 - _simulation.Random.NextDouble());
        _simulation.After(wait, () =>
        {
            if (_isHealed)
                return;
            Make(kind);
            Plan(kind);
        });
    }

    private void Make(SimulationFault kind)
    {
        var node = _world.Nodes[_simulation.Random.Next(_world.Nodes.Count)];
        switch (kind)
        {
            case SimulationFault.Partition or SimulationFault.OneWayPartition:
                Split([.. _world.Nodes.Where(_ => _simulation.Chance(0.5))], isOneWay: kind == SimulationFault.OneWayPartition);
                break;
            case SimulationFault.Isolation:
                Split([node], isOneWay: false);
                break;
            case SimulationFault.Crash when node.IsRunning:
                Crash(node);
                break;
            case SimulationFault.ClockJump when node.IsRunning:
                Jump(node);
                break;
            case SimulationFault.DiskFailure:
                _world.StoreFailsPercent = 50;
                _simulation.After(Seconds(0.5, 5), () => _world.StoreFailsPercent = 0);
                break;
            case SimulationFault.LinkBreak:
                _world.Links.ElementAt(_simulation.Random.Next(_world.Links.Count())).Break(TimeSpan.FromSeconds(2));
                break;
        }
        Count[kind]++;
    }

    private void Crash(MeshNode node)
    {
        Crashes++;
        node.Crash();
        _simulation.After(_simulation.Chance(0.3) ? Seconds(15, 90) : Seconds(0.1, 15), () => Start(node));
    }

    private void Split(HashSet<MeshNode> group, bool isOneWay)
    {
        var cut = new List<(MeshLink Link, MeshNode From)>();
        foreach (var inside in group)
        {
            foreach (var outside in _world.Nodes.Where(node => !group.Contains(node)))
            {
                cut.Add((_world.LinkOf(inside, outside), inside));
                if (!isOneWay)
                    cut.Add((_world.LinkOf(inside, outside), outside));
            }
        }
        foreach (var (link, from) in cut)
            link.Cut(from, true);
        _cuts.Add(Join);
        _simulation.After(_simulation.Chance(0.3) ? Seconds(20, 90) : Seconds(0.5, 20), Join);

        void Join()
        {
            if (!_cuts.Remove(Join))
                return;
            foreach (var (link, from) in cut)
                link.Cut(from, false);
        }
    }

    private void Jump(MeshNode node)
    {
        if (_simulation.Chance(0.5))
            node.JumpAhead(Hour);
        else
            node.Skew = Math.Abs(node.Skew.TotalHours) >= 3 ? TimeSpan.Zero : node.Skew + (_simulation.Chance(0.5) ? Hour : -Hour);
    }

    private void Start(MeshNode node)
    {
        if (!node.IsRunning && !_dead.Contains(node))
            node.Start();
    }

    private TimeSpan Seconds(double least, double most) => _simulation.Draw(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));
}
