using ActorSync.Machines;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Membership;

/// <summary>
/// The link of two nodes: signs of life both ways while it is up, and an end to it when one side hears none for too long.
/// </summary>
internal sealed class MeshLink(MeshWorld world, Simulation simulation, MeshNode one, MeshNode two)
{
    private readonly Direction _there = new();
    private readonly Direction _back = new();
    private int _generation;

    public bool IsUp { get; private set; }

    public MeshNode Other(MeshNode node) => node == one ? two : one;

    /// <summary>Whether nothing passes in one of the directions.</summary>
    public bool IsCut => _there.Cuts > 0 || _back.Cuts > 0;

    public bool IsCutFrom(MeshNode from) => From(from).Cuts > 0;

    public void Cut(MeshNode from, bool isCut) => From(from).Cuts += isCut ? 1 : -1;

    /// <summary>One side dials. True when there is a link then.</summary>
    public bool Dial()
    {
        if (IsUp)
            return true;
        if (!one.IsRunning || !two.IsRunning || IsCut)
            return false;
        IsUp = true;
        var generation = ++_generation;
        _there.Heard = _back.Heard = simulation.Now;
        one.OnLinked(two);
        two.OnLinked(one);
        SignOfLife(generation);
        return true;
    }

    /// <summary>Breaks it; each side that runs hears of it in its time.</summary>
    public void Break(TimeSpan heardWithin)
    {
        if (!IsUp)
            return;
        IsUp = false;
        var generation = ++_generation;
        foreach (var node in new[] { one, two })
        {
            simulation.After(heardWithin * simulation.Random.NextDouble(), () =>
            {
                if (generation == _generation)
                    node.OnUnlinked(Other(node));
            });
        }
    }

    public void Send(MeshNode from, ReadOnlyMemory<byte> payload)
    {
        var generation = _generation;
        if (!IsUp)
            return;
        for (var copies = world.Copies(); copies > 0; copies--)
            simulation.After(world.Delay(), () => Arrive(from, generation, () => Other(from).Receive(from, payload)));
    }

    private void Arrive(MeshNode from, int generation, Action action)
    {
        if (generation != _generation || !IsUp || From(from).Cuts > 0 || !Other(from).IsRunning)
            return;
        From(from).Heard = simulation.Now;
        Other(from).OnHeard(from);
        action();
    }

    // A payload that is cut off is lost with its link, as nothing after it can come: TCP.
    private void SignOfLife(int generation)
    {
        simulation.After(world.KeepAlive * (0.9 + 0.2 * simulation.Random.NextDouble()), () =>
        {
            if (generation != _generation || !IsUp)
                return;
            Arrive(one, generation, () => { });
            Arrive(two, generation, () => { });
            if (simulation.Now - MonotonicTime.Min(_there.Heard, _back.Heard) > world.DeadAfter)
                Break(TimeSpan.FromSeconds(1));
            else
                SignOfLife(generation);
        });
    }

    private Direction From(MeshNode node) => node == one ? _there : _back;

    private sealed class Direction
    {
        public int Cuts { get; set; }

        public MonotonicTime Heard { get; set; }
    }
}
