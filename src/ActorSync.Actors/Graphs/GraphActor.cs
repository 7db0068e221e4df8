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
/// Opening ──store opened──> Open ──Close──> Closing ──all answered, store closed──> stopped
///    └──cannot be opened──> Broken: every request is answered with the error
/// </code>
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
    private bool _isClosing;
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
        _opening = OpenAsync(_graph, _init, _isNew, _store, _settings);
        _opening.PipeTo(Self, success: result => new Opened(result), failure: why => new Opened(Unexpected(why)));
    }

    // Who follows the graph, follows what comes after this: they wait behind what is in the mailbox.
    protected override void PreRestart(Exception reason, object message)
    {
        base.PreRestart(reason, message);
        foreach (var (actor, follower) in _followers)
            Self.Tell(new Follow(follower.Peer, follower.Reader, follower.Keeps), actor);
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

    private static async Task CloseOnceOpenAsync(Task<Result<ReadyGraph>> opening)
    {
        if ((await opening).TryGet(out var graph, out _))
            await graph.Store.DisposeAsync();
    }

    // Reading, weaving and evaluating a graph takes its time: no actor waits for it.
    private static async Task<Result<ReadyGraph>> OpenAsync(GraphId id, Command? init, bool isNew, INodeStore store, SyncSettings settings)
    {
        var policy = settings.Policies.Of(id);
        if (policy.Identity is not null)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the policy {policy.GetType().Name} derives ids its own way, which a node does not send: the graph {id} cannot be kept with it");
        if (isNew && GraphMachine.WhyNotBegin(init!, policy) is { } rejection)
            return rejection;
        if (!(isNew ? await store.CreateAsync(init!) : await store.OpenAsync(id)).TryGet(out var opened, out var error))
            return error;
        Result<GraphMachine>? machine = null;
        try
        {
            machine = await Task.Run(() => GraphMachine.Open(id, opened.Index, opened.Store, settings.Graphs, policy, opened.Store.Facts, Random.Shared));
        }
        finally
        {
            if (machine is not { Error: null })
                await opened.Store.DisposeAsync();
        }
        return machine.Value.TryGet(out var ready, out error) ? new ReadyGraph(opened.Store, ready) : error;
    }

    private static SyncError Unexpected(Exception why) =>
        why is SyncException sync ? sync.Error : new SyncError(SyncErrorKind.StoreFailed, why.Message);

    private void Opening()
    {
        Receive<Opened>(OnOpened);
        ReceiveAny(_ => Stash.Stash());
    }

    private void OnOpened(Opened opened)
    {
        _opening = null;
        if (opened.Result.TryGet(out var graph, out var error))
        {
            _commands = graph.Store;
            _machine = graph.Machine;
            _snapshots = new SnapshotKeeper(_machine, _commands.Facts, why => _log.Warning("Graph {0} keeps its former snapshot of facts: {1}", _graph.ToShortString(), why));
            _log.Debug("Graph {0} is open with {1} commands", _graph.ToShortString(), _machine.Committed.Count);
            Become(Open);
        }
        else
        {
            _log.Error("Graph {0} cannot be opened: {1}", _graph, error);
            Become(() => Broken(error));
            // What could not be made may be tried again; what is there and damaged stays, to say so.
            if (_isNew)
                Context.Parent.Tell(new SyncRouter.NotMade(_graph));
        }
        Stash.UnstashAll();
        if (_machine is not null)
            _open.Enter(_graph, Self);
    }

    private void Broken(SyncError error)
    {
        Receive<Act>(act => act.Answer(Sender, new Acted(error)));
        Receive<ReceiveCommands>(receive => Sender.Tell(new CommandsReceived(_graph, receive.Tag, error)));
        Receive<Read>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Follow>(_ => Sender.Tell(new Version(_graph, error)));
        Receive<Session>(session => Refuse(session, error));
        Receive<Close>(_ => Context.Stop(Self));
    }

    private void Open()
    {
        Receive<Act>(OnAct);
        Receive<ReceiveCommands>(OnReceive);
        Receive<MachineTick>(_ => OnTick());
        Receive<LetGo>(OnLetGo);
        Receive<Close>(_ => OnClose());
        Reading();
    }

    // Nothing new is taken; what is under way is finished, and reading goes on until the store closes.
    private void Closing()
    {
        var error = new SyncError(SyncErrorKind.ShuttingDown, $"the graph {_graph.ToShortString()} is closing");
        Receive<Act>(act => act.Answer(Sender, new Acted(error)));
        Receive<ReceiveCommands>(receive => Sender.Tell(new CommandsReceived(_graph, receive.Tag, error)));
        Receive<StoreClosed>(_ => Context.Stop(Self));
        Receive<MachineTick>(_ => { });
        Receive<Close>(_ => { });
        Reading();
    }

    private void Reading()
    {
        Receive<AppendEnded>(OnAppendEnded);
        Receive<Read>(_ => OnRead());
        Receive<Follow>(OnFollow);
        Receive<Unfollow>(_ => OnUnfollow(Sender));
        Receive<Session>(OnSession);
        Receive<SessionRejects>(OnRejects);
        Receive<PollResponderActor.PeerHolds>(OnPeerHolds);
        Receive<PollResponderActor.Answered>(OnAnswered);
        Receive<PollResponderActor.ForgetPeer>(forget => _store.PeerKnowledge.RememberAckedHeads(forget.Peer, _graph, []));
        Receive<Terminated>(terminated => OnUnfollow(terminated.ActorRef));
    }

    private void OnLetGo(LetGo letGo)
    {
        var isRead = IsRead(letGo.Members);
        if (isRead || _requests.Count > 0 || _appending > 0 || !_machine!.Committed.Heads.Equals(letGo.Version.Heads))
        {
            Context.Parent.Tell(new SyncRouter.Kept(_graph, isRead));
            return;
        }
        Context.Parent.Tell(new SyncRouter.LetGo(_graph));
        OnClose();
    }

    private void OnClose()
    {
        _isClosing = true;
        _open.Leave(_graph, Self);
        Become(Closing);
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (!_isClosing || _appending > 0 || _commands is not { } commands)
            return;
        _commands = null;
        var self = Self;
        CloseAsync(_snapshots!, commands).PipeTo(self, success: () => StoreClosed.Instance, failure: _ => StoreClosed.Instance);
    }

    private static async Task CloseAsync(SnapshotKeeper snapshots, IGraphStore commands)
    {
        try
        {
            await snapshots.EndAsync();
        }
        finally
        {
            await commands.DisposeAsync();
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);
}
