using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations.Runs;

/// <summary>Counts payloads, and knows when the last one was sent that is no sign of life.</summary>
internal sealed class Traffic(Simulation simulation, Action<string>? trace) : ISimTraffic
{
    private readonly Dictionary<(SimLink, SimNode), int> _renewals = [];
    private readonly Dictionary<(SimLink, SimNode), int> _refusals = [];
    private readonly Dictionary<(SimLink, SimNode), int> _hellos = [];
    private readonly Dictionary<(SimLink, SimNode), int> _numberings = [];

    public FaultMaker? Faults { get; set; }

    public long Messages { get; private set; }

    /// <summary>When the last payload was sent that does more than keep a subscription.</summary>
    public MonotonicTime LastNews { get; private set; }

    /// <summary>What that was, for people.</summary>
    public string Last { get; private set; } = "";

    /// <summary>The most requests to keep a subscription that one node sent another since the last news.</summary>
    public int MostRenewals => _renewals.Values.DefaultIfEmpty().Max();

    /// <summary>The most times that one node asked another since for a subscription that it did not get.</summary>
    public int MostRefusals => _refusals.Values.DefaultIfEmpty().Max();

    /// <summary>The most notifications of one node to another since.</summary>
    public int MostHellos => _hellos.Values.DefaultIfEmpty().Max();

    /// <summary>The most times that one node told another since what it calls graphs for short.</summary>
    public int MostNumberings => _numberings.Values.DefaultIfEmpty().Max();

    public void OnSent(SimLink link, SimNode from, SyncMessage message, int bytes)
    {
        Messages++;
        trace?.Invoke($"{simulation.Now.Ticks / 1e7 - 3600:F4} {from} to {link.Other(from)}: {message.Type}, {bytes} bytes");
        switch (message)
        {
            case Subscribe:
                _renewals[(link, from)] = _renewals.GetValueOrDefault((link, from)) + 1;
                break;
            case MaximumSubscriptionsExceeded:
                _renewals[(link, link.Other(from))] = _renewals.GetValueOrDefault((link, link.Other(from))) - 1;
                _refusals[(link, link.Other(from))] = _refusals.GetValueOrDefault((link, link.Other(from))) + 1;
                break;
            case HelloNotify:
                _hellos[(link, from)] = _hellos.GetValueOrDefault((link, from)) + 1;
                break;
            // A number that was passed over is told again with a renewal.
            case NumberGraphs:
                _numberings[(link, from)] = _numberings.GetValueOrDefault((link, from)) + 1;
                break;
            case Subscribed or HelloSubscribe:
                break;
            default:
                LastNews = simulation.Now;
                Last = $"a {message.Type} of {from} to {link.Other(from)}";
                _renewals.Clear();
                _refusals.Clear();
                _hellos.Clear();
                _numberings.Clear();
                break;
        }
    }

    public void OnLost() => Faults?.Note(SimulationFault.Loss);

    public void OnRepeated() => Faults?.Note(SimulationFault.Duplication);

    public void OnOvertaken() => Faults?.Note(SimulationFault.Reordering);
}
