using System.Globalization;
using System.Text;
using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Placement;
using ActorSync.States;
using ActorSync.Testing.Simulations;
using ActorSync.Testing.Simulations.Invariants;

namespace ActorSync.Testing.Membership;

/// <summary>
/// Runs a mesh of nodes from one seed: under faults, with applications that act on graphs and write to a state; then
/// without, but for nodes that die with their disks, until the rest agree on who is there, hold what they should, have all
/// that was promised, and are silent.
/// </summary>
internal sealed class MeshRun
{
    private static readonly TimeSpan LongestUnderFaults = TimeSpan.FromHours(3);
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(125);

    private readonly SimulationOptions _options;
    private readonly Simulation _simulation;
    private readonly MeshPlan _plan;
    private readonly MeshBooks _books;
    private readonly MeshWorld _world;
    private readonly MeshFaults _faults;
    private readonly List<GraphId> _graphs = [];
    private readonly MonotonicTime _began;
    private bool _isBusy = true;
    private long _messages;
    private int _commits;
    private int _acted;
    private ulong _digest = 14695981039346656037;
    private string _last = "nothing was sent";

    private MeshRun(SimulationOptions options)
    {
        _options = options;
        _simulation = new Simulation(options.Seed) { Bug = options.Bug };
        _began = _simulation.Now;
        _plan = new MeshPlan(options, _simulation.Random);
        _books = new MeshBooks { Rule = _plan.Rule, AllAreReached = _plan.AllAreReached };
        _world = new MeshWorld(_simulation, _plan.Nodes)
        {
            Rule = _plan.Rule,
            Holding = HoldingSettings.Default with { Grace = TimeSpan.FromSeconds(20), AskMost = TimeSpan.FromSeconds(20) },
            Books = _books,
            Events = OnHappened,
            Traffic = OnSent,
        };
        _books.Disks.AddRange(_world.Nodes);
        _faults = new MeshFaults(_simulation, _world, _plan);
        foreach (var node in _world.Nodes)
            _simulation.After(TimeSpan.FromSeconds(20 * _simulation.Random.NextDouble()), () => Start(node));
        for (var i = 0; i < _plan.Graphs; i++)
            PlanGraph(i);
        PlanAction();
        PlanWrite();
    }

    public static SimulationReport Run(SimulationOptions options)
    {
        var run = new MeshRun(options);
        var (level, failure) = run.RunPhases();
        return new SimulationReport
        {
            Seed = options.Seed,
            World = SimulationWorld.Mesh,
            Nodes = run._plan.Nodes,
            Graphs = run._plan.Graphs,
            Events = run._simulation.Events,
            VirtualTime = run._simulation.Now - run._began,
            Commits = run._commits,
            Crashes = run._faults.Crashes,
            Faults = run._faults.Count,
            TimeToLevel = level,
            Messages = run._messages,
            UsefulCommands = 0,
            RedundantCommands = 0,
            Digest = run._digest,
            Kept = run._faults.Kept,
            KeptOverRestarts = run._faults.KeptOverRestarts,
            Failure = failure,
        };
    }

    private (TimeSpan?, string?) RunPhases()
    {
        try
        {
            while (_simulation.Now - _began < _options.Duration || _commits < _options.Commits || !_faults.AreEnough)
            {
                if (_simulation.Now - _began > LongestUnderFaults)
                    throw new InvariantBrokenException($"in {LongestUnderFaults.TotalHours} h there were {_commits} commits and {string.Join(' ', _faults.Count)}");
                _simulation.Run(TimeSpan.FromSeconds(1));
            }
            _isBusy = false;
            _faults.Heal();
            return (Heal(), null);
        }
        // Whatever a machine throws is a bug of it that this seed has found.
        catch (Exception e)
        {
            var where = e is InvariantBrokenException ? "" : $"{e.GetType().Name}: ";
            return (null, $"after {(_simulation.Now - _began).TotalSeconds:F3} virtual seconds: {where}{e.Message}{(where.Length > 0 ? e.StackTrace : "")}");
        }
    }

    private TimeSpan Heal()
    {
        var healed = _simulation.Now;
        while (WhyNotSettled() is { } why)
        {
            if (_simulation.Now - healed > Bound)
                throw new InvariantBrokenException($"{Bound.TotalMinutes} min after the faults: {why}");
            _simulation.Run(TimeSpan.FromSeconds(0.5));
        }
        var settled = _simulation.Now - healed;
        if (!_simulation.RunUntil(() => _simulation.Now - MonotonicTime.Max(_world.LastSent, healed) > Quiet, Bound))
            throw new InvariantBrokenException($"all are settled, and do not fall silent within {Bound.TotalMinutes} min: {_last}");
        return WhyNotSettled() is { } undone ? throw new InvariantBrokenException($"what was settled did not stay so: {undone}") : settled;
    }

