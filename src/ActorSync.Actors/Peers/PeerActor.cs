using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One peer. It owns the link, the bounded queue toward it, and the strikes; its children are the two subscriptions,
/// the peer's here and this node's there, and the polls under way. Payloads go to the router one by one, and no more is
/// read from the link while too many wait there.
/// <code>
/// Unlinked ──Attach──> Linked ──link gone, shut out──> Unlinked ──dead-after──> stopped
///                        └──Stop──> Stopping ──all is told and flushed, link closed──> stopped
/// </code>
/// A restarted actor has no link: it is made anew, as after a break.
/// </summary>
public sealed class PeerActor : ReceiveActor, IWithTimers
{
    /// <summary>A link to the peer was made.</summary>
    /// <param name="Link">The link: from now on this actor's.</param>
    /// <param name="Dialer">Who made it and makes the next one; null when the peer made it.</param>
    public sealed record Attach(ILink Link, IActorRef? Dialer);

    /// <summary>To the dialer: the peer is linked, by its link or another.</summary>
    public sealed record Attached(NodeId Peer);

    /// <summary>To the dialer: the link is gone.</summary>
    public sealed record Detached(NodeId Peer, SyncError Why);

    /// <summary>Send a payload; whoever is named is told when the link has taken it.</summary>
    public sealed record Send(ReadOnlyMemory<byte> Payload, IActorRef? Notify)
    {
        /// <summary>Tells the peer of an error.</summary>
        public static Send Failure(SyncError error, ulong reference, GraphId? graph) =>
            new(SyncCodec.Encode(new SyncFailure(error.Kind, reference, graph, error.Message)), null);
    }

    /// <summary>The link took a payload.</summary>
    public sealed record Taken
    {
        public static readonly Taken Instance = new();
    }

    /// <summary>From the router: a payload was dispatched, the next may be read.</summary>
    public sealed record Dispatched
    {
        public static readonly Dispatched Instance = new();
    }

    /// <summary>From the router: a message for one of the polls or for this node's subscription.</summary>
    public sealed record Deliver(SyncMessage Message);

    /// <summary>The peer sent something that is refused; with a reference or without one the peer is told.</summary>
    public sealed record Fault(SyncError Error, ulong? Reference);

    /// <summary>Poll a graph of the peer; whoever asks hears <see cref="PollActor.Ended"/>.</summary>
    public sealed record Poll(GraphId Graph, PollOptions Options);

    /// <summary>Hold a subscription of this graph at the peer.</summary>
    public sealed record Want(GraphId Graph);

    /// <summary>From the peers: what was wanted of this peer before the subscriber began.</summary>
    public sealed record Wanted(IReadOnlyList<GraphId> Graphs);

    /// <summary>From one of the two subscriptions: it has begun, or begun anew, and does not know of the link.</summary>
    public sealed record Began
    {
        public static readonly Began Instance = new();
    }

    /// <summary>Hold it no longer.</summary>
    public sealed record Unwant(GraphId Graph);

    /// <summary>Answered by a <see cref="PeerStatus"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>Close the link, and stop when that was done.</summary>
    public sealed record Stop
    {
        public static readonly Stop Instance = new();
    }

    private sealed record Arrived(ILink Link, Result<ReadOnlyMemory<byte>> Payload);

    private sealed record Written(ILink Link, SyncError? Error);

    private sealed record LinkClosed
    {
        public static readonly LinkClosed Instance = new();
    }

    private sealed record DrainEnded
    {
        public static readonly DrainEnded Instance = new();
    }

    private sealed record Dead
    {
        public static readonly Dead Instance = new();
    }

    private static readonly object DeadTimer = new();

    private readonly NodeId _node;
    private readonly SyncContext _sync;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ulong, IActorRef> _polls = [];
    private readonly PeerStanding _standing;
    private readonly OutboundQueue _outbound;
    private readonly PeerTraffic _traffic = new();

    private ILink? _link;
    private PeerRef? _peer;
    private IActorRef? _dialer;
    private readonly HashSet<IActorRef> _spareDialers = [];
    private IActorRef? _notifyWritten;
    private IActorRef _subscriber = ActorRefs.Nobody;
    private string _endpoint = "";
    private SyncError? _lastError;
    private bool _reading;
    private bool _writing;
    private int _dispatching;
    private bool _ending;
    private bool _isToldOff;

