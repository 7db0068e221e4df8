using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// The publisher's side of one peer's subscription. It owns the close time and the remaining bytes, and per graph what
/// was sent to the peer and what the peer acknowledged. Nothing is queued per commit: whenever the link and the
/// unacknowledged pushes leave room, the next push is made from what the subscriber lacks at that moment.
/// <code>
/// Closed ──Subscribe──> Open ──Subscribe (higher sequence)──> Open (close time, bytes, graphs anew)
/// Open ──Changed, Ack, Taken, Linked, Tick──> Push while there is something to send and room for it
/// Open ──now &gt; close time, budget spent, Unsubscribe of all, graph gone, Stop──> Closed (SubscriptionEnded)
/// </code>
/// </summary>
public sealed partial class SubscriptionMachine : IMachine<SubscriptionInput, SubscriptionOutput>
{
    private readonly SubscriptionSettings _settings;
    private readonly WireLimits _limits;
    private readonly CoveredGraphs _graphs = new();

    private SubscriptionRequests _requests;
    private bool _open;
    private ReadOnlyMemory<byte> _lastAnswer;
    private MonotonicTime _closeTime;
    private MonotonicTime _timer;
    private long _bytesLeft;

    public SubscriptionMachine(SubscriptionSettings settings, WireLimits limits)
    {
        _settings = settings;
        _limits = limits;
    }

    /// <summary>Whether the peer holds a subscription here.</summary>
    public bool IsOpen => _open;

    /// <summary>The graphs it covers.</summary>
    public IReadOnlyCollection<GraphId> Graphs => _graphs.Ids;

    /// <summary>Bytes that may still be pushed.</summary>
    public long BytesLeft => _bytesLeft;

    /// <summary>When it closes: open still at that time.</summary>
    public MonotonicTime CloseTime => _closeTime;

    /// <summary>Graphs that an input looks at: those with something to send, or unacknowledged.</summary>
    internal int GraphsInTurn => _graphs.Turns.Count;

    /// <summary>Pushes sent and not acknowledged, over all graphs.</summary>
    public int UnackedPushes => _graphs.UnackedPushes;

    public void Handle(SubscriptionInput input, MonotonicTime now, IOutbox<SubscriptionOutput> outbox)
    {
        if (_open && now > _closeTime)
            End(SubscriptionEndReason.Expired, outbox);
        switch (input)
        {
            case SubscriptionInput.Subscribe subscribe:
                OnSubscribe(subscribe, now, outbox);
                break;
            case SubscriptionInput.Unsubscribe unsubscribe:
                OnUnsubscribe(unsubscribe.Request, outbox);
                break;
            case SubscriptionInput.Ack { Message: var ack } when ack.Id == _requests.Current:
                OnAck(ack.Graph, ack.Index, [.. ack.Heads.Select(head => head.Id)], outbox);
                break;
            case SubscriptionInput.ShortAck { Message: var ack } when _graphs.Numbered(ack.Number) is { } graph:
                OnAck(graph, ack.Index, [], outbox);
                break;
            case SubscriptionInput.Number { Message: var numbers } when numbers.Id == _requests.Current:
                _graphs.Number(numbers.Graphs);
                break;
            case SubscriptionInput.Changed changed when _graphs.Attend(changed.Snapshot.Graph) is { } graph:
                graph.MoveTo(changed.Snapshot);
                if (changed.FromPeer.Count > 0 && graph.PeerHolds(changed.FromPeer))
                    TellAcked(graph, outbox);
                break;
            case SubscriptionInput.PeerHolds holds when _graphs.Attend(holds.Graph) is { } graph:
                if (graph.PeerHolds(holds.Commands))
                    TellAcked(graph, outbox);
                break;
            case SubscriptionInput.Rejected rejected when _open && _graphs.Attend(rejected.Message.Graph) is { } graph:
                OnRejected(graph, rejected.Message.Command, outbox);
                break;
            case SubscriptionInput.Removed removed when _graphs.Uncover(removed.Graph) && _graphs.Count == 0:
                End(SubscriptionEndReason.GraphRemoved, outbox);
                break;
            case SubscriptionInput.Taken:
                _inLink = Math.Max(0, _inLink - 1);
                break;
            case SubscriptionInput.Linked linked:
                OnLinked(linked);
                break;
            case SubscriptionInput.Unlinked:
                OnUnlinked();
                break;
            case SubscriptionInput.Tick:
                _timer = default;
                break;
            case SubscriptionInput.Stop stop when _open:
                End(stop.Reason, outbox);
                break;
        }
        if (!_open)
            return;
        Retry(now);
        Pump(now, outbox);
        if (_open)
            SetTimer(NextTime(), outbox);
    }

