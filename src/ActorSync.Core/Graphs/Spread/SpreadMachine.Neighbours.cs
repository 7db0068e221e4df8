using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Graphs.Spread;

// Who is a neighbour, and what is asked of it.
public sealed partial class SpreadMachine
{
    // Those of before are left when those that take their place are there.
    private void Leave(MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        Neighbour[] left = [.. _neighbours.Values.Where(neighbour => now >= neighbour.LeaveAt)];
        if (left.Length == 0)
            return;
        if (_neighbours.Values.Any(neighbour => neighbour.IsChosen && !neighbour.IsAsked))
        {
            foreach (var neighbour in left)
                neighbour.LeaveAt = now + _settings.Linger;
            return;
        }
        var lost = false;
        foreach (var neighbour in left)
            lost |= Part(neighbour, outbox);
        if (lost)
            PromoteAll(now, outbox);
        TellNeighbours(outbox);
    }

    // Alone among members who all seemed gone, they are tried anew.
    private void Choose(bool lostEager, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        var chosen = _view.NeighboursOf(_self, _gone.Contains);
        if (chosen.Count == 0 && _gone.Count > 0)
        {
            _gone.Clear();
            chosen = _view.NeighboursOf(_self);
        }
        foreach (var neighbour in _neighbours.Values.Where(neighbour => neighbour.IsChosen && !chosen.Contains(neighbour.Node)))
            (neighbour.IsChosen, neighbour.LeaveAt) = (false, now + _settings.Linger);
        foreach (var peer in chosen)
        {
            var neighbour = Find(peer) ?? Add(peer, lostEager || _tree.Contains(peer), now, outbox);
            (neighbour.IsChosen, neighbour.LeaveAt) = (true, MonotonicTime.Never);
        }
        if (lostEager)
            PromoteAll(now, outbox);
        TellNeighbours(outbox);
    }

    private void TellNeighbours(IOutbox<SpreadOutput> outbox) => outbox.Put(new SpreadOutput.Neighbours([.. _neighbours.Keys]));

    private Neighbour Add(NodeId peer, bool isEager, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        var neighbour = new Neighbour(peer) { IsEager = isEager, Tolerance = _settings.Tolerance };
        _neighbours.Add(peer, neighbour);
        if (!_linked.Contains(peer))
            neighbour.LinkBy = now + _settings.LinkWithin;
        else
            Ask(neighbour, outbox);
        return neighbour;
    }

    private void Ask(Neighbour neighbour, IOutbox<SpreadOutput> outbox)
    {
        if (neighbour.IsAsked)
            return;
        neighbour.IsAsked = true;
        if (!neighbour.IsEager)
            neighbour.Terms = TermsFor(neighbour);
        AskAgain(neighbour, outbox);
    }

    // Who asks for the graph here has it: should it have refused before it had, it does so no longer.
    private static void AskAgain(Neighbour neighbour, IOutbox<SpreadOutput> outbox) =>
        outbox.Put(neighbour.IsEager ? new SpreadOutput.Subscribe(neighbour.Node) : new SpreadOutput.Hello(neighbour.Node, neighbour.Terms));

    // True when it was one that pushed.
    private bool Part(Neighbour neighbour, IOutbox<SpreadOutput> outbox)
    {
        TakeBack(neighbour, outbox);
        _neighbours.Remove(neighbour.Node);
        return neighbour.IsEager;
    }

    private static void TakeBack(Neighbour neighbour, IOutbox<SpreadOutput> outbox)
    {
        if (!neighbour.IsAsked)
            return;
        neighbour.IsAsked = false;
        outbox.Put(neighbour.IsEager ? new SpreadOutput.Unsubscribe(neighbour.Node) : new SpreadOutput.StopHello(neighbour.Node));
    }

    private void PromoteAll(MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        foreach (var neighbour in _neighbours.Values)
            Make(neighbour, isEager: true, now, outbox);
    }

    private void Make(Neighbour neighbour, bool isEager, MonotonicTime now, IOutbox<SpreadOutput> outbox)
    {
        if (neighbour.IsEager == isEager)
            return;
        neighbour.HeldUntil = now + _settings.Hold;
        var wasAsked = neighbour.IsAsked;
        TakeBack(neighbour, outbox);
        (neighbour.IsEager, neighbour.InVain) = (isEager, 0);
        if (wasAsked)
            Ask(neighbour, outbox);
    }

    private bool HasOtherEager(Neighbour neighbour) => _neighbours.Values.Any(other => other != neighbour && other.IsEager && other.IsAsked);

    private HelloTerms TermsFor(Neighbour neighbour)
    {
        var rank = _neighbours.Values.Count(other => other != neighbour && !other.IsEager && other.IsAsked);
        return _settings.Hello with { Patience = _settings.Patience + _settings.PatienceStep * rank };
    }
}
