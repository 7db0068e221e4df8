using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>What a node keeps of one peer: the subscription of either side, and the polls under way.</summary>
internal sealed class SimPeer
{
    private readonly SimNode _node;
    private readonly SimLink _link;
    private readonly Simulation _simulation;
    private readonly Outbox<SubscriptionOutput> _published = new();
    private readonly Outbox<SubscriberOutput> _subscribed = new();
    private readonly SimTimer _publisherTimer;
    private readonly SimTimer _subscriberTimer;
    private readonly Dictionary<SessionId, SimPoll> _polls = [];
    private readonly Dictionary<SessionId, SimAnswer> _answers = [];

    public SimPeer(SimNode node, SimLink link)
    {
        _node = node;
        _link = link;
        _simulation = node.Simulation;
        Subscriber = new SubscriberMachine(node.Subscriptions, _simulation.Random);
        Publisher = new SubscriptionMachine(node.Subscriptions, WireLimits.Default);
        Hello = new SimHello(this, node);
        _publisherTimer = new SimTimer(_simulation, () => Publish(new SubscriptionInput.Tick()));
        _subscriberTimer = new SimTimer(_simulation, () => Subscribe(new SubscriberInput.Tick()));
    }

    /// <summary>The subscription that the peer holds here.</summary>
    public SubscriptionMachine Publisher { get; }

    /// <summary>The subscription that this node holds at the peer.</summary>
    public SubscriberMachine Subscriber { get; }

    /// <summary>What either side tells the other of changes.</summary>
    public SimHello Hello { get; }

    public SimNode Node => _node;

    /// <summary>How the subscription here ended, each time.</summary>
    public List<SubscriptionEndReason> Endings { get; } = [];

    /// <summary>What the subscriber was answered, each time.</summary>
    public List<SyncError?> Answers { get; } = [];

    public List<SyncError> Faults { get; } = [];

    /// <summary>How polls of this node at the peer ended.</summary>
    public List<Result<PollOutcome>> PollResults { get; } = [];

    public int Repairs { get; private set; }

    /// <summary>Sessions that answer polls of the peer.</summary>
    public int AnswersUnderWay => _answers.Count;

    public bool IsPolling => _polls.Count > 0;

    public void Want(GraphId graph)
    {
        _node.GraphOrNew(graph);
        Subscribe(new SubscriberInput.Want(graph, _node.SnapshotOf(graph)));
    }

    public void Unwant(GraphId graph) => Subscribe(new SubscriberInput.Unwant(graph));

    public void Poll(GraphId graph, ulong maxBytes = 0, Action<Result<PollOutcome>>? done = null, bool isOffered = false)
    {
        _node.GraphOrNew(graph);
        var session = new SessionId((ulong)_simulation.Random.NextInt64());
        var poll = new SimPoll(this, _node, session, graph, maxBytes, result =>
        {
            _polls.Remove(session);
            if (!isOffered)
                Hello.OnPolled(session, graph, maxBytes, result);
            PollResults.Add(result);
            done?.Invoke(result);
        });
        _polls.Add(session, poll);
        poll.Run(new RequesterInput.Start());
    }

    public void Send(ReadOnlyMemory<byte> payload, Action? taken = null) => _link.Send(_node, payload, taken);

    public void OnLinked()
    {
        Publish(new SubscriptionInput.Linked(_link.MaxPayloadBytes, SimLink.FrameOverhead));
        Subscribe(new SubscriberInput.Linked(_link.MaxPayloadBytes, SimLink.FrameOverhead));
        Hello.OnLinked();
        foreach (var poll in _polls.Values.ToArray())
            poll.Run(new RequesterInput.Relinked());
        foreach (var answer in _answers.Values.ToArray())
            answer.Run(new ResponderInput.Relinked());
    }

    public void OnUnlinked()
    {
        Publish(new SubscriptionInput.Unlinked());
        Subscribe(new SubscriberInput.Unlinked());
        Hello.OnUnlinked();
    }

