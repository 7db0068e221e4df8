using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>What applications do: some act, in bursts and with quiet times between, and some poll.</summary>
internal sealed class Workload
{
    private const int HeaderBytes = 16;
    private const int Keys = 16;

    private readonly Simulation _simulation;
    private readonly SimWorld _world;
    private readonly FaultMaker _faults;
    private readonly TimeSpan _every;
    private int _acted;
    private bool _acts = true;
    private bool _polls = true;

    public Workload(Simulation simulation, SimWorld world, FaultMaker faults, SimulationOptions options)
    {
        _simulation = simulation;
        _world = world;
        _faults = faults;
        _every = options.Duration * 0.8 * (1 + world.Plan.Burst) / 2 / Math.Max(1, options.Commits);
        PlanBurst();
        foreach (var link in world.Links)
        {
            foreach (var node in new[] { link.One, link.Two })
            {
                if (world.Polls(node, link))
                    PlanPoll(node, link);
            }
        }
    }

    /// <summary>Actions that were answered as durable.</summary>
    public int Commits { get; private set; }

    /// <summary>Every writer acts once more, and then no one does.</summary>
    public void ActLast()
    {
        _acts = false;
        foreach (var node in _world.Nodes.Take(_world.Plan.Writers))
            Act(node, _world.Graphs[0]);
    }

    public void StopPolling() => _polls = false;

    private void PlanBurst() => _simulation.After(_every * -Math.Log(1 - _simulation.Random.NextDouble()), () =>
    {
        if (!_acts)
            return;
        var node = _world.Nodes[_simulation.Random.Next(_world.Plan.Writers)];
        var graph = _world.Graphs[_simulation.Random.Next(_world.Graphs.Count)];
        for (var left = _simulation.Random.Next(1, _world.Plan.Burst + 1); left > 0; left--)
            _simulation.After(TimeSpan.FromMilliseconds(_simulation.Random.Next(200)), () => Act(node, graph));
        PlanBurst();
    });

    private void Act(SimNode node, GraphId graph)
    {
        if (!node.IsRunning || node.IsPaused || !node.Graphs.TryGetValue(graph, out var found))
            return;
        var random = _simulation.Random;
        var size = _simulation.Chance(0.1) ? random.Next(_world.Plan.LargestPayload) : random.Next(Math.Min(64, _world.Plan.LargestPayload));
        var payload = new byte[Math.Max(HeaderBytes, size)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, ++_acted);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(8), _faults.WallClock(node).Ticks);
        if (_world.Plan.HasFacts)
            payload = random.Next(8) == 0 ? KeyValuePolicy.Delete([(byte)random.Next(Keys)]) : KeyValuePolicy.Set([(byte)random.Next(Keys)], payload);
        found.Act(payload, Priority.Basic((uint)random.Next(4)), result => Commits += result.Error is null ? 1 : 0);
    }

    private void PlanPoll(SimNode node, SimLink link) => _simulation.After(_world.Plan.PollEvery * (0.5 + _simulation.Random.NextDouble()), () =>
    {
        if (!_polls)
            return;
        if (node is { IsRunning: true, IsPaused: false } && !node.PeerAt(link).IsPolling)
            Poll(node, link, _world.Graphs[_simulation.Random.Next(_world.Graphs.Count)]);
        PlanPoll(node, link);
    });

    // A poll that its byte limit has cut is made again for the rest.
    private void Poll(SimNode node, SimLink link, GraphId graph) =>
        node.PeerAt(link).Poll(graph, _world.Plan.PollBytes, result =>
        {
            if (result is { Error: null, Value.Remaining: true } && _polls)
                Poll(node, link, graph);
        });
}
