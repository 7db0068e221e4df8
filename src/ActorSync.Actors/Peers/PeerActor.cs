using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One peer. It owns the link, the bounded queue toward it, and the strikes; its children are the two subscriptions,
/// the peer's here and this node's there, and the polls under way. Payloads go to the router one by one, and no more is
/// read from the link while too many wait to be handled.
/// <code>
/// Unlinked ──Attach──> Linked ──link gone, shut out──> Unlinked ──dead-after──> stopped
///                        └──Stop──> Stopping ──all is told and flushed, link closed──> stopped
/// </code>
/// A restarted actor has no link: it is made anew, as after a break.
/// </summary>
public sealed partial class PeerActor : ReceiveActor, IWithTimers
{
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
    private readonly HashSet<IActorRef> _telling = [];
    private IActorRef? _notifyWritten;
    private IActorRef _subscriber = ActorRefs.Nobody;
    private string _endpoint = "";
    private SyncError? _lastError;
    private bool _reading;
    private bool _writing;
    private int _handling;
    private bool _ending;

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
        _helloSubscriber = Context.ActorOf(HelloSubscriberActor.Props(_sync), "hello-subscriber");
        Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
    }

    protected override void PostStop()
    {
        _outbound.Clear();
        _link?.DisposeInBackground();
        Context.System.EventStream.Publish(new LinkDown(_node));
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
        Receive<Handled>(_ => OnHandled());
        Receive<HandledNothing>(_ => OnHandledNothing());
        Receive<Deliver>(OnDeliver);
        Receive<Fault>(OnFault);
        Receive<SubscriptionActor.Message>(OnSubscription);
        Receive<HelloPublisherActor.Message>(OnHello);
        Receive<WantHello>(OnWantHello);
        Receive<UnwantHello>(OnUnwantHello);
        Receive<WantedHellos>(OnWantedHellos);
        Receive<PolledAll>(OnPolledAll);
        Receive<Want>(OnWant);
        Receive<Unwant>(OnUnwant);
        Receive<Wanted>(OnWanted);
        Receive<Began>(_ => OnBegan(Sender));
        Receive<GetStatus>(_ => OnGetStatus());
        Receive<PeersActor.AnnounceLinks>(_ => OnAnnounceLinks());
        Receive<Terminated>(terminated => OnPollStopped(terminated.ActorRef));
        ReceiveAny(_ => { });
    }

    private void OnDeliver(Deliver deliver)
    {
        if (_polls.TryGetValue(SyncRouter.ReferenceOf(deliver.Message), out var poll))
            poll.Tell(new PollActor.Message(deliver.Message));
        else if (deliver.Message is Offer offer)
            OnOffer(offer);
        else if (deliver.Message is HelloNotify or SyncFailure { Reference: 0, Graph: not null })
            _helloSubscriber.Tell(new HelloSubscriberActor.Message(deliver.Message));
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
        if (child.IsNobody() && _peer is null)
            OnHandled();
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
        if (_link is not null)
            child.Tell(new Linking(_peer!));
        else
            child.Tell(Unlinking.Instance);
        if (child.Equals(_subscriber))
            Context.Parent.Tell(new PeersActor.GetWanted(_node));
        else if (child.Equals(_helloSubscriber))
            Context.Parent.Tell(new PeersActor.GetWantedHellos(_node));
    }

    private void OnPoll(Poll poll)
    {
        BeginPoll(poll, Sender);
    }

    private void BeginPoll(Poll poll, IActorRef asker)
    {
        var session = new SessionId((ulong)_sync.Random.NextInt64(1, long.MaxValue - PollActor.MostAttempts));
        var child = Context.ActorOf(PollActor.Props(_peer!, poll, session, asker, _sync.Router, _sync.Settings));
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
        _sync.Errors.Count(fault.Error.Kind);
        _log.Warning("Peer {0} sent what is refused: {1}", _node.ToShortString(), fault.Error);
        // What was still under way when the link was closed does not hide why that was.
        if (_link is null)
            return;
        _lastError = fault.Error;
        if (fault.Reference is { } reference)
            OnSend(Send.Failure(fault.Error, reference, null));
        if (PeerStanding.IsFault(fault.Error.Kind) && _standing.Strike(Now))
            Detach(ShutOut(fault.Error));
    }

    private void OnAnnounceLinks()
    {
        if (_link is not null)
            Sender.Tell(new LinkUp(_peer!));
    }

    private void OnGetStatus()
    {
        var (asker, at) = (Sender, _link is null ? "waiting" : "connected");
        var traffic = _traffic.Totals(_link?.Counters ?? default);
        var status = new PeerStatus(
            _node.ToString(), _endpoint, [], at, _lastError?.ToString(), traffic.BytesIn, traffic.BytesOut,
            _traffic.In(SyncType.Poll), _traffic.Out(SyncType.Poll), _traffic.In(SyncType.Push), _traffic.Out(SyncType.Push),
            _standing.Strikes(Now), null, null);
        var subscription = Context.Child(SubscriptionActor.Name);
        ComposeAsync(status, subscription, _subscriber, Context.Child(HelloPublisherActor.Name), _helloSubscriber, _sync.Settings.GraphTimeout).PipeTo(asker);
    }

    private static async Task<PeerStatus> ComposeAsync(
        PeerStatus status, IActorRef subscription, IActorRef subscriber, IActorRef helloPublisher, IActorRef helloSubscriber, TimeSpan timeout)
    {
        var theirs = subscription.IsNobody() ? null : await subscription.Ask<SubscriptionReport>(SubscriptionReport.Get.Instance, timeout);
        var ours = await subscriber.Ask<SubscriptionReport>(SubscriptionReport.Get.Instance, timeout);
        var told = helloPublisher.IsNobody() ? null : await helloPublisher.Ask<HelloReport>(HelloReport.Get.Instance, timeout);
        var heard = await helloSubscriber.Ask<HelloReport>(HelloReport.Get.Instance, timeout);
        return status with { Subscriber = theirs?.Status, Subscription = ours.Status, HelloSubscriber = told?.Status, Hello = heard.Status };
    }
}
