using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// One client that is told of one graph of another: the two machines of hello, with their payloads encoded and decoded
/// between them. A change takes a millisecond of their time, so that being told of every so manieth change is a change
/// delay of so many milliseconds. Only changes are told: the head that answers a request is passed on when the graph has
/// just begun, which is a change, and else not.
/// </summary>
internal sealed class ScenarioHello
{
    private static readonly TimeSpan Change = TimeSpan.FromMilliseconds(1);

    private static readonly HelloSettings Settings = new() { DurationAtMost = TimeSpan.MaxValue, PollAgainAfter = TimeSpan.Zero };

    private readonly ScenarioWorld _world;
    private readonly HelloTerms _terms;
    private readonly Outbox<HelloPublisherOutput> _told = new();
    private readonly Outbox<HelloSubscriberOutput> _heard = new();
    private readonly Queue<SyncMessage> _toPublisher = new();
    private readonly Queue<SyncMessage> _toSubscriber = new();
    private readonly Queue<GraphId> _polls = new();
    private readonly HelloPublisher _publisher = new(Settings, ScenarioPolicy.Instance);
    private HelloSubscriber _subscriber = new(Settings, ScenarioPolicy.Instance);
    private MonotonicTime _now;
    private GraphSnapshot? _there;
    private GraphSnapshot? _here;

    public ScenarioHello(ScenarioWorld world, ulong client, ulong peer, ulong graph, ulong interval)
    {
        (_world, Client, Peer, Graph) = (world, client, peer, graph);
        _terms = new HelloTerms(Change * Math.Min(interval, uint.MaxValue), TimeSpan.FromSeconds(uint.MaxValue), TimeSpan.Zero);
        Publish(new HelloPublisherInput.Linked());
        if (world.Find(peer, graph)?.Snapshot is not { } there)
            return;
        Ask(there);
        _toSubscriber.Clear();
    }

    public ulong Client { get; }

    public ulong Peer { get; }

    public ulong Graph { get; }

    /// <summary>The peer's graph has changed.</summary>
    public async Task OnChangedAsync()
    {
        var there = _world.Graph(Peer, Graph).Snapshot;
        if (_there is null || there.Count < _there.Count || there.Graph != _there.Graph)
            Ask(there);
        _now += Change;
        if (_terms.ChangeDelay > Change)
            _toSubscriber.Clear();
        _there = there;
        Publish(new HelloPublisherInput.Changed(there));
        while (_toSubscriber.TryDequeue(out var message))
            await HearAsync((HelloNotify)message).ConfigureAwait(false);
    }

    // The graph begins at the peer, perhaps anew: what is asked for goes to it as over a new link.
    private void Ask(GraphSnapshot there)
    {
        Publish(new HelloPublisherInput.Removed(there.Graph));
        _toSubscriber.Clear();
        BeginSubscriber(there.Graph);
        while (_toPublisher.TryDequeue(out var request))
            Publish(new HelloPublisherInput.Subscribe((HelloSubscribe)request, there, null));
        _there = there;
    }

    private void BeginSubscriber(GraphId graph)
    {
        _subscriber = new HelloSubscriber(Settings, ScenarioPolicy.Instance);
        _here = _world.Find(Client, Graph)?.Snapshot;
        Subscribe(new HelloSubscriberInput.Linked());
        Subscribe(new HelloSubscriberInput.Want(graph, _here, _terms));
    }

    private async Task HearAsync(HelloNotify notify)
    {
        var here = _world.Find(Client, Graph)?.Snapshot;
        // Removed here: what was held is forgotten.
        if (here is null || here.Count < _here?.Count)
            BeginSubscriber(notify.Graph);
        else
            Subscribe(new HelloSubscriberInput.Changed(here));
        _toPublisher.Clear();
        Subscribe(new HelloSubscriberInput.Notify(notify));
        while (_polls.TryDequeue(out var graph))
        {
            var (received, sent) = await _world.SyncAsync(Client, Peer, Graph, ulong.MaxValue).ConfigureAwait(false);
            Subscribe(new HelloSubscriberInput.Changed(_world.Graph(Client, Graph).Snapshot));
            Subscribe(new HelloSubscriberInput.Polled(graph, new PollOutcome(false, (long)sent, (long)received, false, 1)));
        }
        _here = _world.Find(Client, Graph)?.Snapshot;
    }

    private void Publish(HelloPublisherInput input)
    {
        _publisher.Handle(input, _now, _told);
        while (_told.TryTake(out var output))
        {
            if (output is HelloPublisherOutput.Send send)
                _toSubscriber.Enqueue(SyncCodec.Decode(send.Payload, WireLimits.Default).Value);
        }
    }

    private void Subscribe(HelloSubscriberInput input)
    {
        _subscriber.Handle(input, _now, _heard);
        while (_heard.TryTake(out var output))
        {
            switch (output)
            {
                case HelloSubscriberOutput.Send send:
                    _toPublisher.Enqueue(SyncCodec.Decode(send.Payload, WireLimits.Default).Value);
                    break;
                case HelloSubscriberOutput.Poll poll:
                    _polls.Enqueue(poll.Graph);
                    break;
            }
        }
    }
}
