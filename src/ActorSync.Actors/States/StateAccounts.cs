using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Wire;

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
    /// <param name="plain">Name and bytes of a plain peer; null for one that is linked.</param>
    public IReadOnlyList<StatePeerStatus> Peers(StateVersion version, MonotonicTime now, Func<NodeId, (string Name, long Received, long Sent)?> plain) =>
    [
        .. _reachable.Select(peer =>
        {
            var (account, other) = (Of(peer), plain(peer));
            return new StatePeerStatus(
                other?.Name ?? peer.ToString(), other is not null, account.Told == version, account.Told?.ToString(),
                account.LevelAt is { } at ? (now - at).TotalSeconds : null, account.PushesSent, account.PullsMade, account.Failures,
                other?.Received ?? account.BytesReceived, other?.Sent ?? account.BytesSent, account.LastError);
        }).OrderBy(peer => peer.Peer, StringComparer.Ordinal),
    ];
}

/// <summary>The account of one peer.</summary>
internal sealed class StatePeerAccount
{
    /// <summary>The version that it had when it was last heard of; null before.</summary>
    public StateVersion? Told { get; private set; }

    /// <summary>When it was last known to have the version that was here.</summary>
    public MonotonicTime? LevelAt { get; set; }

    public long PushesSent { get; set; }

    public long PushesReceived { get; private set; }

    public long PullsMade { get; private set; }

    public long LevelPulls { get; private set; }

    public long PullsAnswered { get; private set; }

    public long Failures { get; private set; }

    public long BytesReceived { get; private set; }

    public long BytesSent { get; private set; }

    public string? LastError { get; private set; }

    /// <summary>It took what it was handed, and said which version it has; null when it did not.</summary>
    public void Tells(StateVersion? version)
    {
        Told = version ?? Told;
        LastError = null;
    }

    /// <summary>A message of it.</summary>
    public void Received(StateMessage message, int bytes)
    {
        BytesReceived += bytes;
        switch (message)
        {
            case StatePull pull when pull.Range == StateRange.All:
                PullsAnswered++;
                Told = new StateVersion(pull.Digest);
                break;
            case StatePush push:
                PushesReceived++;
                Told = push.Version;
                break;
            case StatePushed pushed:
                Told = pushed.Version;
                break;
        }
    }

    /// <summary>A payload to it.</summary>
    public void Sent(ReadOnlyMemory<byte> payload)
    {
        BytesSent += payload.Length;
        if (SyncCodec.PeekType(payload.Span).TryGet(out var type, out _) && type == SyncType.StatePush)
            PushesSent++;
    }

    /// <summary>A pull of it ended well: both hold the same now.</summary>
    public void Pulled(PullReport report, StateVersion version)
    {
        PullsMade++;
        LevelPulls += report.WasLevel ? 1 : 0;
        Told = report.Level ?? version;
        LastError = null;
    }

    public void Failed(SyncError error)
    {
        Failures++;
        LastError = error.Message;
    }

    /// <summary>Adds the figures of another.</summary>
    public void Add(StatePeerAccount other)
    {
        PushesSent += other.PushesSent;
        PushesReceived += other.PushesReceived;
        PullsMade += other.PullsMade;
        LevelPulls += other.LevelPulls;
        PullsAnswered += other.PullsAnswered;
        Failures += other.Failures;
        BytesReceived += other.BytesReceived;
        BytesSent += other.BytesSent;
    }
}