    private string? WhyNotSettled()
    {
        if (!_world.IsSettled)
            return $"the views are {string.Join(", ", _world.Running.Select(node => $"{node.Number}: {node.View.Members.Count(member => member.Reach == MemberReach.Reachable)} of {node.View.Members.Count}"))}, and {_world.Running.Count()} run";
        var first = _world.Running.First();
        foreach (var node in _world.Running)
        {
            if (node.State.Table.Version != first.State.Table.Version)
                return $"the states of {first.Number} and {node.Number} differ";
            if (_books.Missing(node) is { } missing)
                return missing;
            if (_graphs.Select(graph => Misplaced(node, graph)).FirstOrDefault(why => why is not null) is { } misplaced)
                return misplaced;
        }
        return null;
    }

    // A graph that no one was told of before its only node died is gone, and nobody was promised otherwise.
    private string? Misplaced(MeshNode node, GraphId graph)
    {
        if (_world.Running.All(other => other.Find(graph)?.Committed is null))
            return null;
        var holders = Rendezvous.Holders(node.View, graph, _plan.Rule);
        if (holders.Contains(node.Id))
        {
            var heads = _world.NodeOf(holders[0])?.Find(graph)?.Committed?.Heads.Digest;
            return node.Find(graph) is { IsServing: true } here && here.Committed!.Heads.Digest == heads ? null : $"node {node.Number} does not serve {graph.ToShortString()} level with the others: {node.Find(graph)?.State}";
        }
        return holders.Count == _plan.Rule.Factor && node.Find(graph)?.Committed is not null ? $"node {node.Number} still has {graph.ToShortString()}, which {holders.Count} others hold" : null;
    }

    private static void Start(MeshNode node)
    {
        if (!node.IsRunning)
            node.Start();
    }

    private void PlanGraph(int number) => _simulation.After(TimeSpan.FromSeconds(1 + 60 * _simulation.Random.NextDouble()), () =>
    {
        var running = _world.Running.ToArray();
        if (running.Length == 0)
        {
            PlanGraph(number);
            return;
        }
        var init = Command.Init(Encoding.UTF8.GetBytes($"graph {number}"));
        running[_simulation.Random.Next(running.Length)].Make(init);
        _graphs.Add(new GraphId(init.Id));
    });

    private void PlanAction() => Plan(node =>
    {
        if (_graphs.Count == 0)
            return;
        var graph = _graphs[_simulation.Random.Next(_graphs.Count)];
        var ack = _simulation.Chance(0.8) ? AckMode.Replicated : AckMode.Local;
        node.Act(graph, BitConverter.GetBytes(++_acted), ack, (command, _) => _commits += command is null ? 0 : 1);
    }, PlanAction);

    private void PlanWrite() => Plan(node =>
    {
        var number = (++_acted).ToString(CultureInfo.InvariantCulture);
        var key = _simulation.Chance(0.4) ? $"once/{number}" : $"often/{_simulation.Random.Next(20)}";
        node.State.Set(_simulation.Chance(0.1) && key[1] == 'f' ? StateSet.Delete(key) : StateSet.To(key, Encoding.UTF8.GetBytes(number)), error =>
        {
            if (error is null && key.StartsWith("once", StringComparison.Ordinal))
                _books.OnWritten(key, number);
        });
    }, PlanWrite);

    private void Plan(Action<MeshNode> action, Action again) => _simulation.After(_plan.WriteEvery * -Math.Log(1 - _simulation.Random.NextDouble()), () =>
    {
        if (!_isBusy)
            return;
        var node = _world.Nodes[_simulation.Random.Next(_world.Nodes.Count)];
        if (node.IsRunning)
            action(node);
        again();
    });

    private void OnHappened(MeshNode node, MembershipOutput what)
    {
        _options.Trace?.Invoke(Line($"{node.Number}: {what}"));
        if (_isBusy)
            _books.OnHappened(node, what);
    }

    private void OnSent(MeshNode from, MeshNode to, Wire.SyncMessage message, int bytes)
    {
        _messages++;
        foreach (var part in new[] { (ulong)_simulation.Now.Ticks, (ulong)from.Number, (ulong)to.Number, (ulong)message.Type, (ulong)bytes })
            _digest = (_digest ^ part) * 1099511628211;
        _last = $"a {message.Type} of {from.Number} to {to.Number}";
        _options.Trace?.Invoke(Line($"{from.Number} to {to.Number}: {message.Type}, {bytes} bytes"));
    }

    private string Line(string what) => string.Create(CultureInfo.InvariantCulture, $"{(_simulation.Now - _began).TotalSeconds:F4} {what}");
}
