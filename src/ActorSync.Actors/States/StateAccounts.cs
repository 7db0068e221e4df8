using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;

namespace ActorSync.Actors;

/// <summary>
/// What the exchange of a state did, with each peer and in all, and which version each peer was last known to have. All
/// are level when every peer is known to have the version that is here.
/// </summary>
internal sealed class StateAccounts
{
    private readonly Dictionary<NodeId, StatePeerAccount> _peers = [];
    private readonly StatePeerAccount _gone = new();
    private HashSet<NodeId> _reachable = [];
    private MonotonicTime? _unlevelSince;
    private StateVersion _noted;
    private bool _isNews;
    private long _arrived;
    private double _arrivedSeconds;
    private long _served;
    private long _servedReceived;

    public long Sets { get; set; }

    /// <summary>Pushes of those that are no linked peers.</summary>
    public long PushesReceived { get; set; }

    /// <summary>Pulls of those that are no linked peers.</summary>
    public long PullsAnswered { get; set; }

    /// <summary>How long it took the last time until all peers were known to be level again.</summary>
    public TimeSpan? LastConvergence { get; private set; }

    /// <summary>The account of all that are no peers, or no longer.</summary>
    public StatePeerAccount Others => _gone;

    /// <summary>The account of a peer, to put something into.</summary>
    public StatePeerAccount Of(NodeId peer)
    {
        _isNews = true;
        if (!_peers.TryGetValue(peer, out var account))
            _peers.Add(peer, account = new StatePeerAccount());
        return account;
    }

    /// <summary>These can be reached now. The figures of those that are gone stay in the sums.</summary>
    public void Keep(HashSet<NodeId> reachable)
    {
        _reachable = reachable;
        foreach (var (peer, account) in _peers.Where(pair => !reachable.Contains(pair.Key)).ToArray())
        {
            _gone.Add(account);
            _peers.Remove(peer);
        }
        foreach (var peer in reachable)
            Of(peer);
    }

    /// <summary>Notes how things stand after each input.</summary>
    public void Note(StateVersion version, MonotonicTime now)
    {
        // What peers hold is looked at when one of them told something, not with each of a hundred thousand writes.
        if (!_isNews && version != _noted && _reachable.Count > 0)
            _unlevelSince ??= now;
        _noted = version;
        if (!_isNews)
            return;
        _isNews = false;
        foreach (var peer in _peers.Values.Where(peer => peer.Told == version))
            peer.LevelAt = now;
        if (_reachable.Count == 0)
            _unlevelSince = null;
        else if (!_reachable.All(peer => Of(peer).Told == version))
            _unlevelSince ??= now;
        else if (_unlevelSince is { } since)
        {
            LastConvergence = now - since;
            _unlevelSince = null;
        }
    }

    /// <summary>Entries of others came so long after they were written, by both clocks.</summary>
    public void Arrived(long milliseconds)
    {
        _arrived++;
        _arrivedSeconds += Math.Max(0, milliseconds) / 1000.0;
    }

    /// <summary>Bytes of requests that came here, and of their answers.</summary>
    public void Served(long received, long sent)
    {
        _servedReceived += received;
        _served += sent;
    }

    /// <summary>For how long not all have been known to be level; zero when they are.</summary>
    public TimeSpan Unlevel(MonotonicTime now) => _unlevelSince is { } since ? now - since : TimeSpan.Zero;

    /// <summary>The sums over all peers that there ever were.</summary>
    public StateTotals Totals()
    {
        var sum = new StatePeerAccount();
        foreach (var account in _peers.Values.Append(_gone))
            sum.Add(account);
        return new StateTotals(
            Sets, sum.PushesSent, sum.PushesReceived + PushesReceived, sum.PullsMade, sum.LevelPulls, sum.PullsAnswered + PullsAnswered,
            sum.Failures, sum.BytesReceived + _servedReceived, sum.BytesSent + _served, _arrived, _arrivedSeconds);
    }

    /// <summary>How each peer stands.</summary>
    /// <param name="version">The version here.</param>
    /// <param name="now">The time.</param>
    /// <param name="plain">A plain peer; null for one that is linked.</param>
    /// <param name="refused">What plain peers do not take.</param>
    public IReadOnlyList<StatePeerStatus> Peers(StateVersion version, MonotonicTime now, Func<NodeId, IPlainPeer?> plain, RefusedEntries refused) =>
    [
        .. _reachable.Select(peer =>
        {
            var (account, other) = (Of(peer), plain(peer));
            return new StatePeerStatus(
                other?.Name ?? peer.ToString(), other is not null, account.Told == version, account.Told?.ToString(),
                account.LevelAt is { } at ? (now - at).TotalSeconds : null, account.PushesSent, account.PullsMade, account.Failures,
                other?.BytesReceived ?? account.BytesReceived, other?.BytesSent ?? account.BytesSent, account.LastError,
                account.LastErrorAt is { } failed ? (now - failed).TotalSeconds : null, account.IsFailing,
                refused.CountOf(peer), [.. refused.Of(peer).Take(StatePeerStatus.RefusedMost)]);
        }).OrderBy(peer => peer.Peer, StringComparer.Ordinal),
    ];
}
