using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Testing.Simulations.Invariants;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>What a node keeps of one peer: the subscription of either side, and the polls under way.</summary>
internal sealed partial class SimPeer
{
    /// <summary>How often a poll begins anew, as the actor of a poll does.</summary>
    public const int MostAttempts = 3;

    private const int StoringPushes = 64;
    private const int SessionsPerPeer = 16;
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(60);

    private readonly SimNode _node;
    private readonly Simulation _simulation;
    private readonly Outbox<SubscriptionOutput> _published = new();
    private readonly Outbox<SubscriberOutput> _subscribed = new();
    private readonly SimTimer _publisherTimer;
    private readonly SimTimer _subscriberTimer;
    private readonly SimTimer _deadTimer;
    private readonly Dictionary<SessionId, SimPoll> _polls = [];
    private readonly Dictionary<SessionId, SimAnswer> _answers = [];
    private bool _isLinked;
    private int _links;
    private int _storing;
    private HashSet<GraphId> _followed = [];

    public SimPeer(SimNode node, SimLink link)
    {
        _node = node;
        Link = link;
        Identity = link.Other(node).Identity;
        _simulation = node.Simulation;
        Subscriber = new SubscriberMachine(node.Subscriptions, _simulation.Random);
        Publisher = new SubscriptionMachine(node.Subscriptions, WireLimits.Default);
        Hello = new SimHello(this, node);
        _publisherTimer = new SimTimer(node, () => Publish(new SubscriptionInput.Tick()));
        _subscriberTimer = new SimTimer(node, () => Subscribe(new SubscriberInput.Tick()));
        _deadTimer = new SimTimer(node, () => node.ForgetDead(this));
    }

    public SimLink Link { get; }

