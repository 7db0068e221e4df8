using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// Has one peer tell of its changes, and polls it for what is not here: interprets a <see cref="HelloSubscriber"/>. The
/// polls are the peer's actor's.
/// </summary>
public sealed class HelloSubscriberActor : ReceiveActor, IWithTimers
{
    /// <summary>Its name below the peer's actor.</summary>
    public const string Name = "hello-subscriber";

    /// <summary>A HelloNotify of the peer, or a failure that names a graph and no session.</summary>
    public sealed record Message(SyncMessage Value) : ILocalMessage;

    /// <summary>Tell the peer that nothing is wanted any more, and stop.</summary>
    public sealed record Stop : ILocalMessage
    {
        public static readonly Stop Instance = new();
    }

    /// <summary>To whoever wanted a graph: the peer's answer; null when it tells of the graph.</summary>
    public sealed record Answered(SyncError? Error) : ILocalMessage;

    /// <summary>On the event stream: what a peer told of a graph did not come in time, and a poll of the peer brought it.</summary>
    public sealed record Missed(NodeId Peer, GraphId Graph) : ILocalMessage;

    private readonly SyncContext _sync;
    private readonly HelloSubscriber _machine;
    private readonly Outbox<HelloSubscriberOutput> _outbox = new();
    private readonly WantedHellos _wanted = new();
    private readonly HashSet<GraphId> _found = [];
    private readonly List<(IActorRef Actor, GraphId Graph)> _askers = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private PeerRef? _peer;

    public HelloSubscriberActor(SyncContext sync)
    {
        _sync = sync;
        _machine = new HelloSubscriber(sync.Settings.Hellos);
        Receive<PeerActor.WantHello>(OnWant);
        Receive<PeerActor.UnwantHello>(OnUnwant);
        Receive<GraphActor.Changed>(changed => OnVersion(changed.Snapshot.Graph, changed.Snapshot));
        Receive<GraphActor.Version>(broken => OnVersion(broken.Graph, null));
        Receive<SyncRouter.NoGraph>(none => OnVersion(none.Graph, null));
        Receive<GraphActor.PeerHolds>(_ => { });
        Receive<PollActor.Ended>(OnPolled);
        Receive<Message>(OnMessage);
        Receive<PeerActor.Linking>(OnLinked);
        Receive<PeerActor.Unlinking>(_ => OnUnlinked());
        Receive<MachineTick>(_ => OnTick());
        Receive<Stop>(_ => OnStop());
        Receive<HelloReport.Get>(_ => Sender.Tell(HelloReport.Of([.. _machine.Told], _machine.EndsAt, Timer.Now, _machine.Notifications)));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    public static Props Props(SyncContext sync) => Akka.Actor.Props.Create(() => new HelloSubscriberActor(sync));

    // What is wanted, and whether there is a link, the peer's actor says: also after a restart.
    protected override void PreStart() => Context.Parent.Tell(PeerActor.Began.Instance);

    protected override void PostStop()
    {
        foreach (var graph in _wanted.Graphs)
            _sync.Router.Tell(new SyncRouter.UnfollowGraph(graph));
        Answer(null, new SyncError(SyncErrorKind.Unreachable, "the peer is gone, or the node is shutting down"));
    }

    // The machine hears of it when it is known what is here of the graph.
    private void OnWant(PeerActor.WantHello want)
    {
        if (!Sender.IsNobody())
            _askers.Add((Sender, want.Graph));
        if (_wanted.Add(want.Graph, want.For, want.Terms))
            _sync.Router.Tell(new SyncRouter.FollowGraph(want.Graph));
        else if (_found.Contains(want.Graph))
            Run(new HelloSubscriberInput.Want(want.Graph, null, _wanted.TermsOf(want.Graph)!));
    }

    private void OnUnwant(PeerActor.UnwantHello unwant)
    {
        var wasWanted = _wanted.TermsOf(unwant.Graph) is not null;
        if (!_wanted.Remove(unwant.Graph, unwant.For))
        {
            if (_found.Contains(unwant.Graph))
                Run(new HelloSubscriberInput.Want(unwant.Graph, null, _wanted.TermsOf(unwant.Graph)!));
            Sender.Tell(new Answered(null));
            return;
        }
        if (wasWanted)
            _sync.Router.Tell(new SyncRouter.UnfollowGraph(unwant.Graph));
        _found.Remove(unwant.Graph);
        Run(new HelloSubscriberInput.Unwant(unwant.Graph));
        Answer(unwant.Graph, new SyncError(SyncErrorKind.InvalidRequest, "the hello was taken back meanwhile"));
        Sender.Tell(new Answered(null));
    }

    // A graph that is not here, or broken, is asked for all the same: the poll says what is wrong with it.
    private void OnVersion(GraphId graph, GraphSnapshot? snapshot)
    {
        if (_wanted.TermsOf(graph) is not { } terms)
            return;
        if (_found.Add(graph))
            Run(new HelloSubscriberInput.Want(graph, snapshot, terms));
        else if (snapshot is not null)
            Run(new HelloSubscriberInput.Changed(snapshot));
    }

    private void OnPolled(PollActor.Ended ended)
    {
        if (ended.Result.Error is { } error)
            _log.Warning("What a peer told of graph {0} could not be polled: {1}", ended.Graph.ToShortString(), error);
        Run(new HelloSubscriberInput.Polled(ended.Graph, ended.Result));
        if (_peer is not null && ended.Result is { Error: null, Value.Added: > 0 })
            _sync.Events.Publish(new Missed(_peer.Identity.Node, ended.Graph));
    }

    private void OnMessage(Message message)
    {
        switch (message.Value)
        {
            case HelloNotify notify:
                Run(new HelloSubscriberInput.Notify(notify));
                break;
            case SyncFailure failure:
                Run(new HelloSubscriberInput.Refused(failure));
                break;
        }
        Context.Parent.Tell(PeerActor.Handled.Instance);
    }

    private void OnLinked(PeerActor.Linking linked)
    {
        _peer = linked.Peer;
        Run(new HelloSubscriberInput.Linked());
    }

    private void OnUnlinked()
    {
        _peer = null;
        Run(new HelloSubscriberInput.Unlinked());
    }

    private void OnStop()
    {
        Run(new HelloSubscriberInput.Stop());
        Context.Stop(Self);
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new HelloSubscriberInput.Tick());
    }

    private void Run(HelloSubscriberInput input)
    {
        _machine.Handle(input, Timer.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case HelloSubscriberOutput.Send send:
                    _peer?.Actor.Tell(new PeerActor.Send(send.Payload, null));
                    break;
                case HelloSubscriberOutput.Poll poll:
                    Context.Parent.Tell(new PeerActor.Poll(poll.Graph, new PollOptions()));
                    break;
                case HelloSubscriberOutput.Answered answered:
                    Answer(answered.Graph, answered.Error);
                    break;
                case HelloSubscriberOutput.StartTimer timer:
                    Timer.Start(timer.At);
                    break;
            }
        }
    }

    // Null for whoever waits for any graph.
    private void Answer(GraphId? graph, SyncError? error)
    {
        foreach (var (actor, _) in _askers.Where(asker => graph is null || asker.Graph == graph))
            actor.Tell(new Answered(error));
        _askers.RemoveAll(asker => graph is null || asker.Graph == graph);
    }
}
