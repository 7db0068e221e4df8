using System.Runtime.CompilerServices;
using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Testing.Simulations.Invariants;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>Virtual time: what is due happens in its order, and the same seed gives the same run.</summary>
internal sealed class Simulation(int seed)
{
    private readonly PriorityQueue<Action, (long Ticks, long Number)> _events = new();
    private readonly ConditionalWeakTable<CommandBlock, IReadOnlyList<Command>> _decoded = [];
    private long _number;

    public Random Random { get; } = new(seed);

    public MonotonicTime Now { get; private set; } = MonotonicTime.Zero + TimeSpan.FromHours(1);

    /// <summary>What has happened so far.</summary>
    public long Events { get; private set; }

    /// <summary>Looks at all that nodes say and store, and throws when a promise is broken; null when nobody looks.</summary>
    public SimWatch? Watch { get; init; }

    /// <summary>What the nodes do wrong, so that it can be seen that it is found.</summary>
    public PlantedBug Bug { get; init; }

    /// <summary>The name of a node made now.</summary>
    public ulong NextNode => ++field;

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

    /// <summary>A time between the two, drawn.</summary>
    public TimeSpan Draw(TimeSpan least, TimeSpan most) => least + (most - least) * Random.NextDouble();

    /// <summary>The commands of a block. What each receiver would decode from the same bytes is decoded once.</summary>
    public IReadOnlyList<Command> Decode(CommandBlock block, ICommandIdentity? identity = null) =>
        _decoded.GetValue(block, block => block.Decode(WireLimits.Default, identity).Value);

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    private void Step()
    {
        _events.TryDequeue(out var action, out var due);
        Now = new MonotonicTime(due.Ticks);
        Events++;
        action!();
    }
}
