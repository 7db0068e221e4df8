using ActorSync.Machines;

namespace ActorSync.Testing.Simulations;

/// <summary>
/// One timer of one machine, on the clock of its node: the time named last counts. A wake-up that comes before that time
/// looks again, so that a timer set anew with every input costs one event, not one each.
/// </summary>
internal sealed class SimTimer(SimNode node, Action tick)
{
    private MonotonicTime _at = MonotonicTime.Never;
    private MonotonicTime _wake = MonotonicTime.Never;

    public bool IsRunning => _at != MonotonicTime.Never;

    public void Start(MonotonicTime at)
    {
        _at = at;
        Wake();
    }

    public void Stop() => _at = MonotonicTime.Never;

    /// <summary>The clock has jumped: what was to come later may be due.</summary>
    public void OnJump()
    {
        _wake = MonotonicTime.Never;
        Wake();
    }

    private void Wake()
    {
        if (_at == MonotonicTime.Never)
            return;
        var due = node.OnSimulatedClock(_at);
        if (_wake <= due)
            return;
        _wake = due;
        node.Armed.Add(this);
        node.PostAt(due, () => OnWake(due));
    }

    private void OnWake(MonotonicTime wake)
    {
        if (wake != _wake)
            return;
        _wake = MonotonicTime.Never;
        node.Armed.Remove(this);
        if (_at == MonotonicTime.Never)
            return;
        if (node.Now < _at)
        {
            Wake();
            return;
        }
        _at = MonotonicTime.Never;
        tick();
    }
}
