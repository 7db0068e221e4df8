using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// One graph, and the only writer of its store: interprets a <see cref="GraphMachine"/>. Every commit is an event to the
/// actors that follow the graph. Polls are answered by a child each, over a snapshot.
/// <code>
/// Resting ──used──> Opening ──store opened──> Open ──Close──> Closing ──all answered, store closed──> stopped
///    ^                 └──cannot be opened──┐  └──idle──> Settling ──store closed──> Resting
///    └──tried again, after a passing fault──┴──> Broken: every request is answered with the error
/// </code>
/// At rest the actor alone is there, without a store, an index or facts. Whoever has its reference may go on to use it: what
/// comes waits until the graph is open again, so that nothing is lost and nobody need know.
/// </summary>
public sealed partial class GraphActor : ReceiveActor, IWithUnboundedStash, IWithTimers
{
    private readonly GraphId _graph;
    private readonly Command? _init;
    private readonly INodeStore _store;
    private readonly SyncSettings _settings;
    private readonly ErrorCounts _errors;
    private readonly OpenGraphs _open;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Outbox<GraphOutput> _outbox = new();
    private readonly Dictionary<IActorRef, Follower> _followers = [];
    private readonly Dictionary<long, Request> _requests = [];

    private GraphMachine? _machine;
    private IGraphStore? _commands;
    private SnapshotKeeper? _snapshots;
    private long _tokens;
    private int _appending;
    private bool _isNew;
    private Task<Result<ReadyGraph>>? _opening;

    public GraphActor(GraphId graph, Command? init, INodeStore store, SyncSettings settings, ErrorCounts errors, OpenGraphs open)
    {
        _open = open;
        _errors = errors;
        _graph = graph;
        _init = init;
        _store = store;
        _settings = settings;
        Opening();
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    /// <param name="graph">The graph.</param>
    /// <param name="init">Its init command, to make its store first if it has none; null to open it.</param>
    /// <param name="store">The node's store.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="errors">Counts what is refused, and commits that fail.</param>
    /// <param name="open">Where it is entered while it is open.</param>
    public static Props Props(GraphId graph, Command? init, INodeStore store, SyncSettings settings, ErrorCounts? errors = null, OpenGraphs? open = null)
    {
        var (counts, entered) = (errors ?? new ErrorCounts(), open ?? new OpenGraphs());
        return Akka.Actor.Props.Create(() => new GraphActor(graph, init, store, settings, counts, entered));
    }

    protected override void PreStart()
    {
        _isNew = _init is not null && !_store.Graphs.Contains(_graph);
        if (_init is null && _settings.GraphIdle is not null)
            Become(Resting);
        else
            BeginOpening(isWanted: true);
    }

    // Who follows the graph, follows what comes after this: they wait behind what is in the mailbox.
    protected override void PreRestart(Exception reason, object message)
    {
        base.PreRestart(reason, message);
        foreach (var (actor, follower) in _followers)
            Self.Tell(new Follow(follower.Peer, follower.Reader, follower.Keeps, follower.MayRest), actor);
    }

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        Self.Tell(Survey.Instance);
    }

    // Stopped or restarted in the middle: the store must be free before it is opened again, and no one waits in vain.
    protected override void PostStop()
    {
        _open.Leave(_graph, Self);
        _commands?.DisposeInBackground();
        if (_opening is not null)
            _ = CloseOnceOpenAsync(_opening);
        var error = new SyncError(SyncErrorKind.StoreFailed, $"the graph {_graph.ToShortString()} stopped before this was committed; look whether it is there, and try again");
        foreach (var request in _requests.Values)
            request.Refuse(_graph, error);
    }

    private void Open()
    {
        Receive<Act>(OnAct);
        Receive<ReceiveCommands>(OnReceive);
        Receive<MachineTick>(_ => OnTick());
        Receive<SnapshotTick>(_ => OnSnapshotTick());
        Receive<IdleTick>(_ => OnIdleTick());
        Receive<LetGo>(OnLetGo);
        Receive<Close>(_ => OnClose());
        Reading();
    }

    private void Reading()
    {
        Receive<AppendsEnded>(_ => OnAppendsEnded());
        Receive<Read>(_ => OnRead());
        Receive<Follow>(OnFollow);
        Receive<Unfollow>(_ => OnUnfollow(Sender));
        Receive<Wake>(_ => OnWake());
        Receive<Survey>(_ => OnSurveyed());
        Receive<GetStatus>(_ => Sender.Tell(new Status(GraphStatus.Of(_machine!.Committed))));
        Receive<Session>(OnSession);
        Receive<SessionRejects>(OnRejects);
        Receive<PollResponderActor.PeerHolds>(OnPeerHolds);
        Receive<PollResponderActor.Answered>(OnAnswered);
        Receive<PollResponderActor.ForgetPeer>(forget => _store.PeerKnowledge.RememberAckedHeads(forget.Peer, _graph, []));
        Receive<Terminated>(terminated => OnUnfollow(terminated.ActorRef));
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);
}
