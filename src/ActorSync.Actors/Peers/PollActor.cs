using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

/// <summary>
/// One poll of this node at a peer: interprets a <see cref="PollRequester"/>. When the peer has forgotten the session,
/// or took this node to hold more than it does, the poll begins anew.
/// <code>
/// Looking (what is here of the graph) ──> Polling ──Done──> stopped
///      └────────────── begin anew ───────────┘
/// </code>
/// </summary>
public sealed class PollActor : ReceiveActor, IWithTimers
{
    /// <summary>How the poll ended, to whoever asked for it.</summary>
    public sealed record Ended(GraphId Graph, Result<PollOutcome> Result) : ILocalMessage;

    /// <summary>A message of the peer for this session.</summary>
    public sealed record Message(SyncMessage Value) : ILocalMessage;

    /// <summary>There is a link again.</summary>
    public sealed record Relinked(PeerRef Peer) : ILocalMessage;

    private sealed record GraphIsSilent : ILocalMessage
    {
        public static readonly GraphIsSilent Instance = new();
    }

    /// <summary>How often a poll begins anew; each attempt has a session number of its own.</summary>
    public const int MostAttempts = 3;

    private readonly GraphId _graph;
    private readonly PollOptions _options;
    private readonly Address? _offered;
    private readonly SessionId _session;
    private readonly IActorRef _asker;
    private readonly IActorRef _router;
    private readonly SyncSettings _settings;
    private readonly Outbox<RequesterOutput> _outbox = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private PollRequester _machine = null!;
    private PeerRef _peer;
    private int _attempts;
    private int _storing;
    private bool _hasEnded;

    public PollActor(PeerRef peer, PeerActor.Poll poll, SessionId session, IActorRef asker, IActorRef router, SyncSettings settings)
    {
        _peer = peer;
        (_graph, _options, _offered) = (poll.Graph, poll.Options, poll.Offered);
        _session = session;
        _asker = asker;
        _router = router;
        _settings = settings;
        Looking();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    /// <param name="peer">The peer to poll.</param>
    /// <param name="poll">The graph, and how.</param>
    /// <param name="session">The session's number; later attempts take the next ones.</param>
    /// <param name="asker">Hears how it ended.</param>
    /// <param name="router">The node's router.</param>
    /// <param name="settings">The settings.</param>
    public static Props Props(PeerRef peer, PeerActor.Poll poll, SessionId session, IActorRef asker, IActorRef router, SyncSettings settings) =>
        Akka.Actor.Props.Create(() => new PollActor(peer, poll, session, asker, router, settings));

    private SessionId Session => new(_session.Value + (ulong)_attempts);

    protected override void PreStart() => Look();

    protected override void PostStop() => Tell(new SyncError(SyncErrorKind.Unreachable, "the peer is gone, or the node is shutting down"));

    // Whoever asked has heard that the poll ended with the failure: it is not made again.
    protected override void PostRestart(Exception reason)
    {
        _hasEnded = true;
        Context.Stop(Self);
    }

    private void Look()
    {
        WaitForGraph();
        _router.Tell(new SyncRouter.ReadGraph(_graph));
    }

    // The machine waits for the graph as long as it takes; a graph that is down never answers.
    private void WaitForGraph() => Timers.StartSingleTimer(GraphIsSilent.Instance, GraphIsSilent.Instance, _settings.GraphTimeout);

    private void OnGraphIsSilent() => Finish(new SyncError(
        SyncErrorKind.StoreFailed, $"the graph {_graph.ToShortString()} did not answer in {_settings.GraphTimeout.TotalSeconds} s"));

    private void Looking()
    {
        Receive<GraphActor.Version>(OnVersion);
        Receive<GraphIsSilent>(_ => OnGraphIsSilent());
        Receive<Relinked>(relinked => _peer = relinked.Peer);
        Receive<Message>(_ => OnHandled());
        Receive<MachineTick>(_ => { });
        Receive<GraphActor.CommandsReceived>(_ => { });
    }

    private void OnVersion(GraphActor.Version version)
    {
        Timers.Cancel(GraphIsSilent.Instance);
        if (version.Result.Error is { Kind: not SyncErrorKind.UnknownGraph } error)
        {
            Finish(error);
            return;
        }
        var snapshot = version.Result.Error is null ? version.Result.Value : null;
        if (_offered is { } head && Offers.IsHere(head, snapshot))
        {
            Finish(new PollOutcome(true, 0, 0, false, 0));
            return;
        }
        _machine = new PollRequester(Session, _graph, snapshot, (ulong)Math.Max(0, _options.MaxBytes), _settings.Polls);
        Become(Polling);
        Run(new RequesterInput.Start());
    }

    private void Polling()
    {
        Receive<Message>(OnMessage);
        Receive<GraphActor.CommandsReceived>(OnStored);
        Receive<Relinked>(OnRelinked);
        Receive<GraphIsSilent>(_ => OnGraphIsSilent());
        Receive<MachineTick>(_ => OnTick());
    }

    private void OnMessage(Message message)
    {
        if (SyncRouter.ReferenceOf(message.Value) == Session.Value)
            Run(new RequesterInput.Message(message.Value));
        OnHandled();
    }

    // Only now may the peer's actor read more: what a payload takes to decode and store holds the link up, not memory.
    private static void OnHandled() => Context.Parent.Tell(PeerActor.Handled.Instance);

    private void OnStored(GraphActor.CommandsReceived stored)
    {
        if (stored.Tag is not (int attempt, int index) || attempt != _attempts)
            return;
        if (--_storing == 0)
            Timers.Cancel(GraphIsSilent.Instance);
        else
            WaitForGraph();
        Run(new RequesterInput.Stored(index, stored.Result));
    }

    private void OnRelinked(Relinked relinked)
    {
        _peer = relinked.Peer;
        Run(new RequesterInput.Relinked());
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new RequesterInput.Tick());
    }

