using ActorSync.Graphs.Policies;
using ActorSync.Machines;

namespace ActorSync.Testing.Simulations;

/// <summary>Virtual time: what is due happens in its order, and the same seed gives the same run.</summary>
internal sealed class Simulation(int seed)
{
    private readonly PriorityQueue<Action, (long Ticks, long Number)> _events = new();
    private long _number;

    public Random Random { get; } = new(seed);

    /// <summary>The policy of all graphs: how ids are derived and heads are merged; null for the canonical way.</summary>
    public IGraphPolicy? Policy { get; init; }

    public MonotonicTime Now { get; private set; } = MonotonicTime.Zero + TimeSpan.FromHours(1);

    /// <summary>Does something at that time, or now if it is past.</summary>
    public void At(MonotonicTime time, Action action) => _events.Enqueue(action, (MonotonicTime.Max(time, Now).Ticks, _number++));

    public void After(TimeSpan wait, Action action) => At(Now + wait, action);

    /// <summary>Lets so much time pass.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (_events.TryPeek(out _, out var due) && due.Ticks <= end.Ticks)
            Step();
        Now = end;
    }

    /// <summary>Runs until something is so; false when that did not come within the time.</summary>
    public bool RunUntil(Func<bool> isSo, TimeSpan atMost)
    {
        var end = Now + atMost;
        while (!isSo())
        {
            if (!_events.TryPeek(out _, out var due) || due.Ticks > end.Ticks)
                return false;
            Step();
        }
        return true;
    }

    private void Step()
    {
        _events.TryDequeue(out var action, out var due);
        Now = new MonotonicTime(due.Ticks);
        action!();
    }
}

/// <summary>One timer of one machine: the time named last counts.</summary>
internal sealed class SimTimer(Simulation simulation, Action tick)
{
    private int _generation;

    public void Start(MonotonicTime at)
    {
        var generation = ++_generation;
        if (at == MonotonicTime.Never)
            return;
        simulation.At(at, () =>
        {
            if (generation == _generation)
                tick();
        });
    }

    public void Stop() => _generation++;
}
