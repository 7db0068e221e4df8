using ActorSync.Peers;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>Makes a link again whenever it is broken, as one of its sides does: with waits that grow.</summary>
internal sealed class SimDialer(Simulation simulation, SimLink link)
{
    private Backoff _backoff = new(new BackoffSettings(), simulation.Random);
    private bool _isWaiting;

    /// <summary>Breaks the link; each side hears of it within so long.</summary>
    public void Break(TimeSpan heardWithin)
    {
        if (link.IsUp)
        {
            _backoff.LinkEnded(simulation.Now - link.UpSince);
            link.Down(() => simulation.Draw(TimeSpan.Zero, heardWithin));
        }
        Wait();
    }

    /// <summary>The side that dials has started again.</summary>
    public void BeginAnew()
    {
        _backoff = new Backoff(new BackoffSettings(), simulation.Random);
        Wait();
    }

    private void Wait()
    {
        if (_isWaiting)
            return;
        _isWaiting = true;
        simulation.After(_backoff.Next(), Dial);
    }

    private void Dial()
    {
        _isWaiting = false;
        if (link.IsUp)
            return;
        if (CanAnswer(link.One) && CanAnswer(link.Two) && !link.IsCut)
            link.Up();
        else
            Wait();
    }

    private static bool CanAnswer(SimNode node) => node.IsRunning && !node.IsPaused;
}
