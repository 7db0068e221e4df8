using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

/// <summary>
/// The subscription that one peer holds here, beside the peer's link: interprets a <see cref="SubscriptionMachine"/>. It
/// follows the graphs that the subscription covers and hears their commits.
/// </summary>
public sealed partial class SubscriptionActor : UntypedActor, IWithTimers
{
    /// <summary>Its name below the peer's actor.</summary>
    public const string Name = "subscription";

    /// <summary>What comes from the router.</summary>
    public abstract record Message : ILocalMessage;

    /// <summary>
    /// A Subscribe, with the actor of each of its graphs, in its order; null for a graph that is not here. The grant is
    /// the router's number for the place that the subscription takes.
    /// </summary>
    public sealed record SubscribeTo(Subscribe Request, IReadOnlyList<IActorRef?> Graphs, long Grant) : Message
    {
        /// <summary>Why graphs that are not here, and that others of the mesh hold, could not be fetched.</summary>
        public IReadOnlyDictionary<GraphId, SyncError>? NotFetched { get; init; }
    }

    /// <summary>An Unsubscribe, a NumberGraphs, an acknowledgement or a Rejected.</summary>
    public sealed record Other(SyncMessage Value) : Message;

    /// <summary>Tell the peer that the subscription ends, and stop.</summary>
    public sealed record Stop : ILocalMessage
    {
        public static readonly Stop Instance = new();
    }

    private sealed record GiveUpLooking : ILocalMessage
    {
        public static readonly GiveUpLooking Instance = new();
    }

    /// <summary>On the event stream: a peer subscribed to a graph here, or does so no longer. A broken link says nothing of it.</summary>
    public sealed record Covers(NodeId Peer, GraphId Graph, bool IsOn) : ILocalMessage;

    /// <summary>On the event stream: a peer that subscribes here holds these durably, and all before them.</summary>
    public sealed record PeerAcked(NodeId Peer, GraphId Graph, IReadOnlyList<Address> Heads) : ILocalMessage;

    private readonly SyncContext _sync;
    private readonly SubscriptionMachine _machine;
    private GraphTable<FollowedGraph> _followed;
    private PeerRef _peer;
    private SubscribeTo? _looking;
    private long _grant;