    public void OnChanged(GraphSnapshot snapshot, IReadOnlyList<CommandId> fromPeer)
    {
        Publish(new SubscriptionInput.Changed(snapshot, fromPeer));
        Subscribe(new SubscriberInput.Changed(snapshot));
        Hello.OnChanged(snapshot);
    }

    /// <summary>The node shuts down: both sides of the conversation are told.</summary>
    public void Stop()
    {
        Publish(new SubscriptionInput.Stop(SubscriptionEndReason.ShuttingDown));
        Subscribe(new SubscriberInput.Stop());
    }

    public void Publish(SubscriptionInput input)
    {
        Publisher.Handle(input, _simulation.Now, _published);
        while (_published.TryTake(out var output))
            Interpret(output);
        if (!Publisher.IsOpen)
            _node.Slots.Free(PlaceOfPeer);
    }

    public void Subscribe(SubscriberInput input)
    {
        Subscriber.Handle(input, _simulation.Now, _subscribed);
        while (_subscribed.TryTake(out var output))
            Interpret(output);
    }

    public void Deliver(SyncMessage message)
    {
        switch (SyncDispatch.DestinationOf(message.Type))
        {
            case SyncDestination.Graph:
                OnPoll((Poll)message);
                break;
            case SyncDestination.PollResponder:
                ToAnswer(message);
                break;
            case SyncDestination.HelloPublisher or SyncDestination.HelloSubscriber:
            case SyncDestination.PollRequester when message is Offer:
            case SyncDestination.Reference when message is SyncFailure { Reference: 0, Graph: not null }:
                Hello.OnMessage(message);
                break;
            case SyncDestination.PollRequester:
                ToPoll(message);
                break;
            case SyncDestination.Subscription:
                ToPublisher(message);
                break;
            case SyncDestination.Subscriber:
                Subscribe(new SubscriberInput.Message(message));
                break;
            case SyncDestination.Senders:
                Publish(new SubscriptionInput.Rejected((Rejected)message));
                foreach (var answer in _answers.Values.ToArray())
                    answer.Run(new ResponderInput.Message(message));
                break;
            case SyncDestination.Reference:
                OnFailure((SyncFailure)message);
                break;
        }
    }

