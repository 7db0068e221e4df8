using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

/// <summary>A link of two nodes, what rules do to its payloads, and how many there were.</summary>
internal sealed class ScenarioLink
{
    private readonly Simulation _simulation;
    private readonly List<Order> _orders = [];
    private int _counted;

    public ScenarioLink(Simulation simulation, SimLink link)
    {
        (_simulation, Link) = (simulation, link);
        link.Loses = IsLost;
    }

    public SimLink Link { get; }

    public bool IsUp
    {
        set
        {
            if (value == Link.IsUp)
                throw new RuleDiffersException($"the link is {(value ? "up" : "down")} already");
            if (value)
                Link.Up();
            else
                Link.Down();
        }
    }

    public void Add(SimNode from, ScenarioRule.Tamper tamper) => _orders.Add(new Order(from, tamper));

    public void CountAnew() => _counted = Link.Sent.Count;

    /// <summary>Payloads of a type that one side sent, and their bytes with framing.</summary>
    public (ulong Count, ulong Bytes) Count(SimNode from, SyncType type)
    {
        var sent = Link.Sent.Skip(_counted).Where(payload => payload.From == from && payload.Message.Type == type).ToArray();
        return ((ulong)sent.Length, (ulong)sent.Sum(payload => (long)payload.Bytes + SimLink.FrameOverhead));
    }

    // The first order that a payload fits is the one that it counts for.
    private bool IsLost(SentPayload sent)
    {
        if (_orders.Find(order => order.From == sent.From && order.Type == sent.Message.Type) is not { } found)
            return false;
        var isLast = --found.Left == 0;
        if (isLast)
            _orders.Remove(found);
        switch (found.How)
        {
            case Tampering.Repeat:
                _simulation.After(Link.Faults.Delay * 2, () => Again(sent));
                return false;
            case Tampering.Break when isLast:
                // What was sent before arrives, this and what follows does not.
                _simulation.After(Link.Faults.Delay, Break);
                return true;
            default:
                return found.How == Tampering.Lose;
        }
    }

    private void Break()
    {
        if (Link.IsUp)
            Link.Down();
    }

    private void Again(SentPayload sent)
    {
        if (Link.IsUp)
            Link.Other(sent.From).PeerAt(Link).Deliver(sent.Message);
    }

    private sealed class Order(SimNode from, ScenarioRule.Tamper tamper)
    {
        public SimNode From => from;

        public SyncType Type => tamper.Type;

        public Tampering How => tamper.How;

        public ulong Left { get; set; } = tamper.Count;
    }
}