    public SubscriptionActor(PeerRef peer, SyncContext sync)
    {
        _peer = peer;
        _sync = sync;
        _machine = new SubscriptionMachine(sync.Settings.Subscriptions, sync.Settings.Wire);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    public static Props Props(PeerRef peer, SyncContext sync) => Akka.Actor.Props.Create(() => new SubscriptionActor(peer, sync));

    private static ILoggingAdapter Log => Context.GetLogger();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubscribeTo subscribe: OnSubscribeTo(subscribe); break;
            case Other other: OnOther(other); break;
            case GraphActor.Changed changed: OnChanged(changed); break;
            case GraphActor.Version version: OnRefused(version); break;
            case GraphActor.PeerHolds holds: Run(new SubscriptionInput.PeerHolds(holds.Graph, holds.Commands)); break;
            case PeerActor.Taken: OnTaken(); break;
            case PeerActor.LinkTook took: OnLinkTook(took); break;
            case PeerActor.Linking linked: OnLinked(linked); break;
            case PeerActor.Unlinking: OnUnlinked(); break;
            case MachineTick: OnTick(); break;
            case GiveUpLooking: OnGiveUpLooking(); break;
            case SubscriptionReport.Get: Sender.Tell(Report()); break;
            case Terminated stopped: OnGraphStopped(stopped); break;
            case Stop: OnStop(); break;
            default: Unhandled(message); break;
        }
    }

    protected override void PreStart() => Run(new SubscriptionInput.Linked(_peer.MaxPayloadBytes, _peer.FrameOverheadBytes));

    protected override void PostStop() => FreeSlot();

    // What was open is over: the subscriber hears of it and subscribes anew. A break that the failure hid is asked for.
    protected override void PreRestart(Exception reason, object message)
    {
        Run(new SubscriptionInput.Stop(SubscriptionEndReason.Failed));
        base.PreRestart(reason, message);
    }

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        Context.Parent.Tell(PeerActor.Began.Instance);
    }

    private void FreeSlot() => _sync.Router.Tell(new SyncRouter.FreeSlot(_peer.Identity.Node, _grant));

    private void OnLinked(PeerActor.Linking linked)
    {
        var isSame = linked.Peer.Identity == _peer.Identity;
        _peer = linked.Peer;
        // The store at the other end is another one: what was known of the old one is not true of it.
        if (!isSame)
        {
            Run(new SubscriptionInput.Stop(SubscriptionEndReason.Replaced));
            foreach (var (_, graph) in _followed.Rows)
                graph.Actor.Tell(new GraphActor.Follow(_peer.Identity, _peer.Identity.Node, MayRest: true));
        }
        Run(new SubscriptionInput.Linked(_peer.MaxPayloadBytes, _peer.FrameOverheadBytes));
    }

    // On the next link each is told of anew.
    private void OnUnlinked()
    {
        foreach (var (_, graph) in _followed.Rows)
            graph.IsTold = false;
        Run(new SubscriptionInput.Unlinked());
    }

    private void OnSubscribeTo(SubscribeTo subscribe)
    {
        _looking = subscribe;
        _grant = subscribe.Grant;
        for (var i = 0; i < subscribe.Graphs.Count; i++)
        {
            if (subscribe.Graphs[i] is not { } actor || !_followed.TryAdd(subscribe.Request.Graphs[i].Graph, new FollowedGraph(actor)))
                continue;
            Context.Watch(actor);
            actor.Tell(new GraphActor.Follow(_peer.Identity, _peer.Identity.Node, MayRest: true));
        }
        Timers.StartSingleTimer(GiveUpLooking.Instance, GiveUpLooking.Instance, _sync.Settings.GraphTimeout);
        SubscribeIfFound();
        Context.Parent.Tell(PeerActor.Handled.Instance);
    }

    // The request is answered when each of its graphs has told its version, or that it is broken.
    private void SubscribeIfFound()
    {
        if (_looking is not { } subscribe)
            return;
        WakeForWhoIsNotLevel(subscribe.Request);
        var offered = new List<OfferedGraph>(subscribe.Graphs.Count);
        foreach (var asked in subscribe.Request.Graphs)
        {
            if (!_followed.TryGet(asked.Graph, out var followed))
                offered.Add(new OfferedGraph(asked.Graph, null, subscribe.NotFetched?.GetValueOrDefault(asked.Graph)?.Kind ?? SyncErrorKind.UnknownGraph, []));
            else if (followed.Snapshot is null && followed.Refused is null)
                return;
            else
                offered.Add(new OfferedGraph(asked.Graph, followed.Snapshot, followed.Refused, _sync.Store.PeerKnowledge.AckedHeads(_peer.Identity, asked.Graph)));
        }
        _looking = null;
        Timers.Cancel(GiveUpLooking.Instance);
        Run(new SubscriptionInput.Subscribe(subscribe.Request, offered));
        UnfollowWhatIsNotCovered();
        TellOfNew();
    }

    // A subscriber that has the same heads can be followed up from them; any other one needs more than a graph at rest knows.
    private void WakeForWhoIsNotLevel(Subscribe request)
    {
        foreach (var asked in request.Graphs)
        {
            if (!_followed.TryGet(asked.Graph, out var followed) || followed.Snapshot is not { IsAtRest: true } resting || OfferedGraph.IsLevel(asked.Sample, resting.Heads))
                continue;
            (followed.Snapshot, followed.Refused) = (null, null);
            followed.Actor.Tell(GraphActor.Wake.Instance);
        }
    }

    private void TellOfNew()
    {
        foreach (var (graph, followed) in _followed.Rows)
        {
            if (!followed.IsTold)
                _sync.Events.Publish(new Covers(_peer.Identity.Node, graph, true));
            followed.IsTold = true;
        }
    }

    // A graph that does not even say that it is broken: the peer tries again later.
    private void OnGiveUpLooking()
    {
        if (_looking is not { } subscribe)
            return;
        _looking = null;
        var busy = new SyncError(SyncErrorKind.Busy, $"a graph did not answer in {_sync.Settings.GraphTimeout.TotalSeconds} s; subscribe again later");
        Answer(PeerActor.Send.Failure(busy, subscribe.Request.Id.Value, null));
        UnfollowWhatIsNotCovered();
        if (!_machine.IsOpen)
            FreeSlot();
    }

    private void UnfollowWhatIsNotCovered()
    {
        foreach (var graph in _followed.Graphs.Except(_machine.Graphs))
            Unfollow(graph);
    }

    private void Unfollow(GraphId graph)
    {
        if (!_followed.Remove(graph, out var followed))
            return;
        if (followed.IsTold)
            _sync.Events.Publish(new Covers(_peer.Identity.Node, graph, false));
        Context.Unwatch(followed.Actor);
        followed.Actor.Tell(GraphActor.Unfollow.Instance);
    }

    private void OnOther(Other other)
    {
        switch (other.Value)
        {
            case Unsubscribe unsubscribe:
                Run(new SubscriptionInput.Unsubscribe(unsubscribe));
                break;
            case PushAck ack:
                Run(new SubscriptionInput.Ack(ack));
                break;
            case ShortAck ack:
                Run(new SubscriptionInput.ShortAck(ack));
                break;
            case NumberGraphs numbers:
                Run(new SubscriptionInput.Number(numbers));
                break;
            case Rejected rejected:
                Run(new SubscriptionInput.Rejected(rejected));
                break;
        }
        PeerRef.NoteHandled(_peer, Context.Parent);
    }

    private void OnChanged(GraphActor.Changed changed)
    {
        if (!_followed.TryGet(changed.Snapshot.Graph, out var followed))
            return;
        // Commits that this one was not told of, as the graph's actor failed in between, cannot be read of a version at rest.
        if (changed.Snapshot.IsAtRest && followed.Snapshot is { } known && changed.Snapshot.Count > known.Count)
        {
            followed.Actor.Tell(GraphActor.Wake.Instance);
            return;
        }
        (followed.Snapshot, followed.Refused) = (changed.Snapshot, null);
        Run(new SubscriptionInput.Changed(changed.Snapshot, changed.FromPeer));
        SubscribeIfFound();
    }

    private void OnRefused(GraphActor.Version version)
    {
        if (_followed.TryGet(version.Graph, out var followed))
            followed.Refused = version.Result.Error?.Kind;
        SubscribeIfFound();
    }

    private void OnGraphStopped(Terminated stopped)
    {
        foreach (var graph in _followed.Graphs)
        {
            if (!_followed.TryGet(graph, out var followed) || !followed.Actor.Equals(stopped.ActorRef))
                continue;
            _followed.Remove(graph, out _);
            Run(new SubscriptionInput.Removed(graph));
        }
        SubscribeIfFound();
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new SubscriptionInput.Tick());
    }

    private void OnStop()
    {
        Run(new SubscriptionInput.Stop(SubscriptionEndReason.ShuttingDown));
        Context.Stop(Self);
    }

    private SubscriptionReport Report() => _machine.IsOpen
        ? SubscriptionReport.Of(_machine.Graphs, _machine.CloseTime, Timer.Now, _machine.BytesLeft, _machine.UnackedPushes)
        : new SubscriptionReport(null);

    private sealed class FollowedGraph(IActorRef actor)
    {
        public IActorRef Actor { get; } = actor;

        public GraphSnapshot? Snapshot { get; set; }

        public SyncErrorKind? Refused { get; set; }

        /// <summary>Whether it was told that the peer subscribed to it.</summary>
        public bool IsTold { get; set; }
    }
}
