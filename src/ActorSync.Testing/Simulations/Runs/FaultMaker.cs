namespace ActorSync.Testing.Simulations.Runs;

/// <summary>Makes the faults that a seed has drawn, each kind at its rate, and counts them, until all is healed.</summary>
internal sealed class FaultMaker
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Simulation _simulation;
    private readonly SimWorld _world;
    private readonly Dictionary<SimNode, TimeSpan> _wallClocks = [];
    private readonly HashSet<SimNode> _failing = [];
    private readonly List<Action> _cuts = [];
    private bool _isHealed;

    public FaultMaker(Simulation simulation, SimWorld world)
    {
        _simulation = simulation;
        _world = world;
        foreach (var kind in world.Plan.Required.Keys)
            Count[kind] = 0;
        foreach (var node in world.Nodes)
        {
            _wallClocks.Add(node, TimeSpan.Zero);
            node.Disk.Fails = () => Fails(node);
        }
        foreach (var kind in world.Plan.Required.Keys.Where(kind => kind is not (SimulationFault.Loss or SimulationFault.Duplication or SimulationFault.Reordering)))
            Plan(kind);
        if (world.Plan.Required.ContainsKey(SimulationFault.RestoredBackup))
            PlanBackup();
    }

    /// <summary>Faults so far, of the kinds that were drawn.</summary>
    public SortedDictionary<SimulationFault, int> Count { get; } = [];

    public int Crashes { get; private set; }

    /// <summary>Whether there were as many as there must be.</summary>
    public bool AreEnough => _world.Plan.Required.All(pair => Count[pair.Key] >= pair.Value);

    /// <summary>What a node takes the time of day for: nothing but the workload looks at it.</summary>
    public TimeSpan WallClock(SimNode node) => TimeSpan.FromTicks(_simulation.Now.Ticks) + _wallClocks[node];

    /// <summary>All faults stop: what is split is joined, who is down starts, who sleeps goes on.</summary>
    public void Heal()
    {
        _isHealed = true;
        foreach (var join in _cuts.ToArray())
            join();
        foreach (var link in _world.Links)
            link.Faults = _world.FaultsOf(link, isHealed: true);
        foreach (var node in _world.Nodes)
        {
            if (!node.IsRunning)
                Start(node);
            node.Resume();
        }
    }

    public void Note(SimulationFault kind)
    {
        if (!_isHealed && Count.TryGetValue(kind, out var count))
            Count[kind] = count + 1;
    }

    private void Plan(SimulationFault kind)
    {
        var wait = _world.Plan.Every[kind] * -Math.Log(1 - _simulation.Random.NextDouble());
        _simulation.After(wait, () =>
        {
            if (_isHealed)
                return;
            Make(kind);
            Plan(kind);
        });
    }

    private void PlanBackup() => _simulation.After(Seconds(10, 60), () =>
    {
        var node = Any(_world.Nodes);
        if (node.IsRunning)
            node.Disk.BackUp();
        if (!_isHealed)
            PlanBackup();
    });

    private void Make(SimulationFault kind)
    {
        var node = Any(_world.Nodes);
        switch (kind)
        {
            case SimulationFault.Partition or SimulationFault.OneWayPartition:
                Split([.. _world.Nodes.Where(_ => _simulation.Chance(0.5))], kind);
                break;
            case SimulationFault.Isolation:
                Split([node], kind);
                break;
            case SimulationFault.Crash or SimulationFault.CrashLosingTail when node.IsRunning:
                End(node, kind, () => node.Crash(losesTail: kind == SimulationFault.CrashLosingTail));
                break;
            case SimulationFault.RestoredBackup when node.IsRunning && node.Disk.HasBackup:
                End(node, kind, node.RestoreBackup);
                break;
            case SimulationFault.Pause when node.IsRunning && !node.IsPaused:
                Pause(node);
                break;
            case SimulationFault.ClockJump when node.IsRunning:
                Jump(node);
                break;
            case SimulationFault.DiskFailure when _failing.Add(node):
                _simulation.After(Seconds(0.5, 10), () => _failing.Remove(node));
                break;
            case SimulationFault.LinkBreak when Any(_world.Dialers) is { } dialer:
                Note(kind);
                dialer.Break(TimeSpan.FromSeconds(2));
                break;
        }
    }

    private bool Fails(SimNode node)
    {
        if (_isHealed || !_failing.Contains(node) || _simulation.Chance(0.3))
            return false;
        Note(SimulationFault.DiskFailure);
        return true;
    }

    private void Split(HashSet<SimNode> group, SimulationFault kind)
    {
        var cut = new List<(SimLink Link, SimNode From)>();
        foreach (var link in _world.Links.Where(link => group.Contains(link.One) != group.Contains(link.Two)))
        {
            var inside = group.Contains(link.One) ? link.One : link.Two;
            cut.Add((link, inside));
            if (kind != SimulationFault.OneWayPartition)
                cut.Add((link, link.Other(inside)));
        }
        if (cut.Count == 0)
            return;
        Note(kind);
        foreach (var (link, from) in cut)
            link.Cut(from, true);
        if (_world.Plan.KeepAlive is { } keepAlive)
            BreakSilent(cut.Select(end => end.Link).Distinct(), keepAlive);
        _cuts.Add(Join);
        _simulation.After(Seconds(0.5, 20), Join);

        void Join()
        {
            if (!_cuts.Remove(Join))
                return;
            foreach (var (link, from) in cut)
                link.Cut(from, false);
        }
    }

    private void BreakSilent(IEnumerable<SimLink> links, TimeSpan keepAlive)
    {
        foreach (var link in links)
        {
            _simulation.After(keepAlive, () =>
            {
                if (link.IsCut && link.IsUp)
                    _world.DialerOf(link).Break(TimeSpan.FromSeconds(2));
            });
        }
    }

    private void End(SimNode node, SimulationFault kind, Action end)
    {
        Note(kind);
        Crashes += kind == SimulationFault.RestoredBackup ? 0 : 1;
        end();
        foreach (var link in node.Links)
            _world.DialerOf(link).Break(TimeSpan.FromSeconds(3));
        _simulation.After(Seconds(0.1, 15), () => Start(node));
    }

    private void Start(SimNode node)
    {
        if (node.IsRunning)
            return;
        node.Restart();
        foreach (var link in node.Links.Where(link => link.One == node))
            _world.DialerOf(link).BeginAnew();
    }

    private void Pause(SimNode node)
    {
        Note(SimulationFault.Pause);
        node.Pause();
        _simulation.After(Seconds(0.1, 15), node.Resume);
    }

    private void Jump(SimNode node)
    {
        Note(SimulationFault.ClockJump);
        if (_simulation.Chance(0.5))
            node.JumpAhead(Hour);
        else
            _wallClocks[node] += _simulation.Chance(0.5) ? Hour : -Hour;
    }

    private T Any<T>(List<T> of) => of[_simulation.Random.Next(of.Count)];

    private TimeSpan Seconds(double least, double most) => _simulation.Draw(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));
}
