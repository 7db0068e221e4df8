using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>
/// Whom a node asks to hold a graph, and who has said that it does: again and again, with waits that double, until each
/// has. What was said to an earlier round, of other members or other heads, counts no more.
/// </summary>
internal sealed class HoldingRounds(GraphId graph, HoldingSettings settings)
{
    private readonly HashSet<NodeId> _asked = [];
    private readonly HashSet<NodeId> _acked = [];
    private bool _needsAll;
    private uint _round;
    private uint _first;
    private int _inVain;

    /// <summary>When to ask next.</summary>
    public MonotonicTime AskAt { get; private set; } = MonotonicTime.Never;

    /// <summary>How many have said so.</summary>
    public int Acknowledged => _acked.Count;

    /// <summary>Begins anew with those.</summary>
    /// <param name="nodes">Whom to ask.</param>
    /// <param name="needsAll">Whether only who holds all heads has said enough, or whoever knows that it is to hold the graph.</param>
    /// <param name="now">The time.</param>
    public void Begin(IEnumerable<NodeId> nodes, bool needsAll, MonotonicTime now)
    {
        _asked.Clear();
        _asked.UnionWith(nodes);
        _acked.Clear();
        (_needsAll, _first, _inVain) = (needsAll, _round + 1, 0);
        AskAt = _asked.Count > 0 ? now : MonotonicTime.Never;
    }

    public void End()
    {
        _asked.Clear();
        _acked.Clear();
        AskAt = MonotonicTime.Never;
    }

    /// <summary>Someone may be reached now who was not before.</summary>
    public void Hasten(MonotonicTime now)
    {
        if (AskAt != MonotonicTime.Never)
            (AskAt, _inVain) = (MonotonicTime.Min(AskAt, now), 0);
    }

    /// <summary>An answer, by the membership that counts.</summary>
    public void OnAck(NodeId node, HoldingAck ack, MonotonicTime now)
    {
        if (ack.Round < _first || ack.Round > _round || !_asked.Contains(node))
            return;
        if (!_needsAll || ack.HoldsAll)
            _acked.Add(node);
        else
            AskAt = MonotonicTime.Min(AskAt, now + settings.AskEvery);
        if (_acked.Count == _asked.Count)
            AskAt = MonotonicTime.Never;
    }

    /// <summary>Asks, when it is time, those that have not said so and are reached. A graph of more heads than a message takes cannot be asked for.</summary>
    public void Ask(MembershipView view, GraphSnapshot snapshot, MonotonicTime now, IOutbox<HoldingOutput> outbox)
    {
        if (now < AskAt)
            return;
        var payload = SyncCodec.Encode(new Hold(graph, ++_round, view.Digest, [.. snapshot.Heads.Take(WireLimits.SampleAddresses)]));
        if (_needsAll && snapshot.Heads.Count > WireLimits.SampleAddresses)
            _first = _round + 1;
        foreach (var node in _asked.Where(node => !_acked.Contains(node) && view.Reaches(node)))
            outbox.Put(new HoldingOutput.Send(node, payload));
        AskAt = now + settings.Wait(_inVain++);
    }
}
