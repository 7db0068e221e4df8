using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.States.Exchange;

/// <summary>What reaches the receiver of a state.</summary>
public abstract record ReceiverInput
{
    private ReceiverInput()
    {
    }

    /// <summary>The peers that can be reached now, this node not among them.</summary>
    public sealed record Peers(IReadOnlyList<StatePeer> Reachable) : ReceiverInput;

    /// <summary>A pull is over.</summary>
    public sealed record Ended(NodeId Peer) : ReceiverInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : ReceiverInput;
}

/// <summary>What the receiver of a state wants done: begin a pull.</summary>
public sealed record ReceiverPull(StatePeer Peer);

/// <summary>
/// The receiver of a state: as soon as there is a peer, and then every pull interval, r0 peers are drawn anew and
/// pulled, a few at once. The interval varies by a tenth, so that nodes started together do not stay in step.
/// </summary>
public sealed class ReceiverMachine(StateSettings settings, Random random) : IMachine<ReceiverInput, ReceiverPull>
{
    private const double Variation = 0.1;

    private readonly Queue<StatePeer> _waiting = new();
    private readonly HashSet<NodeId> _underway = [];
    private IReadOnlyList<StatePeer> _peers = [];
    private MonotonicTime _drawAt;

    /// <summary>When it wants a <see cref="ReceiverInput.Tick"/>.</summary>
    public MonotonicTime Deadline => _peers.Count > 0 ? _drawAt : MonotonicTime.Never;

    /// <summary>Pulls under way.</summary>
    public int Underway => _underway.Count;

    public void Handle(ReceiverInput input, MonotonicTime now, IOutbox<ReceiverPull> outbox)
    {
        switch (input)
        {
            case ReceiverInput.Peers peers:
                OnPeers(peers.Reachable);
                break;
            case ReceiverInput.Ended ended:
                _underway.Remove(ended.Peer);
                break;
        }
        if (now >= Deadline)
            Draw(now);
        Begin(outbox);
    }

    private void OnPeers(IReadOnlyList<StatePeer> reachable)
    {
        var before = _peers;
        _peers = reachable;
        if (!settings.PullsNewPeers)
            return;
        var waiting = _waiting.Intersect(reachable).Union(reachable.Except(before)).ToArray();
        _waiting.Clear();
        foreach (var peer in waiting)
            _waiting.Enqueue(peer);
    }

    private void Draw(MonotonicTime now)
    {
        if (!settings.PullsNewPeers)
            _waiting.Clear();
        foreach (var peer in PeerSample.Draw(_peers, settings.SampledPeers, random))
        {
            if (!_waiting.Contains(peer))
                _waiting.Enqueue(peer);
        }
        _drawAt = now + settings.PullInterval * (1 + Variation * (2 * random.NextDouble() - 1));
    }

    // A peer that went meanwhile is passed over, as is one that is being pulled still.
    private void Begin(IOutbox<ReceiverPull> outbox)
    {
        while (_underway.Count < settings.PullsMost && _waiting.TryDequeue(out var peer))
            if (_peers.Contains(peer) && _underway.Add(peer.Node))
                outbox.Put(new ReceiverPull(peer));
    }
}
