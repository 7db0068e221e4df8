using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>
/// A node's replica of a state, whole: the writer, the publisher, the receiver with its pulls, and the answers to
/// peers' requests, over one table. What an interpreter runs.
/// <code>
/// Set ───────────> writer ──Append, Applied, Changed──> publisher ──Send──> peers
/// StatePush ─────> writer ──durable──> StatePushed
/// StatePull, StateCompare ──> responder
/// StateLevel, StateDigests, StateEntries ──> pull ──Store──> writer
/// </code>
/// </summary>
public sealed class StateReplica : IMachine<ReplicaInput, ReplicaOutput>
{
    private readonly StateName _name;
    private readonly NodeId _self;
    private readonly StateSettings _settings;
    private readonly StateMachine _writer;
    private readonly PublisherMachine _publisher;
    private readonly ReceiverMachine _receiver;
    private readonly PeerVersions _versions;
    private readonly PullsUnderway _pulls;
    private readonly HashSet<NodeId> _plain = [];
    private readonly Dictionary<long, Handover> _receiving = [];
    private readonly Outbox<StateOutput> _written = new();
    private readonly Outbox<PublisherOutput> _published = new();
    private readonly Outbox<ReceiverPull> _due = new();
    private readonly Outbox<PullOutput> _pulled = new();
    private StateVersion _version;
    private MonotonicTime _purgeAt;
    private MonotonicTime? _timer;
    private long _tokens;

    /// <param name="name">The state.</param>
    /// <param name="self">This node.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="table">What is held.</param>
    /// <param name="clock">The clock; it was shown what is held.</param>
    /// <param name="random">Draws peers and numbers of exchanges.</param>
    /// <param name="published">The table's change up to which nothing is pushed unasked: what a restart found is
    /// compared by the first pulls. 0 begins with the full state.</param>
    public StateReplica(StateName name, NodeId self, StateSettings settings, StateTable table, HybridClock clock, Random random, long published = 0)
    {
        _name = name;
        _self = self;
        _settings = settings;
        _writer = new StateMachine(self, settings, table, clock);
        _versions = new PeerVersions(table);
        Refused = new RefusedEntries(table, settings);
        _pulls = new PullsUnderway(name, table, settings, Refused, random);
        _publisher = new PublisherMachine(name, table, settings, _versions, Refused, random, published);
        _receiver = new ReceiverMachine(settings, _versions, random);
    }

    /// <summary>What is held, durably. To be read between inputs.</summary>
    public StateTable Table => _writer.Table;

    /// <summary>Peers that are owed a push.</summary>
    public int OwedPushes => _publisher.Owed;

    /// <summary>The entries that plain peers do not take. To be read between inputs.</summary>
    public RefusedEntries Refused { get; }

    public void Handle(ReplicaInput input, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        switch (input)
        {
            case ReplicaInput.Set set:
                Write(new StateInput.Set(set.Token, set.Sets, set.Wall, set.AllWin), now, outbox);
                break;
            case ReplicaInput.Committed committed:
                Write(new StateInput.Committed(committed.Append, committed.Wall), now, outbox);
                break;
            case ReplicaInput.CommitFailed failed:
                Write(new StateInput.CommitFailed(failed.Append, failed.Error, failed.Wall), now, outbox);
                break;
            case ReplicaInput.Peers peers:
                OnPeers(peers, now, outbox);
                break;
            case ReplicaInput.Take take:
                Take(take.Entries, new Handover(new StatePeer(take.Source, 0), Token: take.Token), take.Wall, now, outbox);
                break;
            case ReplicaInput.Whole whole when _pulls.Has(whole.Peer, whole.Pull.Value):
                Pull(whole.Peer, new PullInput.Whole(whole.Answer), whole.Wall, now, outbox);
                break;
            case ReplicaInput.Message message:
                Write(new StateInput.Tick(message.Wall), now, outbox);
                Tells(message.Peer.Node, PeerVersions.In(message.Value), message.Wall, now, outbox, message.Value is StatePull);
                OnMessage(message.Peer, message.Value, message.Wall, now, outbox);
                break;
            case ReplicaInput.Tick tick:
                OnTick(tick.Wall, now, outbox);
                break;
        }
        if (_version != Table.Version)
        {
            _version = Table.Version;
            Receive(new ReceiverInput.Changed(), input.Wall, now, outbox);
        }
        StartTimer(outbox);
    }

