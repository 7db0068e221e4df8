using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>
/// The publisher of a state: at most every push interval, when something changed, what changed since the last publish
/// goes to r0 peers drawn anew. What came in from a peer is a change like any other, so that each node passes it on
/// once, though not back. A peer that does not say that it holds a push durably gets it again, after waits that double;
/// in the end it is left to its next pull. An entry that a plain peer refuses is set aside for it (<see cref="RefusedEntries"/>). A flag could be cleared by mistake; what is owed is told by numbers of changes.
/// </summary>
public sealed class PublisherMachine : IMachine<PublisherInput, PublisherOutput>
{
    private readonly StateName _name;
    private readonly ExchangeId _run;
    private readonly StateTable _table;
    private readonly StateSettings _settings;
    private readonly PeerVersions _versions;
    private readonly RefusedEntries _refused;
    private readonly Random _random;
    private readonly Dictionary<NodeId, OwedPush> _owed = [];
    private Dictionary<NodeId, StatePeer> _peers = [];
    private MonotonicTime _publishAt = MonotonicTime.Never;
    private MonotonicTime _notBefore;
    private uint _round;

    /// <param name="name">The state.</param>
    /// <param name="table">What is held; it may change between inputs.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="versions">What peers told; it may change between inputs.</param>
    /// <param name="refused">What plain peers do not take; entries are added to it.</param>
    /// <param name="random">Draws the peers, and the number of this run.</param>
    /// <param name="published">The change up to which nothing is published: 0 to begin with the full state.</param>
    public PublisherMachine(StateName name, StateTable table, StateSettings settings, PeerVersions versions, RefusedEntries refused, Random random, long published = 0)
    {
        _name = name;
        _table = table;
        _settings = settings;
        _versions = versions;
        _refused = refused;
        _random = random;
        _run = new ExchangeId((ulong)random.NextInt64(1, long.MaxValue));
        Published = published;
    }

    /// <summary>The change up to which all was handed to a draw of peers.</summary>
    public long Published { get; private set; }

    /// <summary>Peers that are owed a push.</summary>
    public int Owed => _owed.Count;

    /// <summary>When it wants a <see cref="PublisherInput.Tick"/>.</summary>
    public MonotonicTime Deadline
    {
        get
        {
            var first = _publishAt;
            foreach (var owed in _owed.Values)
                first = MonotonicTime.Min(first, owed.Deadline);
            return first;
        }
    }

    public void Handle(PublisherInput input, MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        switch (input)
        {
            case PublisherInput.Peers peers:
                OnPeers(peers.Reachable, now, outbox);
                break;
            case PublisherInput.Pushed pushed when IsUnderway(pushed.Peer, pushed.Message.Exchange, pushed.Message.Round):
                OnPushed(pushed, now, outbox);
                break;
            case PublisherInput.Refused refused when refused.Failure.Reference == _run.Value && _owed.GetValueOrDefault(refused.Peer)?.Underway is not null:
                OnRefused(refused.Peer, refused.Failure.ToError(), now, outbox);
                break;
            case PublisherInput.Tick:
                OnTick(now, outbox);
                break;
        }
        if (_publishAt == MonotonicTime.Never && _peers.Count > 0 && _table.LatestChange > Published)
            _publishAt = MonotonicTime.Max(now, _notBefore);
    }

    private bool IsUnderway(NodeId peer, ExchangeId run, uint round) =>
        run == _run && _owed.GetValueOrDefault(peer)?.Underway is { } underway && underway.Round == round;

    // A peer that is back is tried at once; one that is gone has failed.
    private void OnPeers(IReadOnlyList<StatePeer> reachable, MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        var before = _peers;
        _peers = reachable.ToDictionary(peer => peer.Node);
        if (_peers.Count == 0)
            _publishAt = MonotonicTime.Never;
        foreach (var (peer, owed) in _owed.ToArray())
        {
            if (_peers.ContainsKey(peer) && !before.ContainsKey(peer))
                Push(peer, owed, now, outbox);
            else if (!_peers.ContainsKey(peer) && owed.Underway is not null)
                Failed(peer, new SyncError(SyncErrorKind.Unreachable, "the link is gone"), now, outbox);
        }
    }

