using ActorSync.Graphs.Policies;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Hellos;

/// <summary>
/// The subscriber's side of hello: has one publisher tell of the heads of graphs, and polls it for a graph when a head is
/// told that is not here, nor what the heads here would be merged into. Asks again when no answer comes, and renews when
/// half of the duration is over, when the scheduled notifications stay out, and on every link.
/// <code>
/// Want, Linked ──> HelloSubscribe ──HelloNotify──> told ──half of the duration, silence──> HelloSubscribe
/// HelloNotify ──head is here──> nothing
///             ──head is not here, nor comes within the patience──> Poll, one at a time; a head that is told meanwhile is
///               looked at when it ends
/// Poll ──brought nothing──> the next one waits, longer each time; for a head that a whole poll was made for, there is none
/// </code>
/// </summary>
public sealed class HelloSubscriber : IMachine<HelloSubscriberInput, HelloSubscriberOutput>
{
    private const int MostDoublings = 16;

    // So many schedule delays without a notification: one may be lost.
    private const int SilentSchedules = 2;

    private static readonly TimeSpan ShortestRenewal = TimeSpan.FromMilliseconds(500);

    private readonly HelloSettings _settings;
    private readonly IGraphPolicy _policy;
    private readonly Dictionary<GraphId, HeardGraph> _graphs = [];

    private bool _linked;

    /// <param name="settings">The settings.</param>
    /// <param name="policy">Merges the heads of a graph that has several, as the publisher's does.</param>
    public HelloSubscriber(HelloSettings settings, IGraphPolicy? policy = null)
    {
        _settings = settings;
        _policy = policy ?? OpaquePolicy.Instance;
    }

    /// <summary>The graphs that the publisher tells of.</summary>
    public IEnumerable<GraphId> Told => _graphs.Values.Where(graph => graph.IsTold).Select(graph => graph.Graph);

    /// <summary>Notifications that came of graphs that are wanted.</summary>
    public long Notifications { get; private set; }

    /// <summary>When the first of the requests ends at the publisher, unless it is renewed; the start of the clock when there is none.</summary>
    public MonotonicTime EndsAt => _graphs.Values.Where(graph => graph.IsTold).Select(graph => graph.AskedAt + graph.Terms.Duration).DefaultIfEmpty().Min();

    public void Handle(HelloSubscriberInput input, MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        switch (input)
        {
            case HelloSubscriberInput.Want want:
                OnWant(want, now, outbox);
                break;
            case HelloSubscriberInput.Unwant unwant when _graphs.Remove(unwant.Graph):
                Withdraw(unwant.Graph, outbox);
                break;
            case HelloSubscriberInput.Changed changed when Find(changed.Snapshot.Graph) is { } graph:
                graph.Keep(changed.Snapshot);
                break;
            case HelloSubscriberInput.Notify notify:
                OnNotify(notify.Message, now, outbox);
                break;
            case HelloSubscriberInput.Refused { Failure.Graph: { } refused } when Find(refused) is { } graph:
                OnRefused(graph, ((HelloSubscriberInput.Refused)input).Failure, now, outbox);
                break;
            case HelloSubscriberInput.Polled polled when Find(polled.Graph) is { IsPolling: true } graph:
                graph.EndPoll(polled.Result, now, times => Doubled(_settings.PollAgainAfter, times));
                PollIfItLacks(graph, now, outbox);
                break;
            case HelloSubscriberInput.Linked:
                OnLinked(now, outbox);
                break;
            case HelloSubscriberInput.Unlinked:
                _linked = false;
                break;
            case HelloSubscriberInput.Stop:
                foreach (var graph in _graphs.Keys)
                    Withdraw(graph, outbox);
                _linked = false;
                break;
            case HelloSubscriberInput.Tick:
                OnTick(now, outbox);
                break;
        }
        outbox.Put(new HelloSubscriberOutput.StartTimer(NextTime()));
    }

    private HeardGraph? Find(GraphId graph) => _graphs.GetValueOrDefault(graph);

