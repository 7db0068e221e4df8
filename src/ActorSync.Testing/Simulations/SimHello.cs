using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>Hello of one node with one peer, both sides, and what the peer offers at the end of polls.</summary>
internal sealed class SimHello
{
    private readonly SimPeer _peer;
    private readonly SimNode _node;
    private readonly Outbox<HelloPublisherOutput> _told = new();
    private readonly Outbox<HelloSubscriberOutput> _heard = new();
    private readonly SimTimer _publisherTimer;
    private readonly SimTimer _subscriberTimer;
    private readonly EndedPolls<ulong> _ended = new();

    public SimHello(SimPeer peer, SimNode node)
    {
        _peer = peer;
        _node = node;
        Publisher = new HelloPublisher(node.Hellos, node.Policy);
        Subscriber = new HelloSubscriber(node.Hellos, node.Policy);
        _publisherTimer = new SimTimer(node, () => Publish(new HelloPublisherInput.Tick()));
        _subscriberTimer = new SimTimer(node, () => Subscribe(new HelloSubscriberInput.Tick()));
    }

    /// <summary>Tells the peer.</summary>
    public HelloPublisher Publisher { get; }

    /// <summary>Hears from the peer.</summary>
    public HelloSubscriber Subscriber { get; }

    /// <summary>What the peer answered when it was asked to tell, each time.</summary>
    public List<SyncError?> Answers { get; } = [];

    /// <summary>Polls that something told by the peer caused.</summary>
    public int Polls { get; private set; }

    /// <summary>Polls that an offer caused.</summary>
    public int OfferedPolls { get; private set; }

    public void Want(GraphId graph, HelloTerms? terms = null)
    {
        _node.HellosWantedOf(_peer.Link).Add(graph);
        Subscribe(new HelloSubscriberInput.Want(graph, _node.SnapshotOf(graph), terms ?? _node.Hellos.Terms));
    }

    public void Unwant(GraphId graph)
    {
        _node.HellosWantedOf(_peer.Link).Remove(graph);
        Subscribe(new HelloSubscriberInput.Unwant(graph));
    }

    /// <summary>The peer is forgotten.</summary>
    public void Stop()
    {
        _publisherTimer.Stop();
        _subscriberTimer.Stop();
    }

    public void OnLinked()
    {
        Publish(new HelloPublisherInput.Linked());
        Subscribe(new HelloSubscriberInput.Linked());
    }

    public void OnUnlinked()
    {
        Publish(new HelloPublisherInput.Unlinked());
        Subscribe(new HelloSubscriberInput.Unlinked());
    }

    public void OnChanged(GraphSnapshot snapshot)
    {
        Publish(new HelloPublisherInput.Changed(snapshot));
        Subscribe(new HelloSubscriberInput.Changed(snapshot));
    }

    public void OnMessage(SyncMessage message)
    {
        switch (message)
        {
            case HelloSubscribe subscribe:
                var isAllowed = !_node.NotAllowed.Contains(subscribe.Graph);
                Publish(new HelloPublisherInput.Subscribe(
                    subscribe, isAllowed ? _node.SnapshotOf(subscribe.Graph) : null, isAllowed ? null : SyncErrorKind.NotAllowed));
                if (Publisher.Graphs.Contains(subscribe.Graph))
                    _node.Spread?.OnHears(_peer, subscribe.Graph);
                break;
            case HelloUnsubscribe unsubscribe:
                Publish(new HelloPublisherInput.Unsubscribe(unsubscribe));
                break;
            case HelloNotify notify:
                Subscribe(new HelloSubscriberInput.Notify(notify));
                break;
            case SyncFailure failure:
                Subscribe(new HelloSubscriberInput.Refused(failure));
                break;
            case Offer offer when _ended.TryTake(offer, out var maxBytes) && !Offers.IsHere(offer.Head, _node.SnapshotOf(offer.Graph), _node.Policy):
                OfferedPolls++;
                _peer.Poll(offer.Graph, maxBytes, isOffered: true);
                break;
        }
    }

    /// <summary>A poll of this node ended.</summary>
    public void OnPolled(SessionId session, GraphId graph, ulong maxBytes, Result<PollOutcome> result)
    {
        if (result.TryGet(out var outcome, out _) && !outcome.Remaining)
            _ended.Note(session, graph, maxBytes);
    }

    /// <summary>The peer holds all that a poll of it was answered from.</summary>
    public void OnAnswered(SessionId session, GraphSnapshot answered)
    {
        if (!_peer.Publisher.Graphs.Contains(answered.Graph) && Offers.After(session, answered, _node.SnapshotOf(answered.Graph)!, _node.Policy) is { } offer)
            _peer.Send(SyncCodec.Encode(offer));
    }

    private void OnPolled(GraphId graph, Result<PollOutcome> result)
    {
        Subscribe(new HelloSubscriberInput.Polled(graph, result));
        if (result is { Error: null, Value.Added: > 0 })
            _node.Spread?.OnMissed(_peer, graph);
    }

    private void Publish(HelloPublisherInput input)
    {
        Publisher.Handle(input, _node.Now, _told);
        while (_told.TryTake(out var output))
        {
            switch (output)
            {
                case HelloPublisherOutput.Send send:
                    _peer.Send(send.Payload);
                    break;
                case HelloPublisherOutput.StartTimer timer:
                    _publisherTimer.Start(timer.At);
                    break;
            }
        }
    }

    private void Subscribe(HelloSubscriberInput input)
    {
        Subscriber.Handle(input, _node.Now, _heard);
        while (_heard.TryTake(out var output))
        {
            switch (output)
            {
                case HelloSubscriberOutput.Send send:
                    _peer.Send(send.Payload);
                    break;
                case HelloSubscriberOutput.Poll poll:
                    Polls++;
                    _peer.Poll(poll.Graph, done: result => OnPolled(poll.Graph, result));
                    break;
                case HelloSubscriberOutput.Answered answered:
                    Answers.Add(answered.Error);
                    break;
                case HelloSubscriberOutput.StartTimer timer:
                    _subscriberTimer.Start(timer.At);
                    break;
            }
        }
    }
}