    private void OnPeers(ReplicaInput.Peers peers, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        var others = peers.Reachable.Where(peer => peer.Node != _self).DistinctBy(peer => peer.Node).Take(_settings.PeersMost).ToArray();
        foreach (var gone in _pulls.OfOthers(others.Select(peer => peer.Node)))
            Pull(gone, new PullInput.Unlinked(), peers.Wall, now, outbox);
        _versions.Use(others.Select(peer => peer.Node));
        _plain.Clear();
        _plain.UnionWith(others.Where(peer => peer.IsPlain).Select(peer => peer.Node));
        Refused.Use(_plain);
        Publish(new PublisherInput.Peers(others), now, outbox);
        Receive(new ReceiverInput.Peers(others), peers.Wall, now, outbox);
    }

    private void Tells(NodeId peer, StateVersion? version, WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox, bool pulls = false)
    {
        if (version is not { } told)
            return;
        _versions.Tells(peer, told);
        Receive(new ReceiverInput.Told(peer, pulls), wall, now, outbox);
    }

    private void OnMessage(StatePeer peer, SyncMessage message, WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        switch (message)
        {
            case StatePull pull:
                Send(peer, StateResponder.Answer(Table, pull, _settings, peer.MaxPayloadBytes), outbox);
                break;
            case StateCompare compare:
                Send(peer, StateResponder.Answer(Table, compare, _settings, peer.MaxPayloadBytes), outbox);
                break;
            case StatePush push:
                Take(push.Entries, new Handover(peer, push), wall, now, outbox);
                break;
            case StatePushed pushed when !_pulls.Has(peer.Node, pushed.Exchange.Value):
                Publish(new PublisherInput.Pushed(peer.Node, pushed), now, outbox);
                break;
            case SyncFailure failure when !_pulls.Has(peer.Node, failure.Reference):
                Publish(new PublisherInput.Refused(peer.Node, failure), now, outbox);
                break;
            default:
                Pull(peer.Node, new PullInput.Message(message), wall, now, outbox);
                break;
        }
    }

    private void OnTick(WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        Write(new StateInput.Tick(wall), now, outbox);
        _purgeAt = now + _settings.PurgeInterval;
        _timer = null;
        foreach (var peer in _pulls.Due(now))
            Pull(peer, new PullInput.Tick(), wall, now, outbox);
        Publish(new PublisherInput.Tick(), now, outbox);
        Receive(new ReceiverInput.Tick(), wall, now, outbox);
    }

    private void Take(IReadOnlyList<StateEntry> entries, Handover from, WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        _receiving.Add(++_tokens, from);
        Write(new StateInput.Receive(_tokens, from.Peer.Node, entries, wall, AllOrNone: from.Token is not null), now, outbox);
    }

    private void Write(StateInput input, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        _writer.Handle(input, now, _written);
        while (_written.TryTake(out var output))
        {
            switch (output)
            {
                case StateOutput.Append append:
                    outbox.Put(new ReplicaOutput.Append(append.Number, append.Entries));
                    break;
                case StateOutput.Applied applied:
                    outbox.Put(new ReplicaOutput.Applied(applied.Token, applied.Result));
                    break;
                case StateOutput.Changed changed:
                    outbox.Put(new ReplicaOutput.Changed(changed.Entries, changed.Expired));
                    Publish(new PublisherInput.Changed(), now, outbox);
                    break;
                case StateOutput.Received received when _receiving.Remove(received.Token, out var from):
                    OnReceived(from, received.Result, input.Wall, now, outbox);
                    break;
            }
        }
    }

    private void OnReceived(Handover from, Result<StateReceiveResult> result, WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        if (!result.TryGet(out var received, out var error))
            outbox.Put(new ReplicaOutput.Trouble(from.Peer.Node, error, StateExchange.Entries));
        foreach (var reason in received?.Reasons ?? [])
            outbox.Put(new ReplicaOutput.Trouble(from.Peer.Node, reason, StateExchange.Entries));
        if (from.Token is { } token)
            outbox.Put(new ReplicaOutput.Taken(token, result));
        if (from.Push is { WantsAnswer: true } push)
            Send(from.Peer, AnswerTo(push, result), outbox);
        if (from.Pull is { } pull && _pulls.Has(from.Peer.Node, pull.Id.Value))
            Pull(from.Peer.Node, new PullInput.Stored(result), wall, now, outbox);
    }

