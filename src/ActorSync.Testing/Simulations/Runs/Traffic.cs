using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>Counts payloads, and knows when the last one was sent that is no renewal.</summary>
internal sealed class Traffic(Simulation simulation) : ISimTraffic
{
    private readonly Dictionary<(SimLink, SimNode), int> _renewals = [];

    public FaultMaker? Faults { get; set; }

    public long Messages { get; private set; }

    /// <summary>When the last payload was sent that does more than keep a subscription.</summary>
    public MonotonicTime LastNews { get; private set; }

    /// <summary>What that was, for people.</summary>
    public string Last { get; private set; } = "";

    /// <summary>The most requests to keep a subscription that one node sent another since the last news.</summary>
    public int MostRenewals => _renewals.Count == 0 ? 0 : _renewals.Values.Max();

    public void OnSent(SimLink link, SimNode from, SyncMessage message, int bytes)
    {
        Messages++;
        switch (message)
        {
            case Subscribe:
                _renewals[(link, from)] = _renewals.GetValueOrDefault((link, from)) + 1;
                break;
            case Subscribed or MaximumSubscriptionsExceeded:
                break;
            default:
                LastNews = simulation.Now;
                Last = $"a {message.Type} of {from} to {link.Other(from)}";
                _renewals.Clear();
                break;
        }
    }

    public void OnLost() => Faults?.Note(SimulationFault.Loss);

    public void OnRepeated() => Faults?.Note(SimulationFault.Duplication);

    public void OnOvertaken() => Faults?.Note(SimulationFault.Reordering);
}
