using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Hellos;

/// <summary>
/// The publisher's side of hello: tells one peer when graphs change, each no more often than the peer asked for. A request
/// is answered with the head of now, so that a lost answer makes the request come again, and one that is repeated only
/// renews. Nothing is acknowledged: what is lost is told again after the schedule delay, or with the next change.
/// <code>
/// ──HelloSubscribe──> Told ──HelloSubscribe──> Told (terms anew)
/// Told ──changed, change delay over since the last notification──> HelloNotify
///      ──changed within the change delay──> HelloNotify at its end, of the version that is the latest then
///      ──schedule delay without a notification──> HelloNotify
///      ──now &gt; the end of its duration, HelloUnsubscribe, graph gone──> (forgotten)
/// </code>
/// </summary>
public sealed class HelloPublisher : IMachine<HelloPublisherInput, HelloPublisherOutput>
{
    private readonly HelloSettings _settings;
    private readonly IGraphPolicy _policy;
    private readonly Dictionary<GraphId, ToldGraph> _graphs = [];

    private bool _linked;
    private MonotonicTime _timer = MonotonicTime.Never;

    /// <param name="settings">The settings.</param>
    /// <param name="policy">Merges the heads of a graph that has several: what every peer with these heads would write.</param>
    public HelloPublisher(HelloSettings settings, IGraphPolicy? policy = null)
    {
        _settings = settings;
        _policy = policy ?? OpaquePolicy.Instance;
    }

    /// <summary>The graphs that the peer is told of.</summary>
    public IReadOnlyCollection<GraphId> Graphs => _graphs.Keys;

    /// <summary>Notifications that were sent.</summary>
    public long Notifications { get; private set; }

    /// <summary>When the last of the requests ends; the start of the clock when there is none.</summary>
    public MonotonicTime EndsAt => _graphs.Count == 0 ? MonotonicTime.Zero : _graphs.Values.Max(graph => graph.EndsAt);

    public void Handle(HelloPublisherInput input, MonotonicTime now, IOutbox<HelloPublisherOutput> outbox)
    {
        switch (input)
        {
            case HelloPublisherInput.Subscribe subscribe:
                OnSubscribe(subscribe, now, outbox);
                break;
            case HelloPublisherInput.Unsubscribe unsubscribe:
                Forget(unsubscribe.Request.Graph, outbox);
                break;
            case HelloPublisherInput.Changed changed when _graphs.TryGetValue(changed.Snapshot.Graph, out var graph):
                graph.MoveTo(changed.Snapshot);
                Attend(graph, now, outbox);
                break;
            case HelloPublisherInput.Removed removed when Forget(removed.Graph, outbox):
                Refuse(removed.Graph, SyncErrorKind.UnknownGraph, "the graph is no longer here", outbox);
                break;
            case HelloPublisherInput.Linked:
                _linked = true;
                AttendAll(now, outbox);
                break;
            case HelloPublisherInput.Unlinked:
                OnUnlinked();
                break;
            case HelloPublisherInput.Tick:
                _timer = MonotonicTime.Never;
                AttendAll(now, outbox);
                break;
        }
    }

    private void OnSubscribe(HelloPublisherInput.Subscribe subscribe, MonotonicTime now, IOutbox<HelloPublisherOutput> outbox)
    {
        var request = subscribe.Request;
        if (subscribe.Snapshot is not { } snapshot)
        {
            var why = subscribe.Refused ?? SyncErrorKind.UnknownGraph;
            Forget(request.Graph, outbox);
            Refuse(request.Graph, why, $"the graph {request.Graph} is not told of here: {why}", outbox);
        }
        else if (OverLimit(request) is { } limit)
        {
            Refuse(request.Graph, SyncErrorKind.LimitExceeded, limit, outbox);
        }
        else
        {
            if (!_graphs.TryGetValue(request.Graph, out var graph))
                _graphs.Add(request.Graph, graph = new ToldGraph(snapshot));
            graph.MoveTo(snapshot);
            graph.Begin(request, now);
            Tell(graph, now, outbox);
            Attend(graph, now, outbox);
        }
    }

