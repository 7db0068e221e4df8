using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// The subscriber's side: holds one subscription at one publisher for all graphs that are wanted of it, asks again when
/// an answer stays out, renews when half of the time or of the bytes is used, and repairs gaps with a poll.
/// <code>
/// Idle ──Want, Linked──> Asking ──Subscribed──> Open ──half used, Want──> Asking ...
/// Asking ──silence──> Asking (same sequence)       │
/// Asking ──refused──> Waiting ──back-off──> Asking  └─SubscriptionEnded, Unlinked──> Asking, Idle
/// Push ──> Store ──durable──> PushAck │ ──priors missing──> Repair │ ──a command refused──> Unsubscribe, graph aside
///                └─a command not let in──> Rejected: the publisher leaves it out from now on, the graph goes on
/// Stop ──> Unsubscribe, Idle
/// </code>
/// </summary>
public sealed class SubscriberMachine : IMachine<SubscriberInput, SubscriberOutput>
{
    private enum State
    {
        Idle,
        Asking,
        Open,
        Waiting,
    }

    private const double ShortestRenewalSeconds = 0.5;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly SubscriptionSettings _settings;
    private readonly Random _random;
    private readonly SortedDictionary<GraphId, GraphSnapshot?> _wanted = new(Comparer<GraphId>.Create((x, y) => x.Init.CompareTo(y.Init)));
    private readonly HashSet<GraphId> _covered = [];
    private readonly HashSet<GraphId> _repairing = [];
    private readonly HashSet<GraphId> _tried = [];

    // Graphs of which the publisher pushed what is refused here: it would come again for ever.
    private readonly HashSet<GraphId> _aside = [];

    // What the publisher was told is not let in here.
    private readonly Dictionary<GraphId, HashSet<CommandId>> _rejected = [];

    private State _state;
    private bool _linked;
    private int _maxPayloadBytes;
    private int _frameOverhead;
    private SubscriptionId _id;
    private uint _sequence;
    private ReadOnlyMemory<byte> _request;
    private MonotonicTime _deadline = MonotonicTime.Never;
    private long _bytesLeft;
    private int _inVain;
    private int _refusals;
    private int _pushes;

    /// <param name="settings">The settings.</param>
    /// <param name="random">Draws the subscription's number.</param>
    public SubscriberMachine(SubscriptionSettings settings, Random random)
    {
        _settings = settings;
        _random = random;
    }

    /// <summary>Whether the publisher has confirmed the subscription.</summary>
    public bool IsOpen => _state == State.Open;

    /// <summary>The graphs that the publisher covers.</summary>
    public IReadOnlyCollection<GraphId> Covered => _covered;

    /// <summary>Bytes that the publisher may still push.</summary>
    public long BytesLeft => _bytesLeft;

    /// <summary>When the publisher closes it.</summary>
    public MonotonicTime CloseTime { get; private set; }

