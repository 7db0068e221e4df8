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

    /// <summary>A peer told its version.</summary>
    /// <param name="Peer">Who.</param>
    /// <param name="Pulls">Whether it did to find out whether this node is level with it.</param>
    public sealed record Told(NodeId Peer, bool Pulls) : ReceiverInput;

    /// <summary>The version here is another.</summary>
    public sealed record Changed : ReceiverInput;

    /// <summary>The timer ran out.</summary>
    public sealed record Tick : ReceiverInput;
}

/// <summary>What the receiver of a state wants done: begin a pull.</summary>
public sealed record ReceiverPull(StatePeer Peer);

/// <summary>
/// The receiver of a state: as soon as there is a peer, and then every pull interval, r0 peers are drawn anew and
/// pulled, a few at once. The interval varies by a tenth, so that nodes started together do not stay in step. Where only unlevel
/// peers are pulled that is for plain peers alone; <see cref="UnlevelPeers"/> says when a linked one is.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="versions">What peers told; it may change between inputs.</param>
/// <param name="random">Draws the peers.</param>
public sealed class ReceiverMachine(StateSettings settings, PeerVersions versions, Random random) : IMachine<ReceiverInput, ReceiverPull>
{
    private const double Variation = 0.1;

    private readonly Queue<StatePeer> _waiting = new();
    private readonly HashSet<NodeId> _underway = [];
    private readonly UnlevelPeers _unlevel = new(settings, versions, random);
    private IReadOnlyList<StatePeer> _peers = [];
    private IReadOnlyList<StatePeer> _drawn = [];
    private MonotonicTime _drawAt;

    /// <summary>When it wants a <see cref="ReceiverInput.Tick"/>.</summary>
    public MonotonicTime Deadline => MonotonicTime.Min(DrawAt, _unlevel.Deadline);

    private MonotonicTime DrawAt => _drawn.Count > 0 ? _drawAt : MonotonicTime.Never;

    /// <summary>Pulls under way.</summary>
    public int Underway => _underway.Count;

    public void Handle(ReceiverInput input, MonotonicTime now, IOutbox<ReceiverPull> outbox)
    {
        switch (input)
        {
            case ReceiverInput.Peers peers:
                OnPeers(peers.Reachable, now);
                break;
            case ReceiverInput.Ended ended:
                _underway.Remove(ended.Peer);
                break;
            case ReceiverInput.Told told:
                OnTold(told, now);
                break;
        }
        if (now >= DrawAt)
            Draw(now);
        if (now >= _unlevel.Deadline)
            Await(_unlevel.Take(now));
        _unlevel.Look(now);
        Begin(outbox);
    }

    private void OnPeers(IReadOnlyList<StatePeer> reachable, MonotonicTime now)
    {
        var before = _peers;
        _peers = reachable;
        _drawn = settings.PullsOnlyUnlevel ? [.. reachable.Where(peer => peer.IsPlain)] : reachable;
        _unlevel.Use(settings.PullsOnlyUnlevel ? [.. reachable.Where(peer => !peer.IsPlain)] : []);
        if (!settings.PullsNewPeers)
            return;
        var come = reachable.Except(before).ToArray();
        var waiting = _waiting.Intersect(reachable).Union(come).ToArray();
        _waiting.Clear();
        Await(waiting);
        foreach (var peer in come.Where(IsPulledUnlevel))
            _unlevel.Exchanges(peer.Node, now);
    }

    // Who asks is about to be level: to ask back meanwhile would be in vain.
    private void OnTold(ReceiverInput.Told told, MonotonicTime now)
    {
        _unlevel.Told(told.Peer);
        if (told.Pulls && settings.PullsOnlyUnlevel && !versions.IsLevel(told.Peer))
            _unlevel.Exchanges(told.Peer, now);
    }

    private bool IsPulledUnlevel(StatePeer peer) => settings.PullsOnlyUnlevel && !peer.IsPlain;

    private void Draw(MonotonicTime now)
    {
        if (!settings.PullsNewPeers)
            _waiting.Clear();
        Await(PeerSample.Draw(_drawn, settings.SampledPeers, random));
        _drawAt = now + settings.PullInterval * (1 + Variation * (2 * random.NextDouble() - 1));
    }

    private void Await(IReadOnlyList<StatePeer> peers)
    {
        foreach (var peer in peers.Where(peer => !_waiting.Contains(peer)))
            _waiting.Enqueue(peer);
    }

    // A peer that went meanwhile is passed over, as are one that is being pulled still, and one that has become level.
    private void Begin(IOutbox<ReceiverPull> outbox)
    {
        while (_underway.Count < settings.PullsMost && _waiting.TryDequeue(out var peer))
            if (_peers.Contains(peer) && !(IsPulledUnlevel(peer) && versions.IsLevel(peer.Node)) && _underway.Add(peer.Node))
                outbox.Put(new ReceiverPull(peer));
    }
}
