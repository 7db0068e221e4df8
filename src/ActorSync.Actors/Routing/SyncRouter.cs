using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One per node. Decodes each payload, and by its SyncType dispatches it to the actor that owns what it is about. It
/// knows the graphs, which are its children, and holds the limit of open subscriptions.
/// </summary>
public sealed partial class SyncRouter : ReceiveActor
{
    private readonly INodeStore _store;
    private readonly SyncSettings _settings;
    private readonly ErrorCounts _errors;
    private readonly OpenGraphs _open;
    private readonly NodeEvents _events;
    private readonly SubscriptionSlots _slots;
    private readonly Dictionary<GraphId, IActorRef> _graphs = [];
    private readonly Dictionary<(NodeId, ulong), IActorRef> _sessions = [];
    private readonly FinishedSessions _finished = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public SyncRouter(INodeStore store, SyncSettings settings, ErrorCounts errors, OpenGraphs open, NodeEvents events)
    {
        _open = open;
        _events = events;
        _errors = errors;
        _store = store;
        _settings = settings;
        _slots = new SubscriptionSlots(settings.MaximumSubscriptions, settings.MaximumMemberSubscriptions);
        Receive<Payload>(OnPayload);
        Receive<GraphActor.ReceiveCommands>(OnReceiveCommands);
        Receive<Act>(OnAct);
        Receive<ActHere>(act => Forward(act.Graph, act.Action, error => new GraphActor.Acted(error)));
        Receive<ReadGraph>(OnRead);
        Receive<CreateGraph>(OnCreate);
        Receive<FollowGraph>(OnFollow);
        Receive<UnfollowGraph>(OnUnfollow);
        Receive<WakeGraph>(wake => Forward(wake.Graph, GraphActor.Wake.Instance, error => new GraphActor.Version(wake.Graph, error)));
        Receive<FreeSlot>(free => _slots.Free(free.Peer, free.Grant));
        Receive<PeerStopped>(stopped => _slots.Free(stopped.Peer));
        Receive<NotMade>(OnNotMade);
        Receive<SessionEnded>(OnSessionEnded);
        Receive<Surveyed>(surveyed => SurveyNext(surveyed.Graph));
        Receive<GetGraphStatus>(get => Forward(get.Graph, GraphActor.GetStatus.Instance, _ => new GraphActor.Status(null)));
        Receive<GetSummary>(_ => Sender.Tell(new Summary([.. _graphs.Keys.OrderBy(graph => graph.Init)], _slots.Count)));
        Receive<Terminated>(OnTerminated);
        Receive<Close>(_ => OnClose());
        States();
        Mesh();
    }

    /// <param name="store">The node's store.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="errors">Counts what is refused here and by the graphs.</param>
    /// <param name="open">Where the graphs enter themselves while they are open.</param>
    /// <param name="events">What happens at the node.</param>
    public static Props Props(INodeStore store, SyncSettings settings, ErrorCounts? errors = null, OpenGraphs? open = null, NodeEvents? events = null)
    {
        var (counts, entered, happening) = (errors ?? new ErrorCounts(), open ?? new OpenGraphs(), events ?? new NodeEvents());
        return Akka.Actor.Props.Create(() => new SyncRouter(store, settings, counts, entered, happening));
    }

    /// <summary>The session or subscription that an answer refers to; 0 for none.</summary>
    public static ulong ReferenceOf(SyncMessage message) => message switch
    {
        Level level => level.Session.Value,
        Narrow narrow => narrow.Session.Value,
        Narrowed narrowed => narrowed.Session.Value,
        PollResponse response => response.Session.Value,
        PollEnd end => end.Session.Value,
        Credit credit => credit.Session.Value,
        RequestMissing missing => missing.Session.Value,
        SyncResume resume => resume.Session.Value,
        EndSession end => end.Session.Value,
        Offer offer => offer.Session.Value,
        SyncFailure failure => failure.Reference,
        _ => 0,
    };

    protected override void PreStart()
    {
        OpenFoundGraphs();
        OpenFoundStates();
    }

    // A graph whose actor fails is opened anew; one that fails again and again stays down until the node starts again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(3, TimeSpan.FromMinutes(1), _ => Directive.Restart);

    private void OnPayload(Payload payload)
    {
        var isHandedOn = false;
        try
        {
            if (SyncCodec.Decode(payload.Bytes, _settings.Wire).TryGet(out var message, out var error))
                isHandedOn = WaitsForFetch(payload.Peer, message, payload.Bytes.Length) || Dispatch(payload.Peer, message, payload.Bytes.Length);
            else
                payload.Peer.Actor.Tell(new PeerActor.Fault(error, IsFailure(payload.Bytes.Span) ? null : 0));
        }
        finally
        {
            if (!isHandedOn)
                payload.Peer.Actor.Tell(PeerActor.Handled.Instance);
        }
    }

    // A failure is never answered by a failure: two nodes would go on for ever.
    private static bool IsFailure(ReadOnlySpan<byte> payload) => SyncCodec.PeekType(payload).TryGet(out var type, out _) && type == SyncType.Error;