    // A graph over the limit is refused; those that are told of already stay, as they were asked for.
    private string? OverLimit(HelloSubscribe request)
    {
        if (!_graphs.ContainsKey(request.Graph) && _graphs.Count >= _settings.GraphsPerPeer)
            return $"this peer is told of {_settings.GraphsPerPeer} graphs, as many as it may be; unsubscribe from one";
        if (request.DurationSeconds > _settings.DurationAtMost.TotalSeconds)
            return $"a hello of {request.DurationSeconds} s: at most {_settings.DurationAtMost.TotalSeconds} s are served, renew it in time";
        return request.ScheduleDelayMilliseconds > 0 && request.ScheduleDelayMilliseconds < _settings.ScheduleDelayAtLeast.TotalMilliseconds
            ? $"a schedule delay of {request.ScheduleDelayMilliseconds} ms: at least {_settings.ScheduleDelayAtLeast.TotalMilliseconds} ms are served, or none"
            : null;
    }

    private static void Refuse(GraphId graph, SyncErrorKind kind, string why, IOutbox<HelloPublisherOutput> outbox) =>
        outbox.Put(new HelloPublisherOutput.Send(SyncCodec.Encode(new SyncFailure(kind, 0, graph, why)), kind));

    // What the broken link had taken may be lost: it counts as not told.
    private void OnUnlinked()
    {
        _linked = false;
        foreach (var graph in _graphs.Values)
            graph.IsChanged = true;
    }

    private void AttendAll(MonotonicTime now, IOutbox<HelloPublisherOutput> outbox)
    {
        foreach (var graph in _graphs.Values.ToArray())
            Attend(graph, now, outbox);
    }

    // One graph: a commit costs the same however many graphs the peer is told of.
    private void Attend(ToldGraph graph, MonotonicTime now, IOutbox<HelloPublisherOutput> outbox)
    {
        if (now > graph.EndsAt)
        {
            Forget(graph.Snapshot.Graph, outbox);
            return;
        }
        if (_linked && now >= graph.DueAt)
            Tell(graph, now, outbox);
        // Told of still at its end: the first moment after it is the next to look at.
        var next = graph.EndsAt + TimeSpan.FromTicks(1);
        if (_linked)
            next = MonotonicTime.Min(next, graph.DueAt);
        if (next >= _timer)
            return;
        _timer = next;
        outbox.Put(new HelloPublisherOutput.StartTimer(next));
    }

    private void Tell(ToldGraph graph, MonotonicTime now, IOutbox<HelloPublisherOutput> outbox)
    {
        graph.ToldAt = now;
        graph.IsChanged = false;
        Notifications++;
        var head = VirtualMerge.HeadOf(graph.Snapshot.Heads, _policy);
        outbox.Put(new HelloPublisherOutput.Send(SyncCodec.Encode(new HelloNotify(graph.Snapshot.Graph, head))));
    }

    private bool Forget(GraphId graph, IOutbox<HelloPublisherOutput> outbox)
    {
        if (!_graphs.Remove(graph))
            return false;
        outbox.Put(new HelloPublisherOutput.Unfollow(graph));
        return true;
    }

    /// <summary>A graph that the peer is told of.</summary>
    private sealed class ToldGraph(GraphSnapshot snapshot)
    {
        private TimeSpan _changeDelay;
        private TimeSpan _scheduleDelay;

        public GraphSnapshot Snapshot { get; private set; } = snapshot;

        /// <summary>Whether there is a version that was not told.</summary>
        public bool IsChanged { get; set; }

        public MonotonicTime ToldAt { get; set; }

        /// <summary>When it ends: told of still at that time.</summary>
        public MonotonicTime EndsAt { get; private set; }

        /// <summary>When the next notification goes.</summary>
        public MonotonicTime DueAt => IsChanged ? ToldAt + _changeDelay
            : _scheduleDelay > TimeSpan.Zero ? ToldAt + _scheduleDelay
            : MonotonicTime.Never;

        public void Begin(HelloSubscribe request, MonotonicTime now)
        {
            EndsAt = now + TimeSpan.FromSeconds(request.DurationSeconds);
            _changeDelay = TimeSpan.FromMilliseconds(request.ChangeDelayMilliseconds);
            _scheduleDelay = TimeSpan.FromMilliseconds(request.ScheduleDelayMilliseconds);
        }

        /// <summary>Goes on with a newer version; an older one, looked up before a commit and told after it, changes nothing.</summary>
        public void MoveTo(GraphSnapshot snapshot)
        {
            if (snapshot.Count < Snapshot.Count)
                return;
            IsChanged |= snapshot.Count > Snapshot.Count;
            Snapshot = snapshot;
        }
    }
}