    private SyncMessage AnswerTo(StatePush push, Result<StateReceiveResult> result)
    {
        if (!result.TryGet(out var received, out var error))
            return new SyncFailure(error.Kind, push.Exchange.Value, null, error.Message);
        return new StatePushed(_name, push.Exchange, push.Round, received.Refused, received.Reasons is [var first, ..] ? first.Kind : null, Table.Version);
    }

    private void Publish(PublisherInput input, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        _publisher.Handle(input, now, _published);
        while (_published.TryTake(out var output))
        {
            outbox.Put(output switch
            {
                PublisherOutput.Send send when _plain.Contains(send.Peer) => new ReplicaOutput.Hand(send.Peer, send.Push),
                PublisherOutput.Send send => new ReplicaOutput.Send(send.Peer, SyncCodec.Encode(send.Push)),
                PublisherOutput.Failed failed => new ReplicaOutput.Trouble(failed.Peer, failed.Error, StateExchange.Push),
                PublisherOutput.SetAside aside => new ReplicaOutput.SetAside(aside.Peer, aside.Error),
                _ => throw new InvalidOperationException($"{output} is no output of a publisher"),
            });
        }
    }

    private void Receive(ReceiverInput input, WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        _receiver.Handle(input, now, _due);
        while (_due.TryTake(out var due))
        {
            _pulls.Add(due.Peer);
            Pull(due.Peer.Node, new PullInput.Start(), wall, now, outbox);
        }
    }

    private void Pull(NodeId peer, PullInput input, WallTime wall, MonotonicTime now, IOutbox<ReplicaOutput> outbox)
    {
        if (!_pulls.TryGet(peer, out var pull))
            return;
        pull.Handle(input, now, _pulled);
        while (_pulled.TryTake(out var output))
        {
            switch (output)
            {
                case PullOutput.Send send:
                    outbox.Put(new ReplicaOutput.Send(peer, send.Payload));
                    break;
                case PullOutput.Ask ask:
                    outbox.Put(new ReplicaOutput.Ask(peer, pull.Id, ask.Version));
                    break;
                case PullOutput.Hand hand:
                    outbox.Put(new ReplicaOutput.Hand(peer, hand.Push));
                    break;
                case PullOutput.SetAside aside:
                    outbox.Put(new ReplicaOutput.SetAside(peer, aside.Error));
                    break;
                case PullOutput.Store store:
                    Take(store.Entries, new Handover(new StatePeer(peer, pull.MaxPayloadBytes), Pull: pull), wall, now, outbox);
                    break;
                case PullOutput.Ended ended:
                    _pulls.Remove(peer);
                    Tells(peer, ended.Result.TryGet(out var report, out _) ? report.Level : null, wall, now, outbox);
                    outbox.Put(new ReplicaOutput.Pulled(peer, ended.Result));
                    Receive(new ReceiverInput.Ended(peer), wall, now, outbox);
                    break;
            }
        }
    }

    private static void Send(StatePeer peer, SyncMessage message, IOutbox<ReplicaOutput> outbox) =>
        outbox.Put(new ReplicaOutput.Send(peer.Node, SyncCodec.Encode(message)));

    private void StartTimer(IOutbox<ReplicaOutput> outbox)
    {
        var first = MonotonicTime.Min(_pulls.Deadline, MonotonicTime.Min(_publisher.Deadline, _receiver.Deadline));
        if (Table.NextExpiry.Milliseconds < long.MaxValue)
            first = MonotonicTime.Min(first, _purgeAt);
        if (first == _timer)
            return;
        _timer = first;
        outbox.Put(new ReplicaOutput.StartTimer(first));
    }

    // Entries that wait for the store, and whoever is to hear of it: a push, a pull, or somebody outside.
    private sealed record Handover(StatePeer Peer, StatePush? Push = null, IPull? Pull = null, long? Token = null);
}
