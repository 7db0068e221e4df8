using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One peer. It owns the link, the bounded queue toward it, and the strikes; its children are the two subscriptions,
/// the peer's here and this node's there, and the polls under way. Payloads go to the router one by one, and no more is
/// read from the link while too many wait to be handled. There may be many peers, and most are silent: what one has no use
/// for is not made.
/// <code>
/// Unlinked ──Attach──> Linked ──link gone, shut out──> Unlinked ──dead-after──> stopped
///                        └──Stop──> Stopping ──all is told and flushed, link closed──> stopped
/// </code>
/// A restarted actor has no link: it is made anew, as after a break.
/// </summary>
public sealed partial class PeerActor : UntypedActor, IWithTimers
{
    private static readonly object DeadTimer = new();

    private readonly NodeId _node;
    private readonly SyncContext _sync;
    private readonly PayloadsUnderWay _underWay = new();
    private PeerTraffic _traffic;

    private ILink? _link;
    private PeerRef? _peer;
    private IActorRef? _dialer;
    private PeerStanding? _standing;
    private OutboundQueue? _outbound;
    private HashSet<IActorRef>? _spareDialers;
    private HashSet<IActorRef>? _telling;
    private Dictionary<ulong, IActorRef>? _polls;
    private IActorRef? _notifyWritten;
    private string _endpoint = "";
    private SyncError? _lastError;
    private bool _reading;
    private bool _writing;
    private int _takenBack;
    private bool _ending;

    public PeerActor(NodeId node, SyncContext sync)
    {
        _node = node;
        _sync = sync;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static ILoggingAdapter Log => Context.GetLogger();

    private static MonotonicTime Now => new(Context.System.Scheduler.MonotonicClock.Ticks);

    public static Props Props(NodeId node, SyncContext sync) => Akka.Actor.Props.Create(() => new PeerActor(node, sync));

    protected override void PreStart()
    {
        Context.Parent.Tell(new PeersActor.GetWanted(_node, _takenBack));
        Context.Parent.Tell(new PeersActor.GetWantedHellos(_node, _takenBack));
        Timers.StartSingleTimer(DeadTimer, Dead.Instance, _sync.Settings.DeadAfter);
    }

    protected override void PostStop()
    {
        _outbound?.Clear();
        _link?.DisposeInBackground();
        _sync.Events.Publish(new LinkDown(_node));
        _sync.Router.Tell(new SyncRouter.PeerStopped(_node));
        TellDialers(new SyncError(SyncErrorKind.Unreachable, "the link was closed here"));
    }

    // A child that failed is begun anew: its conversation repairs itself, as after a loss on the way.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(10, TimeSpan.FromMinutes(1), _ => Directive.Restart);

    protected override void OnReceive(object message)
    {
        if (_ending)
            Stopping(message);
        else if (_link is not null)
            Linked(message);
        else
            Unlinked(message);
    }

    private void Unlinked(object message)
    {
        switch (message)
        {
            case Send send: send.Notify?.Tell(Taken.Instance); break;
            case Poll poll: Sender.Tell(new PollActor.Ended(poll.Graph, new SyncError(SyncErrorKind.Unreachable, $"there is no link to the peer {_node.ToShortString()}"))); break;
            case Dead: OnDead(); break;
            case Stop: Context.Stop(Self); break;
            default: Always(message); break;
        }
    }

    private void Linked(object message)
    {
        switch (message)
        {
            case Arrived arrived: OnArrived(arrived); break;
            case Written written: OnWritten(written); break;
            case LinkFailed failed: OnLinkFailed(failed); break;
            case Send send: OnSend(send); break;
            case Poll poll: BeginPoll(poll, Sender); break;
            case Stop: OnStop(); break;
            default: Always(message); break;
        }
    }

    // Nothing more is read; what was said before goes out. A link that comes now waits with the peers for who comes next.
    private void Stopping(object message)
    {
        switch (message)
        {
            case Send send: OnSend(send); break;
            case Written written: OnWritten(written); break;
            case Terminated terminated: OnStoppedWhileStopping(terminated); break;
            case DrainEnded: CloseLink(); break;
            case LinkClosed: Context.Stop(Self); break;
            case Unwant unwant: OnUnwant(unwant); break;
            case UnwantHello unwant: OnUnwantHello(unwant); break;
            case Poll poll: Sender.Tell(new PollActor.Ended(poll.Graph, new SyncError(SyncErrorKind.ShuttingDown, "the link to the peer is being closed"))); break;
            case GetStatus: OnGetStatus(); break;
        }
    }

    // What is none of these came too late, and means nothing any more.
    private void Always(object message)
    {
        switch (message)
        {
            case Attach attach: OnAttach(attach); break;
            case Handled: OnHandled(); break;
            case MayRead: OnMayRead(); break;
            case HandledNothing: OnHandledNothing(); break;
            case Deliver deliver: OnDeliver(deliver.Message); break;
            case Fault fault: OnFault(fault); break;
            case SubscriptionActor.Message subscription: OnSubscription(subscription); break;
            case HelloPublisherActor.Message hello: OnHello(hello); break;
            case WantHello want: OnWantHello(want); break;
            case UnwantHello unwant: OnUnwantHello(unwant); break;
            case WantedHellos wanted: OnWantedHellos(wanted); break;
            case PolledAll polled: OnPolledAll(polled); break;
            case Want want: OnWant(want); break;
            case Unwant unwant: OnUnwant(unwant); break;
            case Wanted wanted: OnWanted(wanted); break;
            case Began: OnBegan(Sender); break;
            case GetStatus: OnGetStatus(); break;
            case PeersActor.AnnounceLinks: OnAnnounceLinks(); break;
            case Terminated terminated: OnPollStopped(terminated.ActorRef); break;
        }
    }

    private void OnDeliver(SyncMessage message)
    {
        if (_polls is not null && _polls.TryGetValue(SyncRouter.ReferenceOf(message), out var poll))
            poll.Tell(new PollActor.Message(message));
        else if (message is Offer offer)
            OnOffer(offer);
        else if (message is HelloNotify or SyncFailure { Reference: 0, Graph: not null })
            HandOn(new HelloSubscriberActor.Message(message), message is HelloNotify ? BegunHelloSubscriber : HelloSubscriber);
        else
            HandOn(new SubscriberActor.Message(message), message is Push ? BegunSubscriber : Subscriber);
    }

    // Who pushes or tells what nobody wants is answered so; other words that nobody waits for mean nothing.
    private void HandOn(object message, IActorRef child)
    {
        if (child.IsNobody())
            OnHandled();
        else
            child.Tell(message);
    }

    // Who holds a subscription at the peer is there once one is wanted of it.
    private static IActorRef Subscriber => Context.Child(SubscriberActor.Name);

    private IActorRef BegunSubscriber =>
        Subscriber is var child && child.IsNobody() ? Context.ActorOf(SubscriberActor.Props(_sync), SubscriberActor.Name) : child;

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
        Context.Parent.Tell(new PeersActor.Wants(_node, want.Graph, want.For, true));
        BegunSubscriber.Forward(want);
    }

