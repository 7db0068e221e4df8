using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.States.Exchange;

/// <summary>
/// Which linked peers are to be pulled because they are not known to be level, and when: r0 at a time, after a wait that
/// lets pushes, and the pulls of others, come first. Who stays unlevel is asked more and more seldom. When all are known
/// to be level there is nothing to wait for.
/// </summary>
internal sealed class UnlevelPeers(StateSettings settings, PeerVersions versions, Random random)
{
    private const double LeastShare = 0.2;

    private readonly Dictionary<NodeId, Wait> _waits = [];
    private IReadOnlyList<StatePeer> _peers = [];

    /// <summary>When to <see cref="Take"/>.</summary>
    public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

    /// <summary>These are linked.</summary>
    public void Use(IReadOnlyList<StatePeer> linked)
    {
        _peers = linked;
        foreach (var gone in _waits.Keys.Except(linked.Select(peer => peer.Node)).ToArray())
            _waits.Remove(gone);
    }

    /// <summary>A peer told its version: who is level is asked soon again when it no longer is.</summary>
    public void Told(NodeId peer)
    {
        if (versions.IsLevel(peer))
            _waits.Remove(peer);
    }

    /// <summary>A peer is pulled, or pulls: not again for a while, each time twice as long.</summary>
    public void Exchanges(NodeId peer, MonotonicTime now)
    {
        var within = _waits.TryGetValue(peer, out var wait) ? 2 * wait.Within : settings.LevelWithin;
        if (within > settings.PullInterval)
            within = settings.PullInterval;
        _waits[peer] = new Wait(now + Jittered(within), within);
    }

    /// <summary>Looks whether there is anything to wait for.</summary>
    public void Look(MonotonicTime now)
    {
        if (Deadline == MonotonicTime.Never && _peers.Any(peer => !versions.IsLevel(peer.Node)))
            Deadline = now + Jittered(settings.LevelWithin);
    }

    /// <summary>Those to pull now.</summary>
    public IReadOnlyList<StatePeer> Take(MonotonicTime now)
    {
        StatePeer[] unlevel = [.. _peers.Where(peer => !versions.IsLevel(peer.Node))];
        var drawn = PeerSample.Draw([.. unlevel.Where(peer => now >= NotBefore(peer))], settings.SampledPeers, random);
        foreach (var peer in drawn)
            Exchanges(peer.Node, now);
        var next = MonotonicTime.Never;
        foreach (var peer in unlevel)
            next = MonotonicTime.Min(next, NotBefore(peer));
        Deadline = next == MonotonicTime.Never ? next : MonotonicTime.Max(next, now + Jittered(settings.LevelWithin));
        return drawn;
    }

    private MonotonicTime NotBefore(StatePeer peer) => _waits.TryGetValue(peer.Node, out var wait) ? wait.NotBefore : MonotonicTime.Zero;

    private TimeSpan Jittered(TimeSpan within) => within * (LeastShare + (1 - LeastShare) * random.NextDouble());

    private readonly record struct Wait(MonotonicTime NotBefore, TimeSpan Within);
}