    public void Handle(SubscriberInput input, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        switch (input)
        {
            case SubscriberInput.Want want:
                OnWant(want, now, outbox);
                break;
            case SubscriberInput.Unwant unwant when _wanted.Remove(unwant.Graph):
                _aside.Remove(unwant.Graph);
                _rejected.Remove(unwant.Graph);
                Withdraw(unwant.Graph, now, outbox);
                break;
            case SubscriberInput.Changed changed when _wanted.ContainsKey(changed.Snapshot.Graph):
                Keep(changed.Snapshot.Graph, changed.Snapshot);
                break;
            case SubscriberInput.Message message:
                OnMessage(message.Value, now, outbox);
                break;
            case SubscriberInput.Stored stored:
                OnStored(stored, now, outbox);
                break;
            case SubscriberInput.Repaired repaired:
                _repairing.Remove(repaired.Graph);
                break;
            case SubscriberInput.Stop when _linked && _state != State.Idle:
                outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new Unsubscribe(_id, ++_sequence, []))));
                Forget();
                break;
            case SubscriberInput.Linked linked:
                (_linked, _maxPayloadBytes, _frameOverhead) = (true, linked.MaxPayloadBytes, linked.FrameOverheadBytes);
                Begin(now, outbox);
                break;
            case SubscriberInput.Unlinked:
                _linked = false;
                Forget();
                break;
            case SubscriberInput.Tick when now >= _deadline:
                OnDeadline(now, outbox);
                break;
        }
        outbox.Put(new SubscriberOutput.StartTimer(_deadline));
    }

    // While a request is under way, or waits, the graph goes with the next one.
    private void OnWant(SubscriberInput.Want want, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        Keep(want.Graph, want.Snapshot);
        _aside.Remove(want.Graph);
        if (!_covered.Contains(want.Graph) && _state is State.Idle or State.Open)
            Ask(now, outbox);
    }

    // A version that was looked up before a commit may be told after it.
    private void Keep(GraphId graph, GraphSnapshot? snapshot)
    {
        var before = _wanted.GetValueOrDefault(graph);
        _wanted[graph] = before is null || snapshot?.Count > before.Count ? snapshot : before;
    }

    // A new link may lead to a publisher begun anew: the subscription is, too.
    private void Begin(MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        Forget();
        _aside.Clear();
        _rejected.Clear();
        _id = new SubscriptionId((ulong)_random.NextInt64(1, long.MaxValue));
        _sequence = 0;
        Ask(now, outbox);
    }

    private void Forget()
    {
        _state = State.Idle;
        _covered.Clear();
        _tried.Clear();
        _deadline = MonotonicTime.Never;
    }

    private void Ask(MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (!_linked || _aside.Count == _wanted.Count)
            return;
        var graphs = GraphsToName();
        _tried.UnionWith(graphs.Select(graph => graph.Graph));
        _state = State.Asking;
        _request = SyncCodec.Encode(new Subscribe(_id, ++_sequence, (uint)_settings.RemainOpen.TotalSeconds, (ulong)_settings.MaxBytes, graphs));
        _inVain = 0;
        AskAgain(now, outbox);
    }

    // As many as one request takes. What is neither covered nor was refused goes first. A covered graph needs no naming,
    // but its heads say cheaply what is held of it, should that not be what the publisher believes.
    private List<SubscribeGraph> GraphsToName()
    {
        var graphs = new List<SubscribeGraph>();
        var bytes = SyncCodec.SubscribeOverhead;
        foreach (var (graph, snapshot) in _wanted.Where(pair => !_aside.Contains(pair.Key))
            .OrderBy(pair => _covered.Contains(pair.Key) ? 2 : _tried.Contains(pair.Key) ? 1 : 0)
            .Take(WireLimits.GraphsPerSubscribe))
        {
            var named = new SubscribeGraph(graph, SampleOf(snapshot, _covered.Contains(graph)));
            bytes += SyncCodec.SizeOf(named);
            if (bytes > _maxPayloadBytes && graphs.Count > 0)
                break;
            graphs.Add(named);
        }
        return graphs;
    }

    private static Sample SampleOf(GraphSnapshot? snapshot, bool isCovered)
    {
        if (snapshot is null)
            return Sample.Empty with { AllHeads = true };
        return isCovered ? new Sampler(snapshot).First() : new Sampler(snapshot).Spread();
    }

    private void AskAgain(MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        outbox.Put(new SubscriberOutput.Send(_request));
        _deadline = now + Doubled(_settings.RetryAfter, _inVain);
    }

    private static TimeSpan Doubled(TimeSpan first, int times)
    {
        var wait = first * Math.Pow(2, Math.Min(times, 16));
        return wait < LongestWait ? wait : LongestWait;
    }

    private void OnMessage(SyncMessage message, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        switch (message)
        {
            case Push push:
                OnPush(push, now, outbox);
                break;
            case Subscribed subscribed when subscribed.Id == _id && subscribed.Sequence == _sequence && _state == State.Asking:
                OnSubscribed(subscribed, now, outbox);
                break;
            case MaximumSubscriptionsExceeded full when full.Id == _id && full.Sequence == _sequence && _state == State.Asking:
                Wait(new SyncError(SyncErrorKind.MaximumSubscriptionsExceeded, $"the peer has as many open subscriptions as it may have: {full.Limit}"), now, outbox);
                break;
            case SyncFailure failure when failure.Reference == _id.Value && _state is State.Asking or State.Open:
                OnFailure(failure, now, outbox);
                break;
            case SubscriptionEnded ended when ended.Id == _id && _state != State.Idle:
                OnEnded(ended, now, outbox);
                break;
        }
    }

    // None of the graphs that were named is covered: those that were not named yet may be.
    private void OnFailure(SyncFailure failure, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        var isOfGraphs = failure.Kind is SyncErrorKind.UnknownGraph or SyncErrorKind.NotAllowed;
        if (isOfGraphs && _state == State.Asking && HasUntried)
            Ask(now, outbox);
        else
            Wait(failure.ToError(), now, outbox);
    }

    private bool HasUntried => _wanted.Keys.Any(graph => !_covered.Contains(graph) && !_tried.Contains(graph) && !_aside.Contains(graph));

    private void OnSubscribed(Subscribed subscribed, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        _state = State.Open;
        _inVain = 0;
        _pushes = 0;
        _bytesLeft = (long)Math.Min(subscribed.BytesLeft, long.MaxValue);
        CloseTime = now + TimeSpan.FromSeconds(subscribed.SecondsLeft);
        _deadline = now + TimeSpan.FromSeconds(Math.Max(ShortestRenewalSeconds, subscribed.SecondsLeft / 2.0));
        SyncError? refused = null;
        foreach (var graph in subscribed.Graphs)
        {
            if (graph.Refused is null)
                _covered.Add(graph.Graph);
            else
                refused = new SyncError(graph.Refused.Value, $"the peer does not cover the graph {graph.Graph}: {graph.Refused}");
        }
        _refusals = refused is null ? 0 : _refusals + 1;
        if (refused is not null)
            _deadline = MonotonicTime.Min(_deadline, now + Doubled(_settings.RetryAfter, _refusals));
        outbox.Put(new SubscriberOutput.Answered(refused));
        if (HasUntried)
            Ask(now, outbox);
    }

    private void Wait(SyncError error, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        _state = State.Waiting;
        _covered.Clear();
        _deadline = now + Doubled(_settings.RetryAfter, _refusals++);
        outbox.Put(new SubscriberOutput.Answered(error));
    }

    private void OnEnded(SubscriptionEnded ended, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        _covered.Clear();
        _tried.Clear();
        if (ended.Reason is SubscriptionEndReason.BudgetSpent && _pushes == 0)
            Wait(new SyncError(SyncErrorKind.CommandTooLarge, $"the peer could not push one command within {_settings.MaxBytes} bytes: raise max bytes over that"), now, outbox);
        else if (ended.Reason is SubscriptionEndReason.Expired or SubscriptionEndReason.BudgetSpent)
            Ask(now, outbox);
        else
            Wait(new SyncError(SyncErrorKind.NotAllowed, $"the peer ended the subscription: {ended.Reason}"), now, outbox);
    }

    private void OnDeadline(MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        _deadline = MonotonicTime.Never;
        if (_state != State.Asking)
        {
            _tried.Clear();
            Ask(now, outbox);
            return;
        }
        _inVain++;
        AskAgain(now, outbox);
    }

    private void Withdraw(GraphId graph, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        _covered.Remove(graph);
        _tried.Remove(graph);
        if (!_linked || _state == State.Idle)
            return;
        outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new Unsubscribe(_id, ++_sequence, [graph]))));
        if (_aside.Count == _wanted.Count)
            Forget();
        else if (_state == State.Asking)
            Ask(now, outbox);
    }

    private void OnPush(Push push, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (push.Id != _id || _state == State.Idle)
        {
            // Of this subscription only what was asked until now ends: it may be asked for again.
            var sequence = push.Id == _id ? ++_sequence : uint.MaxValue;
            outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new Unsubscribe(push.Id, sequence, []))));
            return;
        }
        if (!_wanted.ContainsKey(push.Graph) || _aside.Contains(push.Graph))
        {
            Withdraw(push.Graph, now, outbox);
            return;
        }
        _pushes++;
        _bytesLeft -= SyncCodec.PushOverhead(push.Index) + push.Commands.Bytes.Length + _frameOverhead;
        outbox.Put(new SubscriberOutput.Store(push));
        if (_bytesLeft < _settings.MaxBytes / 2 && _state == State.Open)
            _deadline = MonotonicTime.Zero;
    }

    private void OnStored(SubscriberInput.Stored stored, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (stored.Subscription != _id || _aside.Contains(stored.Graph))
            return;
        if (!stored.Result.TryGet(out var result, out var error))
        {
            if (IsForGood(error))
                PutAside(stored.Graph, error, now, outbox);
            return;
        }
        // Who passes a finalize command on that is parallel to another's breaks no rule.
        foreach (var refused in result.Refused.Where(refused => refused.Kind != SyncErrorKind.ParallelFinalize))
            outbox.Put(new SubscriberOutput.Fault(refused));
        if ((result.Refused.FirstOrDefault(IsForGood) ?? TellRejected(stored.Graph, result.Rejected, outbox)) is { } reason)
        {
            PutAside(stored.Graph, reason, now, outbox);
            return;
        }
        if (result.HasGap)
        {
            // The push stays unacknowledged; when it comes again, the poll has brought what it builds on.
            if (_repairing.Add(stored.Graph))
                outbox.Put(new SubscriberOutput.Repair(stored.Graph));
            return;
        }
        if (result.LeftOut > 0)
            return;
        var heads = _wanted.GetValueOrDefault(stored.Graph)?.Heads.OrderByDescending(head => head.MaxCut).Take(WireLimits.SampleAddresses).ToArray() ?? [];
        outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new PushAck(stored.Subscription, stored.Graph, stored.Index, heads))));
    }

    // The push that brought it is not acknowledged: without what was not let in, the publisher makes another. Should the
    // publisher not hear of it, the push comes again, and is answered again. The error says that it is too much.
    private SyncError? TellRejected(GraphId graph, IReadOnlyList<RejectedCommand> rejected, IOutbox<SubscriberOutput> outbox)
    {
        if (rejected.Count == 0)
            return null;
        if (!_rejected.TryGetValue(graph, out var told))
            _rejected.Add(graph, told = []);
        foreach (var (command, _) in rejected)
        {
            told.Add(command.Id);
            outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new Rejected(graph, command.Id))));
        }
        return told.Count <= _settings.RejectedPerGraph ? null : rejected[0].Why;
    }

    // Sent again, it would be refused again. A damaged push, a full disk or a busy node leaves hope.
    private static bool IsForGood(SyncError error) => error.Kind is
        SyncErrorKind.LimitExceeded or SyncErrorKind.WrongMaxCut or SyncErrorKind.InvalidCommand or SyncErrorKind.Duplicate or SyncErrorKind.Rejected
        or SyncErrorKind.PolicyFailed or SyncErrorKind.ParallelFinalize;

    // What was kept is not acknowledged: an acknowledgement says that all of the push is durable. The publisher is told
    // why, and asked to cover the graph no longer. It is asked for again on the next link, or when it is wanted anew.
    private void PutAside(GraphId graph, SyncError reason, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        if (!_wanted.ContainsKey(graph))
            return;
        _aside.Add(graph);
        outbox.Put(new SubscriberOutput.Send(SyncCodec.Encode(new SyncFailure(reason.Kind, _id.Value, graph, reason.Message))));
        outbox.Put(new SubscriberOutput.Answered(new SyncError(
            reason.Kind, $"the graph {graph.ToShortString()} is not followed any more on this link, as a push of it cannot be stored: {reason.Message}")));
        Withdraw(graph, now, outbox);
    }
}