    private void OnTick(MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        foreach (var (peer, owed) in _owed.Where(pair => now >= pair.Value.Deadline).ToArray())
        {
            if (owed.Underway is not null)
                Failed(peer, new SyncError(SyncErrorKind.Unreachable, $"no answer to a push in time"), now, outbox);
            else if (_peers.ContainsKey(peer))
                Push(peer, owed, now, outbox);
            else
                Failed(peer, new SyncError(SyncErrorKind.Unreachable, "there is no link"), now, outbox);
        }
        if (now >= _publishAt)
            Publish(now, outbox);
    }

    private void Publish(MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        var upTo = _table.LatestChange;
        foreach (var peer in PeerSample.Draw([.. _peers.Values.Where(Lacks)], _settings.SampledPeers, _random))
        {
            if (!_owed.TryGetValue(peer.Node, out var owed))
                _owed.Add(peer.Node, owed = new OwedPush(Published));
            owed.UpTo = upTo;
            if (owed.Underway is null)
                Push(peer.Node, owed, now, outbox);
        }
        Published = upTo;
        _notBefore = now + _settings.PushInterval;
        _publishAt = MonotonicTime.Never;
    }

    private bool Lacks(StatePeer peer) => !_settings.PullsOnlyUnlevel || peer.IsPlain || !_versions.IsLevel(peer.Node);

    private void OnPushed(PublisherInput.Pushed pushed, MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        var owed = _owed[pushed.Peer];
        owed.After = owed.Underway!.Value.UpTo;
        owed.Failures = 0;
        owed.Narrowing.Took(owed.Underway.Value.Entries.Count);
        if (pushed.Message.Why is { } why)
            outbox.Put(new PublisherOutput.Failed(pushed.Peer, new SyncError(why, $"the peer refused {pushed.Message.Refused} entries of a push: {why}")));
        Push(pushed.Peer, owed, now, outbox);
    }

    // A plain peer takes all of a push or nothing: half of it is next, until the one entry is found that it does not take.
    private void OnRefused(NodeId peer, SyncError error, MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        var owed = _owed[peer];
        if (!_peers.TryGetValue(peer, out var known) || !known.IsPlain || !Narrowing.IsRefusal(error))
        {
            Failed(peer, error, now, outbox);
            return;
        }
        var (_, upTo, entries) = owed.Underway!.Value;
        if (owed.Narrowing.Refused(entries.Count))
        {
            if (_refused.Add(peer, entries[0], error, now) is { } told)
                outbox.Put(new PublisherOutput.SetAside(peer, told));
            owed.After = upTo;
        }
        if (owed.Narrowing.IsInVain)
            Failed(peer, error, now, outbox);
        else
            Push(peer, owed, now, outbox);
    }

    // The next payload of what is owed; nothing left settles it.
    private void Push(NodeId peer, OwedPush owed, MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        var page = new EntryPage(_peers[peer].MaxPayloadBytes, _settings.MessageBytes, owed.Narrowing.Most);
        var last = owed.UpTo;
        foreach (var (entry, change) in Lacks(_peers[peer]) ? _table.ChangedSince(owed.After, peer) : [])
        {
            if (change > owed.UpTo)
                break;
            if (page.IsTooLarge(entry) || _refused.Has(peer, entry, now) || page.TryAdd(entry))
                continue;
            last = change - 1;
            break;
        }
        if (page.Entries.Count == 0)
        {
            _owed.Remove(peer);
            return;
        }
        owed.Underway = (++_round, last, page.Entries);
        owed.Deadline = now + (_peers[peer].IsPlain ? _settings.PlainAnswerWithin : _settings.AnswerWithin);
        outbox.Put(new PublisherOutput.Send(peer, new StatePush(_name, _run, _round, true, _table.Version, page.Entries)));
    }

    private void Failed(NodeId peer, SyncError error, MonotonicTime now, IOutbox<PublisherOutput> outbox)
    {
        var owed = _owed[peer];
        if (error.Kind == SyncErrorKind.Unreachable && owed.Underway is { } underway && _peers.TryGetValue(peer, out var known) && known.IsPlain)
            owed.Narrowing.Failed(underway.Entries.Count);
        owed.Underway = null;
        owed.Narrowing.Begin();
        if (++owed.Failures > _settings.PushRetries || _owed.Count > _settings.PeersMost)
            _owed.Remove(peer);
        else
            owed.Deadline = now + _settings.PushInterval * Math.Pow(2, owed.Failures - 1);
        outbox.Put(new PublisherOutput.Failed(peer, error));
    }
}