    private void OnSubscribe(SubscriptionInput.Subscribe input, MonotonicTime now, IOutbox<SubscriptionOutput> outbox)
    {
        var request = input.Request;
        if (_requests.IsPast(request.Id, request.Sequence))
            return;
        if (_requests.IsRepeated(request.Id, request.Sequence))
        {
            // Repeated: it changes nothing, and does not open again what has ended.
            outbox.Put(new SubscriptionOutput.Answer(_lastAnswer));
            return;
        }
        GraphId[] before = [.. _graphs.Ids];
        if (request.Id != _requests.Current)
            Supersede();
        var offered = new List<OfferedGraph>(input.Graphs.Count);
        var known = new List<SubscribedGraph>(input.Graphs.Count);
        foreach (var (offer, asked) in input.Graphs.Select(Limited).Zip(request.Graphs))
        {
            offered.Add(offer);
            known.Add(new SubscribedGraph(offer.Graph, offer.Refused, offer.Snapshot is null ? [] : _graphs.Cover(offer, asked.Sample)));
        }
        _graphs.ForgetFormer();
        foreach (var graph in before.Where(graph => !_graphs.Contains(graph)))
            outbox.Put(new SubscriptionOutput.Unfollow(graph));
        if (_graphs.Count == 0)
        {
            Refuse(request, offered, outbox);
            return;
        }
        _open = true;
        _requests.Accept(request.Id, request.Sequence);
        var remainOpen = TimeSpan.FromSeconds(Math.Min(request.RemainOpenSeconds, _settings.RemainOpenAtMost.TotalSeconds));
        _closeTime = now + remainOpen;
        _bytesLeft = (long)Math.Min(request.MaxBytes, long.MaxValue);
        // It is kept for long: without the room that the writer left.
        _lastAnswer = SyncCodec.Encode(new Subscribed(request.Id, request.Sequence, (uint)remainOpen.TotalSeconds, (ulong)_bytesLeft, known)).ToArray();
        outbox.Put(new SubscriptionOutput.Answer(_lastAnswer));
    }

    // A new id is the subscriber begun anew: nothing of the old subscription counts, and its late requests are ignored.
    private void Supersede()
    {
        _requests.Supersede();
        _graphs.Clear();
        _open = false;
    }

    private OfferedGraph Limited(OfferedGraph offer) =>
        offer.Snapshot is null || _graphs.Contains(offer.Graph) || _graphs.Count < _settings.GraphsPerSubscription
            ? offer
            : offer with { Snapshot = null, Refused = SyncErrorKind.LimitExceeded };

    private static void Refuse(Subscribe request, List<OfferedGraph> offered, IOutbox<SubscriptionOutput> outbox)
    {
        var refused = offered.Find(offer => offer.Refused is not null);
        var failure = refused is null
            ? new SyncFailure(SyncErrorKind.InvalidRequest, request.Id.Value, null, "a Subscribe that names no graph")
            : new SyncFailure(refused.Refused!.Value, request.Id.Value, refused.Graph, $"the graph {refused.Graph} cannot be subscribed to here: {refused.Refused}");
        outbox.Put(new SubscriptionOutput.Answer(SyncCodec.Encode(failure)));
        outbox.Put(new SubscriptionOutput.Ended(SubscriptionEndReason.Failed));
    }

    private void OnUnsubscribe(Unsubscribe request, IOutbox<SubscriptionOutput> outbox)
    {
        var answer = new SubscriptionOutput.Answer(SyncCodec.Encode(new Unsubscribed(request.Id, request.Sequence)));
        if (request.Id != _requests.Current)
        {
            // The Subscribe that this takes back may still be under way.
            _requests.Close(request.Id, request.Sequence);
            outbox.Put(answer);
            return;
        }
        if (_requests.IsPast(request.Id, request.Sequence))
            return;
        _requests.Accept(request.Id, request.Sequence);
        _lastAnswer = answer.Payload;
        outbox.Put(answer);
        if (!_open)
            return;
        foreach (var graph in request.Graphs.Count == 0 ? [.. _graphs.Ids] : request.Graphs)
        {
            if (_graphs.Uncover(graph))
                outbox.Put(new SubscriptionOutput.Unfollow(graph));
        }
        if (_graphs.Count == 0)
            Close(SubscriptionEndReason.Unsubscribed, outbox);
    }

    // A subscriber that lets in less than it may leave out does not have the graph's policy.
    private void OnRejected(PublishedGraph graph, CommandId command, IOutbox<SubscriptionOutput> outbox)
    {
        if (!graph.Reject(command) || graph.Rejections <= _settings.RejectedPerGraph)
            return;
        var id = graph.Snapshot.Graph;
        outbox.Put(new SubscriptionOutput.Answer(SyncCodec.Encode(new SyncFailure(
            SyncErrorKind.LimitExceeded, _requests.Current!.Value.Value, id, $"more than {_settings.RejectedPerGraph} commands of the graph {id.ToShortString()} were rejected: it is not pushed any more"))));
        _graphs.Uncover(id);
        outbox.Put(new SubscriptionOutput.Unfollow(id));
        if (_graphs.Count == 0)
            End(SubscriptionEndReason.Failed, outbox);
    }

    private void SetTimer(MonotonicTime at, IOutbox<SubscriptionOutput> outbox)
    {
        if (at == _timer)
            return;
        _timer = at;
        outbox.Put(new SubscriptionOutput.StartTimer(at));
    }

    // Open still at its close time: the first moment after it is the next to look at.
    private MonotonicTime NextTime() => MonotonicTime.Min(_closeTime, _graphs.Turns.RetryAt) + TimeSpan.FromTicks(1);

    private void End(SubscriptionEndReason reason, IOutbox<SubscriptionOutput> outbox)
    {
        _lastAnswer = SyncCodec.Encode(new SubscriptionEnded(_requests.Current!.Value, reason));
        outbox.Put(new SubscriptionOutput.Answer(_lastAnswer));
        Close(reason, outbox);
    }

    private void Close(SubscriptionEndReason reason, IOutbox<SubscriptionOutput> outbox)
    {
        foreach (var graph in _graphs.Ids)
            outbox.Put(new SubscriptionOutput.Unfollow(graph));
        _graphs.RunOut();
        if (reason is not (SubscriptionEndReason.Expired or SubscriptionEndReason.BudgetSpent))
            _graphs.ForgetFormer();
        _open = false;
        _timer = default;
        outbox.Put(new SubscriptionOutput.Ended(reason));
    }
}