    private void Run(RequesterInput input)
    {
        try
        {
            _machine.Handle(input, Timer.Now, _outbox);
            while (_outbox.TryTake(out var output))
                Interpret(output);
        }
        catch (Exception why)
        {
            // A bug here, or in the caller's own progress: begun anew it would come again.
            _log.Error(why, "The poll of graph {0} failed", _graph.ToShortString());
            Finish(new SyncError(SyncErrorKind.InvalidRequest, $"the poll of the graph {_graph.ToShortString()} failed: {why.Message}"));
        }
    }

    private void Interpret(RequesterOutput output)
    {
        switch (output)
        {
            case RequesterOutput.Send send:
                _peer.Actor.Tell(new PeerActor.Send(send.Payload, null));
                break;
            case RequesterOutput.Store store:
                Store(store);
                break;
            case RequesterOutput.Progress progress:
                _options.Progress?.Report(new PollProgress(progress.Received, progress.Left));
                break;
            case RequesterOutput.Fault fault:
                _peer.Actor.Tell(new PeerActor.Fault(fault.Error, 0));
                break;
            case RequesterOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
            case RequesterOutput.Done done:
                OnDone(done.Result);
                break;
        }
    }

    private void Store(RequesterOutput.Store store)
    {
        object tag = (_attempts, store.Index);
        if (_storing++ == 0)
            WaitForGraph();
        if (store.Commands.Decode(_settings.Wire).TryGet(out var commands, out var error))
        {
            _router.Tell(new GraphActor.ReceiveCommands(_graph, commands, _peer.Identity, tag));
            return;
        }
        _peer.Actor.Tell(new PeerActor.Fault(error, Session.Value));
        Self.Tell(new GraphActor.CommandsReceived(_graph, tag, error));
    }

    private void OnDone(Result<PollOutcome> result)
    {
        var forgotten = result.Error is { Kind: SyncErrorKind.UnknownSession or SyncErrorKind.MissingPrior };
        if (!forgotten || ++_attempts == MostAttempts)
        {
            Finish(result);
            return;
        }
        _storing = 0;
        Become(Looking);
        Look();
    }

    private void Finish(Result<PollOutcome> result)
    {
        // Of a poll that an offer caused no offer is awaited: each poll leads to one more at most.
        if (result.TryGet(out var outcome, out _) && !outcome.Remaining && _offered is null)
            Context.Parent.Tell(new PeerActor.PolledAll(Session, _graph, _options));
        Tell(result);
        Context.Stop(Self);
    }

    private void Tell(Result<PollOutcome> result)
    {
        if (!_hasEnded)
            _asker.Tell(new Ended(_graph, result));
        _hasEnded = true;
    }
}
