using ActorSync.Machines;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Membership;

/// <summary>One timer of a node's machine, on the clock of that node: the time named last counts.</summary>
internal sealed class MeshTimer(Simulation simulation, Func<TimeSpan> ahead, Action tick)
{
    private MonotonicTime _at = MonotonicTime.Never;
    private int _run;

    public void Start(MonotonicTime at)
    {
        _at = at;
        Arm();
    }

    /// <summary>The clock has jumped: what was to come later may be due.</summary>
    public void Arm()
    {
        var run = ++_run;
        if (_at == MonotonicTime.Never)
            return;
        simulation.At(_at + -ahead(), () =>
        {
            if (run != _run)
                return;
            _at = MonotonicTime.Never;
            tick();
        });
    }
}