    /// <summary>The peer, and the incarnation of its store that the link led to last.</summary>
    public PeerIdentity Identity { get; private set; }

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
        _node.WantedOf(Link).Add(graph);
        Subscribe(new SubscriberInput.Want(graph, _node.SnapshotOf(graph)));
    }

    public void Unwant(GraphId graph)
    {
        _node.WantedOf(Link).Remove(graph);
        Subscribe(new SubscriberInput.Unwant(graph));
    }

    public void Poll(GraphId graph, ulong maxBytes = 0, Action<Result<PollOutcome>>? done = null, bool isOffered = false)
    {
        if (!_isLinked)
        {
            _node.Post(TimeSpan.Zero, () => done?.Invoke(new SyncError(SyncErrorKind.Unreachable, "there is no link to the peer")));
            return;
        }
        var session = new SessionId((ulong)_simulation.Random.NextInt64(1, long.MaxValue - MostAttempts));
        var poll = new SimPoll(this, _node, session, graph, maxBytes, (last, result) =>
        {
            if (!isOffered)
                Hello.OnPolled(last, graph, maxBytes, result);
            for (var attempt = 0ul; attempt < MostAttempts; attempt++)
                _polls.Remove(new SessionId(session.Value + attempt));
            if (_simulation.Watch is null)
                PollResults.Add(result);
            done?.Invoke(result);
        });
        for (var attempt = 0ul; attempt < MostAttempts; attempt++)
            _polls.Add(new SessionId(session.Value + attempt), poll);
        poll.Begin();
    }

    public void Send(ReadOnlyMemory<byte> payload, Action? taken = null)
    {
        if (_isLinked)
            Link.Send(_node, payload, taken);
        else if (taken is not null)
            _node.Post(TimeSpan.Zero, taken);
    }

    public void OnLinked()
    {
        if (_isLinked)
            OnUnlinked();
        _isLinked = true;
        _deadTimer.Stop();
        (_storing, _links) = (0, _links + 1);
        var identity = Link.Other(_node).Identity;
        // The store at the other end is another one: what was known of the old one is not true of it.
        if (identity != Identity)
            Publish(new SubscriptionInput.Stop(SubscriptionEndReason.Replaced));
        Identity = identity;
        Publish(new SubscriptionInput.Linked(Link.MaxPayloadBytes, _simulation.Bug == PlantedBug.BudgetIgnoresFraming ? 0 : SimLink.FrameOverhead));
        Subscribe(new SubscriberInput.Linked(Link.MaxPayloadBytes, SimLink.FrameOverhead));
        Hello.OnLinked();
        foreach (var poll in _polls.Values.Distinct().ToArray())
            poll.OnRelinked();
        _node.Spread?.OnLinked(this);
    }

    public void OnUnlinked()
    {
        _isLinked = false;
        _deadTimer.Start(_node.Now + DeadAfter);
        Publish(new SubscriptionInput.Unlinked());
        Subscribe(new SubscriberInput.Unlinked());
        Hello.OnUnlinked();
        _followed = [];
        _node.Spread?.OnUnlinked(this);
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

    /// <summary>The peer was gone for too long: its place is free, and who waits for it waits in vain.</summary>
    public void Die()
    {
        _node.Slots.Free(Identity.Node);
        _publisherTimer.Stop();
        _subscriberTimer.Stop();
        Hello.Stop();
        foreach (var poll in _polls.Values.Distinct().ToArray())
            poll.GiveUp();
        foreach (var answer in _answers.Values)
            answer.Abandon();
        _simulation.Watch?.OnForgotten(this);
    }

    public void Publish(SubscriptionInput input)
    {
        Publisher.Handle(input, _node.Now, _published);
        while (_published.TryTake(out var output))
            Interpret(output);
        if (!Publisher.IsOpen)
            _node.Slots.Free(Identity.Node);
        if (_node.Spread is { } spread && _isLinked)
            TellFollowed(spread);
    }

    private void TellFollowed(ISimSpread spread)
    {
        var before = _followed;
        _followed = Publisher.IsOpen ? [.. Publisher.Graphs] : [];
        foreach (var graph in _followed.Except(before))
            spread.OnFollows(this, graph, isOn: true);
        foreach (var graph in before.Except(_followed))
            spread.OnFollows(this, graph, isOn: false);
    }

    public void Subscribe(SubscriberInput input)
    {
        Subscriber.Handle(input, _node.Now, _subscribed);
        while (_subscribed.TryTake(out var output))
            Interpret(output);
    }

    public void Fault(SyncError error)
    {
        Faults.Add(error);
        if (_simulation.Watch is not null)
            SimWatch.OnFault(this, error);
    }

    public void Deliver(SyncMessage message)
    {
        _simulation.Watch?.OnDelivered(this, message);
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

    private void ToPublisher(SyncMessage message)
    {
        // Who follows a graph hears that it wakes: that is over before a place is taken.
        if (message is Subscribe { Graphs: var named })
            WakeForWhoIsNotLevel(named);
        switch (message)
        {
            case Subscribe subscribe when !_node.Slots.TryTake(Identity.Node, isMember: false):
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
            case ShortAck ack:
                Publish(new SubscriptionInput.ShortAck(ack));
                break;
            case NumberGraphs numbers when _simulation.Bug == PlantedBug.NumbersBack:
                Send(SyncCodec.Encode(numbers));
                break;
            // What is tampered with is pushed in full.
            case NumberGraphs numbers when _simulation.Bug != PlantedBug.PushSkipsPrior:
                Publish(new SubscriptionInput.Number(numbers));
                break;
        }
    }

    private void Interpret(SubscriptionOutput output)
    {
        switch (output)
        {
            case SubscriptionOutput.Answer answer:
                Send(answer.Payload);
                break;
            case SubscriptionOutput.Push push:
                Send(Tampering.Of(_simulation.Bug, Publisher, push.Payload), () => Publish(new SubscriptionInput.Taken()));
                break;
            case SubscriptionOutput.AckedMoved moved:
                _node.Acked.RememberAckedHeads(Identity, moved.Graph, moved.Heads);
                break;
            case SubscriptionOutput.StartTimer timer:
                _publisherTimer.Start(timer.At);
                break;
            case SubscriptionOutput.Ended ended:
                Endings.Add(ended.Reason);
                _simulation.Watch?.OnEnded(this);
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
                Store(store.Push, store.Follows);
                break;
            case SubscriberOutput.Repair repair:
                Repairs++;
                Poll(repair.Graph, done: _ => Subscribe(new SubscriberInput.Repaired(repair.Graph)));
                break;
            case SubscriberOutput.Answered answered:
                Answers.Add(answered.Error);
                break;
            case SubscriberOutput.Fault fault:
                Fault(fault.Error);
                break;
            case SubscriberOutput.StartTimer timer:
                _subscriberTimer.Start(timer.At);
                break;
        }
    }

    private void Store(Push push, Address? follows)
    {
        // What is dropped here is not acknowledged, and comes again.
        if (_storing >= StoringPushes || !_isLinked)
            return;
        if (!push.Commands.Decode(WireLimits.Default, _node.Policy.Identity, follows).TryGet(out var commands, out var error))
        {
            Subscribe(new SubscriberInput.Stored(push.Graph, push.Id, push.Index, error));
            return;
        }
        var link = _links;
        _storing++;
        _node.Receive(push.Graph, commands, this, result =>
        {
            if (link != _links)
                return;
            _storing--;
            if (result.TryGet(out var kept, out _))
                _node.Spread?.OnPushed(this, push.Graph, kept);
            Subscribe(new SubscriberInput.Stored(push.Graph, push.Id, push.Index, result, commands[^1].Address, push.Commands.IsShort));
        });
    }
}