    private NodeId PlaceOfPeer => new((UInt128)(uint)System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_link));

    private void ToPublisher(SyncMessage message)
    {
        switch (message)
        {
            case Subscribe subscribe when !_node.Slots.TryTake(PlaceOfPeer, isMember: false):
                Send(SyncCodec.Encode(new MaximumSubscriptionsExceeded(subscribe.Id, subscribe.Sequence, (uint)_node.Slots.Limit)));
                break;
            case Subscribe subscribe:
                Publish(new SubscriptionInput.Subscribe(subscribe, [.. subscribe.Graphs.Select(asked => Offer(asked.Graph))]));
                break;
            case Unsubscribe unsubscribe:
                Publish(new SubscriptionInput.Unsubscribe(unsubscribe));
                break;
            case PushAck ack:
                Publish(new SubscriptionInput.Ack(ack));
                break;
        }
    }

    private OfferedGraph Offer(GraphId graph)
    {
        SyncErrorKind? refused = _node.NotAllowed.Contains(graph) ? SyncErrorKind.NotAllowed : _node.SnapshotOf(graph) is null ? SyncErrorKind.UnknownGraph : null;
        return new OfferedGraph(graph, refused is null ? _node.SnapshotOf(graph) : null, refused, _node.Acked.GetValueOrDefault((_link.Other(_node), graph), []));
    }

    private void Interpret(SubscriptionOutput output)
    {
        switch (output)
        {
            case SubscriptionOutput.Answer answer:
                Send(answer.Payload);
                break;
            case SubscriptionOutput.Push push:
                Send(push.Payload, () => Publish(new SubscriptionInput.Taken()));
                break;
            case SubscriptionOutput.AckedMoved moved:
                _node.Acked[(_link.Other(_node), moved.Graph)] = moved.Heads;
                break;
            case SubscriptionOutput.StartTimer timer:
                _publisherTimer.Start(timer.At);
                break;
            case SubscriptionOutput.Ended ended:
                Endings.Add(ended.Reason);
                break;
        }
    }

    private void Interpret(SubscriberOutput output)
    {
        switch (output)
        {
            case SubscriberOutput.Send send:
                Send(send.Payload);
                break;
            case SubscriberOutput.Store store:
                var push = store.Push;
                _node.Graphs[push.Graph].Receive(
                    push.Commands.Decode(WireLimits.Default, _node.Policy.Identity).Value, this, result => Subscribe(new SubscriberInput.Stored(push.Graph, push.Id, push.Index, result)));
                break;
            case SubscriberOutput.Repair repair:
                Repairs++;
                Poll(repair.Graph, done: _ => Subscribe(new SubscriberInput.Repaired(repair.Graph)));
                break;
            case SubscriberOutput.Answered answered:
                Answers.Add(answered.Error);
                break;
            case SubscriberOutput.Fault fault:
                Faults.Add(fault.Error);
                break;
            case SubscriberOutput.StartTimer timer:
                _subscriberTimer.Start(timer.At);
                break;
        }
    }

    private void OnPoll(Poll poll)
    {
        if (_answers.TryGetValue(poll.Session, out var answer))
        {
            answer.Run(new ResponderInput.Message(poll));
            return;
        }
        if (_node.SnapshotOf(poll.Graph) is not { } snapshot)
        {
            Send(SyncCodec.Encode(new SyncFailure(SyncErrorKind.UnknownGraph, poll.Session.Value, poll.Graph, "the graph is not here")));
            return;
        }
        var remembered = new KnownHeads();
        remembered.AddAll(snapshot, _node.Acked.GetValueOrDefault((_link.Other(_node), poll.Graph), []).Select(head => head.Id));
        answer = new SimAnswer(this, _node, poll.Session, snapshot, remembered, _link.MaxPayloadBytes, allIsHeld =>
        {
            _answers.Remove(poll.Session);
            if (allIsHeld)
                Hello.OnAnswered(poll.Session, snapshot);
        }, heads => OnPeerHolds(poll.Graph, heads));
        _answers.Add(poll.Session, answer);
        answer.Run(new ResponderInput.Message(poll));
    }

    // Null when what was remembered of the peer is wrong.
    private void OnPeerHolds(GraphId graph, IReadOnlyList<CommandId>? heads)
    {
        var snapshot = _node.SnapshotOf(graph)!;
        _node.Acked[(_link.Other(_node), graph)] = [.. (heads ?? []).Select(head => snapshot.AddressOf(snapshot.Find(head)))];
        if (heads is not null)
            Publish(new SubscriptionInput.PeerHolds(graph, heads));
    }

    private static SessionId SessionOf(SyncMessage message) => message switch
    {
        Narrowed narrowed => narrowed.Session,
        Credit credit => credit.Session,
        RequestMissing missing => missing.Session,
        SyncResume resume => resume.Session,
        EndSession end => end.Session,
        Level level => level.Session,
        Narrow narrow => narrow.Session,
        PollResponse response => response.Session,
        PollEnd end => end.Session,
        _ => default,
    };

    private void ToAnswer(SyncMessage message)
    {
        var session = SessionOf(message);
        if (_answers.TryGetValue(session, out var answer))
            answer.Run(new ResponderInput.Message(message));
        else if (message is not EndSession)
            Send(SyncCodec.Encode(new SyncFailure(SyncErrorKind.UnknownSession, session.Value, null, "the session is over")));
    }

    private void ToPoll(SyncMessage message)
    {
        var session = SessionOf(message);
        if (_polls.TryGetValue(session, out var poll))
            poll.Run(new RequesterInput.Message(message));
        else if (message is PollResponse)
            Send(SyncCodec.Encode(new EndSession(session)));
    }

    private void OnFailure(SyncFailure failure)
    {
        if (_polls.TryGetValue(new SessionId(failure.Reference), out var poll))
            poll.Run(new RequesterInput.Message(failure));
        else if (_answers.TryGetValue(new SessionId(failure.Reference), out var answer))
            answer.Run(new ResponderInput.Message(failure));
        else
            Subscribe(new SubscriberInput.Message(failure));
    }
}