    // True when another actor takes the message, and says when it has handled it.
    private bool Dispatch(PeerRef peer, SyncMessage message, int bytes)
    {
        switch (SyncDispatch.DestinationOf(message.Type))
        {
            case SyncDestination.Graph:
                return OnPoll(peer, (Poll)message);
            case SyncDestination.PollResponder:
                return ToSession(peer, message);
            case SyncDestination.Reference when _sessions.ContainsKey((peer.Identity.Node, ReferenceOf(message))):
                return ToSession(peer, message);
            case SyncDestination.State:
                return OnState(peer, (StateMessage)message, bytes);
            case SyncDestination.PollRequester or SyncDestination.Subscriber or SyncDestination.HelloSubscriber or SyncDestination.Reference:
                TellStates(peer, message);
                peer.Actor.Tell(new PeerActor.Deliver(message));
                return true;
            case SyncDestination.Subscription when message is Subscribe subscribe:
                return OnSubscribe(peer, subscribe);
            case SyncDestination.Subscription:
                peer.Actor.Tell(new SubscriptionActor.Other(message));
                return true;
            case SyncDestination.Membership when _membership is { } membership:
                membership.Tell(new MembershipActor.FromPeer(peer, message));
                return true;
            case SyncDestination.Holding or SyncDestination.Forwarding when _mesh is { } mesh:
                mesh.Tell(new MeshActor.FromPeer(peer, message));
                return true;
            case SyncDestination.Senders:
                return OnRejected(peer, (Rejected)message);
            case SyncDestination.HelloPublisher:
                peer.Actor.Tell(message is HelloSubscribe hello
                    ? new HelloPublisherActor.SubscribeTo(hello, _graphs.GetValueOrDefault(hello.Graph))
                    : new HelloPublisherActor.Unsubscribe((HelloUnsubscribe)message));
                return true;
            default:
                var notServed = new SyncError(SyncErrorKind.UnknownType, $"this node does not serve {message.Type}");
                Refuse(peer, notServed, 0, null);
                return false;
        }
    }

    private bool OnPoll(PeerRef peer, Poll poll)
    {
        if (_finished.Contains(peer.Identity.Node, poll.Session))
            return false;
        if (!_graphs.TryGetValue(poll.Graph, out var graph))
        {
            Refuse(peer, NotHere(poll.Graph), poll.Session.Value, poll.Graph);
            return false;
        }
        var session = (peer.Identity.Node, poll.Session.Value);
        if (!_sessions.ContainsKey(session) && _sessions.Keys.Count(open => open.Item1 == peer.Identity.Node) >= _settings.SessionsPerPeer)
        {
            var busy = new SyncError(SyncErrorKind.Busy, $"{_settings.SessionsPerPeer} polls of this peer are being answered; try again later");
            Refuse(peer, busy, poll.Session.Value, poll.Graph);
            return false;
        }
        _sessions[session] = graph;
        graph.Tell(new GraphActor.Session(peer, poll.Session, poll));
        return true;
    }

    private bool ToSession(PeerRef peer, SyncMessage message)
    {
        var session = new SessionId(ReferenceOf(message));
        if (!_sessions.TryGetValue((peer.Identity.Node, session.Value), out var graph))
        {
            TellTooLate(peer, session, message);
            return false;
        }
        graph.Tell(new GraphActor.Session(peer, session, message));
        return true;
    }

    // It is said of the graph, not of a session: whoever sends its commands to the peer leaves out what follows.
    private bool OnRejected(PeerRef peer, Rejected rejected)
    {
        if (_graphs.TryGetValue(rejected.Graph, out var graph))
        {
            foreach (var (node, session) in _sessions.Where(open => open.Key.Item1 == peer.Identity.Node && open.Value.Equals(graph)).Select(open => open.Key))
                graph.Tell(new GraphActor.SessionRejects(peer, new SessionId(session), rejected));
        }
        peer.Actor.Tell(new SubscriptionActor.Other(rejected));
        return true;
    }

    private void Refuse(PeerRef peer, SyncError error, ulong reference, GraphId? graph)
    {
        _errors.Count(error.Kind);
        peer.Actor.Tell(PeerActor.Send.Failure(error, reference, graph));
    }

    // Whoever only grants credit or ends a session that is over needs no answer; whoever asks for more does.
    private void TellTooLate(PeerRef peer, SessionId session, SyncMessage? message)
    {
        if (message is SyncResume or RequestMissing or Narrowed)
        {
            var error = new SyncError(SyncErrorKind.UnknownSession, $"the session {session} is not, or no longer, known here; poll again");
            Refuse(peer, error, session.Value, null);
        }
    }

    private void OnSessionEnded(SessionEnded ended)
    {
        _sessions.Remove((ended.Peer.Identity.Node, ended.Session.Value));
        if (ended.IsFinished)
            _finished.Note(ended.Peer.Identity.Node, ended.Session);
        TellTooLate(ended.Peer, ended.Session, ended.TooLate);
    }

    private bool OnSubscribe(PeerRef peer, Subscribe subscribe)
    {
        if (subscribe.Graphs.DistinctBy(asked => asked.Graph).Count() < subscribe.Graphs.Count)
        {
            var twice = new SyncError(SyncErrorKind.MalformedPayload, "a Subscribe that names a graph twice");
            peer.Actor.Tell(new PeerActor.Fault(twice, subscribe.Id.Value));
            return false;
        }
        if (_slots.Take(peer.Identity.Node, isMember: _members?.Find(peer.Identity.Node) is not null) is not { } grant)
        {
            var full = new MaximumSubscriptionsExceeded(subscribe.Id, subscribe.Sequence, (uint)_slots.Limit);
            _errors.Count(SyncErrorKind.MaximumSubscriptionsExceeded);
            peer.Actor.Tell(new PeerActor.Send(SyncCodec.Encode(full), null));
            return false;
        }
        peer.Actor.Tell(new SubscriptionActor.SubscribeTo(subscribe, [.. subscribe.Graphs.Select(asked => _graphs.GetValueOrDefault(asked.Graph))], grant) { NotFetched = _notFetched });
        return true;
    }
}