    public PeerActor(NodeId node, SyncContext sync)
    {
        _node = node;
        _sync = sync;
        _standing = new PeerStanding(sync.Settings.Standing);
        _outbound = new OutboundQueue(sync.Settings.OutboundBytes);
        Unlinked();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static MonotonicTime Now => new(Context.System.Scheduler.MonotonicClock.Ticks);

    public static Props Props(NodeId node, SyncContext sync) => Akka.Actor.Props.Create(() => new PeerActor(node, sync));

    protected override void PreStart()
    {
        _subscriber = Context.ActorOf(SubscriberActor.Props(_sync), "subscriber");
        Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
    }

    protected override void PostStop()
    {
        _outbound.Clear();
        _link?.DisposeInBackground();
        TellDialers(new SyncError(SyncErrorKind.Unreachable, "the link was closed here"));
    }

    // A child that failed is begun anew: its conversation repairs itself, as after a loss on the way.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(10, TimeSpan.FromMinutes(1), _ => Directive.Restart);

    private void Unlinked()
    {
        Receive<Send>(send => send.Notify?.Tell(Taken.Instance));
        Receive<Poll>(poll => Sender.Tell(new PollActor.Ended(poll.Graph, new SyncError(SyncErrorKind.Unreachable, $"there is no link to the peer {_node.ToShortString()}"))));
        Receive<Dead>(_ => OnDead());
        Receive<Stop>(_ => Context.Stop(Self));
        Receive<Attach>(OnAttach);
        Always();
    }

    private void Linked()
    {
        Receive<Arrived>(OnArrived);
        Receive<Written>(OnWritten);
        Receive<Send>(OnSend);
        Receive<Poll>(OnPoll);
        Receive<Stop>(_ => OnStop());
        Receive<Attach>(OnAttach);
        Always();
    }

    // Nothing more is read; what was said before goes out. A link that comes now waits with the peers for who comes next.
    private void Stopping()
    {
        Receive<Send>(OnSend);
        Receive<Written>(OnWritten);
        Receive<Terminated>(OnStoppedWhileStopping);
        Receive<DrainEnded>(_ => CloseLink());
        Receive<LinkClosed>(_ => Context.Stop(Self));
        Receive<Poll>(poll => Sender.Tell(new PollActor.Ended(poll.Graph, new SyncError(SyncErrorKind.ShuttingDown, "the link to the peer is being closed"))));
        Receive<GetStatus>(_ => OnGetStatus());
        ReceiveAny(_ => { });
    }

    private void Always()
    {
        Receive<Dispatched>(_ => OnDispatched());
        Receive<Deliver>(OnDeliver);
        Receive<Fault>(OnFault);
        Receive<SubscriptionActor.Message>(OnSubscription);
        Receive<Want>(OnWant);
        Receive<Unwant>(OnUnwant);
        Receive<Wanted>(OnWanted);
        Receive<Began>(_ => OnBegan(Sender));
        Receive<GetStatus>(_ => OnGetStatus());
        Receive<Terminated>(terminated => OnPollStopped(terminated.ActorRef));
        ReceiveAny(_ => { });
    }

    // One link a peer. A link made by the same side replaces the old one, which that side has given up; when both sides
    // made one, both keep the one that the smaller node id made. A dialer whose link was not kept is a spare: it hears
    // when there is no link any more.
    private void OnAttach(Attach attach)
    {
        Context.Parent.Tell(new PeersActor.Attended(attach.Link));
        if (_standing.IsShutOut(Now))
        {
            var shutOut = new SyncError(SyncErrorKind.NotAllowed, $"the peer {_node.ToShortString()} is shut out for its faults");
            attach.Link.DisposeInBackground();
            attach.Dialer?.Tell(new Detached(_node, shutOut));
            return;
        }
        var keepsOld = _link is not null && _peer!.Identity == attach.Link.Peer && _dialer is null != attach.Dialer is null && MadeBySmaller(_dialer is not null);
        if (keepsOld)
        {
            attach.Link.DisposeInBackground();
            if (attach.Dialer is { } spare)
            {
                _spareDialers.Add(spare);
                spare.Tell(new Attached(_node));
            }
            return;
        }
        if (_link is not null)
        {
            if (_dialer is not null)
                _spareDialers.Add(_dialer);
            Unlink(new SyncError(SyncErrorKind.Unreachable, "another link to the peer took the place of this one"));
        }
        BeginLink(attach);
    }

    private bool MadeBySmaller(bool dialedHere) => dialedHere == _sync.Self.Node.Value < _node.Value;

    private void BeginLink(Attach attach)
    {
        _link = attach.Link;
        _dialer = attach.Dialer;
        if (_dialer is not null)
            _spareDialers.Remove(_dialer);
        _endpoint = attach.Link.RemoteName;
        _peer = new PeerRef(attach.Link.Peer, Self, attach.Link.MaxPayloadBytes, attach.Link.FrameOverheadBytes);
        Timers.Cancel(DeadTimer);
        _log.Info("Peer {0} is linked at {1}", _node.ToShortString(), _endpoint);
        Become(Linked);
        _dialer?.Tell(new Attached(_node));
        Context.Child(SubscriptionActor.Name).Tell(new SubscriptionActor.Linked(_peer));
        _subscriber.Tell(new SubscriberActor.Linked(_peer));
        foreach (var poll in _polls.Values)
            poll.Tell(new PollActor.Relinked(_peer));
        ReadNext();
    }

    private void Detach(SyncError why)
    {
        Unlink(why);
        TellDialers(why);
        Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
    }

    private void Unlink(SyncError why)
    {
        _log.Info("Peer {0} is no longer linked: {1}", _node.ToShortString(), why.Message);
        var link = _link!;
        link.DisposeInBackground();
        _traffic.KeepTotals(link.Counters);
        _link = null;
        _lastError = why;
        _outbound.Clear();
        NotifyWritten();
        _reading = false;
        _writing = false;
        Become(Unlinked);
        Context.Child(SubscriptionActor.Name).Tell(SubscriptionActor.Unlinked.Instance);
        _subscriber.Tell(SubscriberActor.Unlinked.Instance);
    }

    private void TellDialers(SyncError why)
    {
        _dialer?.Tell(new Detached(_node, why));
        foreach (var spare in _spareDialers)
            spare.Tell(new Detached(_node, why));
        _dialer = null;
        _spareDialers.Clear();
    }

    // Who is shut out is remembered until it may come again.
    private void OnDead()
    {
        if (_standing.IsShutOut(Now))
            Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
        else
            Context.Stop(Self);
    }

    private void ReadNext()
    {
        if (_reading || _link is not { } link || _dispatching >= _sync.Settings.InboundPayloads)
            return;
        _reading = true;
        var self = Self;
        link.ReceiveAsync().PipeTo(self, success: payload => new Arrived(link, payload), failure: why => new Arrived(link, Broken(why)));
    }

    private static SyncError Broken(Exception why) => new(SyncErrorKind.Unreachable, why.Message);

    private void OnArrived(Arrived arrived)
    {
        if (arrived.Link != _link)
            return;
        _reading = false;
        if (!arrived.Payload.TryGet(out var payload, out var error))
        {
            Detach(error);
            return;
        }
        _traffic.NoteIn(payload.Span);
        _dispatching++;
        _sync.Router.Tell(new SyncRouter.Payload(_peer!, payload));
        ReadNext();
    }

    private void OnDispatched()
    {
        _dispatching = Math.Max(0, _dispatching - 1);
        if (!_ending)
            ReadNext();
    }

    private void OnSend(Send send)
    {
        if (!_outbound.TryAdd(send))
            _sync.Errors.Count(SyncErrorKind.LimitExceeded);
        WriteNext();
    }

    private void WriteNext()
    {
        while (!_writing && _link is { } link && _outbound.TryTake(out var send))
        {
            _traffic.NoteOut(send.Payload.Span);
            var sending = link.SendAsync(send.Payload).AsTask();
            if (sending is { IsCompletedSuccessfully: true, Result: null })
            {
                send.Notify?.Tell(Taken.Instance);
                continue;
            }
            _writing = true;
            _notifyWritten = send.Notify;
            sending.PipeTo(Self, success: error => new Written(link, error), failure: why => new Written(link, Broken(why)));
        }
    }

    private void OnWritten(Written written)
    {
        if (written.Link != _link)
            return;
        _writing = false;
        NotifyWritten();
        if (_ending)
        {
            if (written.Error is null)
                WriteNext();
            CloseIfFlushed(written.Error);
        }
        else if (written.Error is { } error)
        {
            Detach(error);
        }
        else
        {
            WriteNext();
        }
    }

    private void NotifyWritten()
    {
        _notifyWritten?.Tell(Taken.Instance);
        _notifyWritten = null;
    }

    private void OnDeliver(Deliver deliver)
    {
        if (_polls.TryGetValue(SyncRouter.ReferenceOf(deliver.Message), out var poll))
            poll.Tell(new PollActor.Message(deliver.Message));
        else
            _subscriber.Tell(new SubscriberActor.Message(deliver.Message));
    }

    private void OnSubscription(SubscriptionActor.Message message)
    {
        var child = Context.Child(SubscriptionActor.Name);
        if (!child.IsNobody())
            child.Forward(message);
        else if (_peer is not null)
            Context.ActorOf(SubscriptionActor.Props(_peer, _sync), SubscriptionActor.Name).Forward(message);
        else if (message is SubscriptionActor.SubscribeTo subscribe)
            _sync.Router.Tell(new SyncRouter.FreeSlot(_node, subscribe.Grant));
    }

    // What is wanted of a peer outlives its actor and the subscriber: the peers keep it.
    private void OnWant(Want want)
    {
        Context.Parent.Tell(new PeersActor.Wants(_node, want.Graph, true));
        _subscriber.Forward(want);
    }

    private void OnUnwant(Unwant unwant)
    {
        Context.Parent.Tell(new PeersActor.Wants(_node, unwant.Graph, false));
        _subscriber.Forward(unwant);
    }

    private void OnWanted(Wanted wanted)
    {
        foreach (var graph in wanted.Graphs)
            _subscriber.Tell(new Want(graph), ActorRefs.NoSender);
    }

    private void OnBegan(IActorRef child)
    {
        var isSubscriber = child.Equals(_subscriber);
        if (_link is not null)
            child.Tell(isSubscriber ? new SubscriberActor.Linked(_peer!) : new SubscriptionActor.Linked(_peer!));
        else
            child.Tell(isSubscriber ? SubscriberActor.Unlinked.Instance : SubscriptionActor.Unlinked.Instance);
        if (isSubscriber)
            Context.Parent.Tell(new PeersActor.GetWanted(_node));
    }

    private void OnPoll(Poll poll)
    {
        var session = new SessionId((ulong)_sync.Random.NextInt64(1, long.MaxValue - PollActor.MostAttempts));
        var child = Context.ActorOf(PollActor.Props(_peer!, poll.Graph, poll.Options, session, Sender, _sync.Router, _sync.Settings));
        Context.Watch(child);
        for (var attempt = 0ul; attempt < PollActor.MostAttempts; attempt++)
            _polls[session.Value + attempt] = child;
    }

    private void OnPollStopped(IActorRef poll)
    {
        foreach (var session in _polls.Where(pair => pair.Value.Equals(poll)).Select(pair => pair.Key).ToArray())
            _polls.Remove(session);
    }

    private void OnFault(Fault fault)
    {
        _lastError = fault.Error;
        _sync.Errors.Count(fault.Error.Kind);
        _log.Warning("Peer {0} sent what is refused: {1}", _node.ToShortString(), fault.Error);
        if (_link is null)
            return;
        if (fault.Reference is { } reference)
            OnSend(Send.Failure(fault.Error, reference, null));
        if (PeerStanding.IsFault(fault.Error.Kind) && _standing.Strike(Now))
            Detach(new SyncError(SyncErrorKind.NotAllowed, $"shut out after {_sync.Settings.Standing.StrikesMost} faults, the last: {fault.Error.Message}"));
    }

    private void OnGetStatus()
    {
        var (asker, at) = (Sender, _link is null ? "waiting" : "connected");
        var traffic = _traffic.Totals(_link?.Counters ?? default);
        var status = new PeerStatus(
            _node.ToString(), _endpoint, at, _lastError?.ToString(), traffic.BytesIn, traffic.BytesOut,
            _traffic.In(SyncType.Poll), _traffic.Out(SyncType.Poll), _traffic.In(SyncType.Push), _traffic.Out(SyncType.Push),
            _standing.Strikes(Now), null, null);
        var subscription = Context.Child(SubscriptionActor.Name);
        ComposeAsync(status, subscription, _subscriber, _sync.Settings.GraphTimeout).PipeTo(asker);
    }

    private static async Task<PeerStatus> ComposeAsync(PeerStatus status, IActorRef subscription, IActorRef subscriber, TimeSpan timeout)
    {
        var theirs = subscription.IsNobody() ? null : await subscription.Ask<SubscriptionReport>(SubscriptionReport.Get.Instance, timeout);
        var ours = await subscriber.Ask<SubscriptionReport>(SubscriptionReport.Get.Instance, timeout);
        return status with { Subscriber = theirs?.Status, Subscription = ours.Status };
    }

    // The subscription says that it ends, and what waits goes out, before the link is closed.
    private void OnStop()
    {
        _ending = true;
        Become(Stopping);
        Timers.StartSingleTimer(DrainEnded.Instance, DrainEnded.Instance, _sync.Settings.DrainTimeout / 2);
        var subscription = Context.Child(SubscriptionActor.Name);
        if (subscription.IsNobody())
        {
            _isToldOff = true;
            CloseIfFlushed(null);
            return;
        }
        Context.Watch(subscription);
        subscription.Tell(SubscriptionActor.Stop.Instance);
    }

    private void OnStoppedWhileStopping(Terminated terminated)
    {
        if (terminated.ActorRef.Path.Name != SubscriptionActor.Name)
            return;
        _isToldOff = true;
        CloseIfFlushed(null);
    }

    private void CloseIfFlushed(SyncError? broken)
    {
        if (broken is not null || _isToldOff && !_writing && _outbound.IsEmpty)
            CloseLink();
    }

    private void CloseLink()
    {
        if (_link is not { } link)
            return;
        _link = null;
        link.DisposeAsync().AsTask().PipeTo(Self, success: () => LinkClosed.Instance, failure: _ => LinkClosed.Instance);
    }
}