    private void OnWant(HelloSubscriberInput.Want want, MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        if (Find(want.Graph) is not { } graph)
            _graphs.Add(want.Graph, graph = new HeardGraph(want.Graph, _policy));
        if (_linked && graph.IsTold && graph.Terms == want.Terms)
        {
            outbox.Put(new HelloSubscriberOutput.Answered(want.Graph, null));
            return;
        }
        graph.Terms = want.Terms;
        graph.Keep(want.Snapshot);
        graph.AsksInVain = 0;
        Ask(graph, now, outbox);
    }

    private void OnLinked(MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        _linked = true;
        foreach (var graph in _graphs.Values)
        {
            graph.BeginLink();
            Ask(graph, now, outbox);
        }
    }

    private void Ask(HeardGraph graph, MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        if (!_linked)
            return;
        graph.AskedAt = now;
        graph.AskAt = now + Doubled(_settings.RetryAfter, graph.AsksInVain++);
        outbox.Put(new HelloSubscriberOutput.Send(SyncCodec.Encode(graph.Terms.ToRequest(graph.Graph))));
    }

    private void Withdraw(GraphId graph, IOutbox<HelloSubscriberOutput> outbox)
    {
        if (_linked)
            outbox.Put(new HelloSubscriberOutput.Send(SyncCodec.Encode(new HelloUnsubscribe(graph))));
    }

    private void OnNotify(HelloNotify notify, MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        if (Find(notify.Graph) is not { } graph)
        {
            // The publisher did not hear that it is not wanted, or heard an old request after that.
            Withdraw(notify.Graph, outbox);
            return;
        }
        Notifications++;
        graph.AsksInVain = 0;
        graph.AskAt = MonotonicTime.Max(graph.AskedAt + graph.Terms.Duration / 2, now + ShortestRenewal);
        if (graph.Terms.ScheduleDelay > TimeSpan.Zero)
            graph.AskAt = MonotonicTime.Min(graph.AskAt, now + graph.Terms.ScheduleDelay * SilentSchedules);
        if (!graph.IsTold)
        {
            graph.IsTold = true;
            outbox.Put(new HelloSubscriberOutput.Answered(graph.Graph, null));
        }
        graph.NoteTold(notify.Head, now);
        PollIfItLacks(graph, now, outbox);
    }

    private void OnRefused(HeardGraph graph, SyncFailure failure, MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        graph.IsTold = false;
        // The request counted already.
        graph.AskAt = now + Doubled(_settings.RetryAfter, Math.Max(0, graph.AsksInVain - 1));
        outbox.Put(new HelloSubscriberOutput.Answered(graph.Graph, failure.ToError()));
    }

    private void PollIfItLacks(HeardGraph graph, MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        if (!_linked || graph.IsPolling || now < graph.PollAt || !graph.LacksSomething)
            return;
        graph.BeginPoll();
        outbox.Put(new HelloSubscriberOutput.Poll(graph.Graph));
    }

    private void OnTick(MonotonicTime now, IOutbox<HelloSubscriberOutput> outbox)
    {
        foreach (var graph in _graphs.Values)
        {
            if (now >= graph.AskAt)
                Ask(graph, now, outbox);
            PollIfItLacks(graph, now, outbox);
        }
    }

    private MonotonicTime NextTime()
    {
        var next = MonotonicTime.Never;
        if (!_linked)
            return next;
        foreach (var graph in _graphs.Values)
        {
            next = MonotonicTime.Min(next, graph.AskAt);
            if (!graph.IsPolling && graph.IsPutOff && graph.PollAt < next && graph.LacksSomething)
                next = graph.PollAt;
        }
        return next;
    }

    private TimeSpan Doubled(TimeSpan first, int times)
    {
        var wait = first * Math.Pow(2, Math.Min(times, MostDoublings));
        return wait < _settings.RetryAtMost ? wait : _settings.RetryAtMost;
    }
}
