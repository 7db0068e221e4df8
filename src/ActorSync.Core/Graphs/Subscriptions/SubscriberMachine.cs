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
public sealed partial class SubscriberMachine : IMachine<SubscriberInput, SubscriberOutput>
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
    private readonly SortedDictionary<GraphId, GraphSnapshot?> _wanted = new(GraphId.Order);
    private readonly HashSet<GraphId> _covered = [];
    private readonly HashSet<GraphId> _repairing = [];
    private readonly HashSet<GraphId> _tried = [];

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
    private bool _lacksGraphs;

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

    // While a request is under way, or waits, the graph goes with the next one. One that is wanted again, though it was
    // refused, is wanted of a publisher that may have it by now: that is not waited with.
    private void OnWant(SubscriberInput.Want want, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        Keep(want.Graph, want.Snapshot);
        _aside.Remove(want.Graph);
        if (_covered.Contains(want.Graph))
            return;
        _tried.Remove(want.Graph);
        if (_state is State.Idle or State.Open || _state is State.Waiting && _lacksGraphs)
            Ask(now, outbox);
    }

    // A version that was looked up before a commit may be told after it.
    private void Keep(GraphId graph, GraphSnapshot? snapshot)
    {
        var before = _wanted.GetValueOrDefault(graph);
        _wanted[graph] = before is null || snapshot?.Count >= before.Count ? snapshot : before;
    }

    // A new link may lead to a publisher begun anew: the subscription is, too.
    private void Begin(MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        Forget();
        _aside.Clear();
        _rejected.Clear();
        _numbers.Forget();
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
            case ShortPush push:
                OnShortPush(push, now, outbox);
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
        _lacksGraphs = failure.Kind is SyncErrorKind.UnknownGraph;
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
        TellNumbers(subscribed.Graphs.Where(graph => graph.Refused is null).Select(graph => graph.Graph), outbox);
        outbox.Put(new SubscriberOutput.Answered(refused));
        if (HasUntried)
            Ask(now, outbox);
    }

    private void Wait(SyncError error, MonotonicTime now, IOutbox<SubscriberOutput> outbox)
    {
        (_state, _lacksGraphs) = (State.Waiting, false);
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
}