    private void OnUnwant(Unwant unwant)
    {
        _takenBack++;
        Context.Parent.Tell(new PeersActor.Wants(_node, unwant.Graph, unwant.For, false));
        if (Subscriber.IsNobody())
            Sender.Tell(new SubscriberActor.Answered(null));
        else
            Subscriber.Forward(unwant);
    }

    // What was taken back while the peers answered is in the answer still: they are asked again.
    private void OnWanted(Wanted wanted)
    {
        if (wanted.TakenBack != _takenBack)
        {
            Context.Parent.Tell(new PeersActor.GetWanted(_node, _takenBack));
            return;
        }
        foreach (var want in wanted.Graphs)
            BegunSubscriber.Tell(want, ActorRefs.NoSender);
    }

    private void OnBegan(IActorRef child)
    {
        if (_link is not null)
            child.Tell(new Linking(_peer!));
        else
            child.Tell(Unlinking.Instance);
        if (child.Equals(Subscriber))
            Context.Parent.Tell(new PeersActor.GetWanted(_node, _takenBack));
        else if (child.Equals(HelloSubscriber))
            Context.Parent.Tell(new PeersActor.GetWantedHellos(_node, _takenBack));
    }

    private void BeginPoll(Poll poll, IActorRef asker)
    {
        var session = new SessionId((ulong)_sync.Random.NextInt64(1, long.MaxValue - PollActor.MostAttempts));
        var child = Context.ActorOf(PollActor.Props(_peer!, poll, session, asker, _sync.Router, _sync.Settings));
        Context.Watch(child);
        _polls ??= [];
        for (var attempt = 0ul; attempt < PollActor.MostAttempts; attempt++)
            _polls[session.Value + attempt] = child;
    }

    private void OnPollStopped(IActorRef poll)
    {
        foreach (var session in (_polls ?? []).Where(pair => pair.Value.Equals(poll)).Select(pair => pair.Key).ToArray())
            _polls!.Remove(session);
    }

    private void OnFault(Fault fault)
    {
        _sync.Errors.Count(fault.Error.Kind);
        Log.Warning("Peer {0} sent what is refused: {1}", _node.ToShortString(), fault.Error);
        // What was still under way when the link was closed does not hide why that was.
        if (_link is null)
            return;
        _lastError = fault.Error;
        if (fault.Reference is { } reference)
            OnSend(Send.Failure(fault.Error, reference, null));
        if (PeerStanding.IsFault(fault.Error.Kind) && Strike())
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
            _traffic.PollsIn, _traffic.PollsOut, _traffic.PushesIn, _traffic.PushesOut + (_peer?.Pushes ?? 0),
            _standing?.Strikes(Now) ?? 0, null, null);
        ComposeAsync(
            status, Context.Child(SubscriptionActor.Name), Subscriber, Context.Child(HelloPublisherActor.Name), HelloSubscriber, _sync.Settings.GraphTimeout).PipeTo(asker, success: whole => new Status(whole));
    }

    private static async Task<PeerStatus> ComposeAsync(
        PeerStatus status, IActorRef subscription, IActorRef subscriber, IActorRef helloPublisher, IActorRef helloSubscriber, TimeSpan timeout)
    {
        var theirs = await ReportAsync<SubscriptionReport>(subscription, SubscriptionReport.Get.Instance);
        var ours = await ReportAsync<SubscriptionReport>(subscriber, SubscriptionReport.Get.Instance);
        var told = await ReportAsync<HelloReport>(helloPublisher, HelloReport.Get.Instance);
        var heard = await ReportAsync<HelloReport>(helloSubscriber, HelloReport.Get.Instance);
        return status with { Subscriber = theirs?.Status, Subscription = ours?.Status, HelloSubscriber = told?.Status, Hello = heard?.Status };

        async Task<T?> ReportAsync<T>(IActorRef child, object get)
            where T : class => child.IsNobody() ? null : await child.Ask<T>(get, timeout);
    }
}
