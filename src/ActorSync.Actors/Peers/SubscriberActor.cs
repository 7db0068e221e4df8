using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

/// <summary>
/// The subscription that this node holds at one peer: interprets a <see cref="SubscriberMachine"/>. Pushes go to their
/// graphs, through the router while those are not open; the acknowledgement follows when they are durable there.
/// </summary>
public sealed class SubscriberActor : UntypedActor, IWithTimers
{
    /// <summary>Its name below the peer's actor.</summary>
    public const string Name = "subscriber";

    /// <summary>A message of the peer.</summary>
    public sealed record Message(SyncMessage Value) : ILocalMessage;

    /// <summary>Tell the peer that the subscription is needed no more, and stop.</summary>
    public sealed record Stop : ILocalMessage
    {
        public static readonly Stop Instance = new();
    }

    // A push that is being stored, its last command, how many links there were when it came, and its way.
    private sealed record Storing(Push Push, Address? Last, int Link, bool IsThroughRouter) : ILocalMessage;

    /// <summary>To whoever wanted a graph: the peer's answer; null when it is covered.</summary>
    public sealed record Answered(SyncError? Error) : ILocalMessage;

    /// <summary>On the event stream: a push of a peer brought nothing new.</summary>
    public sealed record PushedInVain(NodeId Peer, GraphId Graph, int Known) : ILocalMessage;

    private readonly SyncContext _sync;
    private readonly SubscriberMachine _machine;
    private readonly Outbox<SubscriberOutput> _outbox = new();
    private readonly WantedSubscriptions _wanted = new();
    private readonly HashSet<GraphId> _looking = [];
    private readonly List<(IActorRef Actor, GraphId Graph)> _askers = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private PeerRef? _peer;
    private int _storing;
    private int _throughRouter;
    private int _links;
    private bool _isLinkFull;
    private WayToLink _way;
    private readonly List<ReadOnlyMemory<byte>> _waiting = [];

    public SubscriberActor(SyncContext sync)
    {
        _sync = sync;
        _machine = new SubscriberMachine(sync.Settings.Subscriptions, sync.Random);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    public static Props Props(SyncContext sync) => Akka.Actor.Props.Create(() => new SubscriberActor(sync));

    // What a push brings comes first.
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Message said: OnMessage(said); break;
            case GraphActor.CommandsReceived stored: OnStored(stored); break;
            case GraphActor.Changed changed: OnChanged(changed); break;
            case GraphActor.PeerHolds: break;
            case PeerActor.Taken: _way.Took(); break;
            case SpareTime.Now: SendWaiting(); break;
            case PeerActor.LinkTook took: OnLinkTook(took); break;
            case PeerActor.Want want: OnWant(want); break;
            case PeerActor.Unwant unwant: OnUnwant(unwant); break;
            case GraphActor.Version version: OnNoGraph(version); break;
            case SyncRouter.NoGraph none: OnLookedUp(none.Graph, null); break;
            case PollActor.Ended ended: OnPolled(ended); break;
            case PeerActor.Linking linked: OnLinked(linked); break;
            case PeerActor.Unlinking: OnUnlinked(); break;
            case MachineTick: OnTick(); break;
            case Stop: OnStop(); break;
            case SubscriptionReport.Get: Sender.Tell(Report()); break;
            default: Unhandled(message); break;
        }
    }

    // What is wanted, and whether there is a link, the peer's actor says: also after a restart.
    protected override void PreStart() => Context.Parent.Tell(PeerActor.Began.Instance);

    protected override void PostStop()
    {
        foreach (var graph in _wanted.Graphs)
            _sync.Router.Tell(new SyncRouter.UnfollowGraph(graph));
        Answer(_askers.Select(asker => asker.Graph), new SyncError(SyncErrorKind.Unreachable, "the peer is gone, or the node is shutting down"));
    }

    private void OnWant(PeerActor.Want want)
    {
        if (!Sender.IsNobody())
            _askers.Add((Sender, want.Graph));
        if (_wanted.Add(want.Graph, want.For))
        {
            _looking.Add(want.Graph);
            _sync.Router.Tell(new SyncRouter.FollowGraph(want.Graph));
        }
        else if (_machine.Covered.Contains(want.Graph))
        {
            Answer([want.Graph], null);
        }
        else if (!_looking.Contains(want.Graph))
        {
            // Asked for and refused, or about to be answered.
            Run(new SubscriberInput.Want(want.Graph, null));
        }
    }

    private void OnUnwant(PeerActor.Unwant unwant)
    {
        if (!_wanted.Remove(unwant.Graph, unwant.For))
        {
            Sender.Tell(new Answered(null));
            return;
        }
        _looking.Remove(unwant.Graph);
        _sync.Router.Tell(new SyncRouter.UnfollowGraph(unwant.Graph));
        Run(new SubscriberInput.Unwant(unwant.Graph));
        Answer([unwant.Graph], new SyncError(SyncErrorKind.InvalidRequest, "the graph was unsubscribed from meanwhile"));
        Sender.Tell(new Answered(null));
    }

    private void OnChanged(GraphActor.Changed changed)
    {
        OnLookedUp(changed.Snapshot.Graph, changed.Snapshot);
        Run(new SubscriberInput.Changed(changed.Snapshot));
    }

    private void OnLookedUp(GraphId graph, GraphSnapshot? snapshot)
    {
        if (_looking.Remove(graph))
            Run(new SubscriberInput.Want(graph, snapshot));
    }

    private void OnNoGraph(GraphActor.Version broken)
    {
        if (broken.Result.Error is not { } error)
            return;
        _wanted.Remove(broken.Graph);
        _looking.Remove(broken.Graph);
        Run(new SubscriberInput.Unwant(broken.Graph));
        Answer([broken.Graph], error);
    }

    private void OnMessage(Message message)
    {
        PeerRef.NoteHandled(_peer, Context.Parent);
        Run(new SubscriberInput.Message(message.Value));
    }

    private void OnLinked(PeerActor.Linking linked)
    {
        (_peer, _isLinkFull) = (linked.Peer, false);
        _waiting.Clear();
        // What an answer stayed out for, with a graph that went down, is not waited for any more.
        (_storing, _throughRouter, _links) = (0, 0, _links + 1);
        Run(new SubscriberInput.Linked(_peer.MaxPayloadBytes, _peer.FrameOverheadBytes));
    }

    private void OnUnlinked()
    {
        _peer = null;
        Run(new SubscriberInput.Unlinked());
    }

    private void OnStop()
    {
        Run(new SubscriberInput.Stop());
        Context.Stop(Self);
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new SubscriberInput.Tick());
    }

    private void OnStored(GraphActor.CommandsReceived stored)
    {
        if (stored.Tag is not Storing { Push: var push } storing || storing.Link != _links)
            return;
        _storing--;
        if (storing.IsThroughRouter)
            _throughRouter = Math.Max(0, _throughRouter - 1);
        if (stored.Result.Error is { Kind: SyncErrorKind.UnknownGraph } && _machine.IsGone(stored.Graph))
            _log.Debug("A push of graph {0} came, which is not here any more", stored.Graph.ToShortString());
        else if (stored.Result.Error is { } error)
            _log.Warning("A push of graph {0} was not stored: {1}", stored.Graph.ToShortString(), error);
        Run(new SubscriberInput.Stored(stored.Graph, push.Id, push.Index, stored.Result, storing.Last, push.Commands.IsShort));
        if (_peer is not null && stored.Result is { Error: null, Value: { Added: 0, Known: > 0 } kept })
            _sync.Events.Publish(new PushedInVain(_peer.Identity.Node, stored.Graph, kept.Known));
    }

    private void OnPolled(PollActor.Ended ended)
    {
        if (ended.Result.Error is { } error)
            _log.Warning("A gap in graph {0} could not be repaired: {1}", ended.Graph.ToShortString(), error);
        Run(new SubscriberInput.Repaired(ended.Graph));
    }

    private SubscriptionReport Report() => _machine.IsOpen
        ? SubscriptionReport.Of(_machine.Covered, _machine.CloseTime, Timer.Now, _machine.BytesLeft, 0)
        : new SubscriptionReport(null);

    private void Run(SubscriberInput input)
    {
        _machine.Handle(input, Timer.Now, _outbox);
        while (_outbox.TryTake(out var output))
            Interpret(output);
    }

    private void Interpret(SubscriberOutput output)
    {
        switch (output)
        {
            case SubscriberOutput.Send { MayWait: true } patient:
                SendLater(patient.Payload);
                break;
            case SubscriberOutput.Send send:
                SendWaiting();
                Send(send.Payload);
                break;
            case SubscriberOutput.Store store:
                Store(store.Push, store.Follows);
                break;
            case SubscriberOutput.Repair repair:
                Context.Parent.Tell(new PeerActor.Poll(repair.Graph, new PollOptions()));
                break;
            case SubscriberOutput.Answered answered:
                OnAnswered(answered.Error);
                break;
            case SubscriberOutput.Fault fault:
                Context.Parent.Tell(new PeerActor.Fault(fault.Error, 0));
                break;
            case SubscriberOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
        }
    }

    // What other pushes bring goes before it, of this publisher and of all others. So much of it waits, and no more.
    private void SendLater(ReadOnlyMemory<byte> payload)
    {
        if (_waiting.Count == 0)
            SpareTime.Ask(Self);
        _waiting.Add(payload);
        if (_waiting.Count > _sync.Settings.Subscriptions.UnackedPushes / 2)
            SendWaiting();
    }

    private void SendWaiting()
    {
        foreach (var payload in _waiting)
            Send(payload);
        _waiting.Clear();
    }

    // Straight to the link, unless that has not yet taken what it was given so: then the peer's actor bounds what waits,
    // all but one payload, which tells when the link takes again what went there.
    private void Send(ReadOnlyMemory<byte> payload)
    {
        if (_peer is not { } peer)
            return;
        if (peer.Link is not null && !_isLinkFull && _way.IsClear && payload.Length <= peer.MaxPayloadBytes)
        {
            _isLinkFull = !peer.SendHere(payload, Self);
            return;
        }
        var isSilent = _way.WillHear;
        if (isSilent)
            _way.ThroughSilently();
        else
            _way.Through();
        peer.Actor.Tell(new PeerActor.Send(payload, isSilent ? null : Self));
    }

    private void OnLinkTook(PeerActor.LinkTook took)
    {
        _isLinkFull &= took.Link != _peer?.Link;
        if (took.Error is { } error)
            Context.Parent.Tell(new PeerActor.LinkFailed(took.Link, error));
    }

    private void Store(Push push, Address? follows)
    {
        // What is dropped here is not acknowledged, and comes again.
        if (_storing >= _sync.Settings.StoringPushes || _peer is null)
            return;
        if (!push.Commands.Decode(_sync.Settings.Wire, follows: follows).TryGet(out var commands, out var error))
        {
            // That the push before did not arrive is nobody's fault.
            if (error.Kind != SyncErrorKind.MissingPrior)
                Context.Parent.Tell(new PeerActor.Fault(error, push.Id.Value));
            Run(new SubscriberInput.Stored(push.Graph, push.Id, push.Index, error));
            return;
        }
        _storing++;
        var graph = _throughRouter == 0 ? _sync.Open.Find(push.Graph) : null;
        if (graph is null)
            _throughRouter++;
        var storing = new Storing(push, commands.Count > 0 ? commands[^1].Address : null, _links, graph is null);
        (graph ?? _sync.Router).Tell(new GraphActor.ReceiveCommands(push.Graph, commands, _peer.Identity, storing));
    }

    // One answer is for all graphs: those that are covered, and the others, which were refused if any was.
    private void OnAnswered(SyncError? error)
    {
        Answer(_askers.Select(asker => asker.Graph).Where(_machine.Covered.Contains), null);
        if (error is not null)
            Answer(_askers.Select(asker => asker.Graph).Where(graph => !_looking.Contains(graph)), error);
    }

    private void Answer(IEnumerable<GraphId> graphs, SyncError? error)
    {
        var answered = graphs.ToHashSet();
        foreach (var (actor, _) in _askers.Where(asker => answered.Contains(asker.Graph)))
            actor.Tell(new Answered(error));
        _askers.RemoveAll(asker => answered.Contains(asker.Graph));
    }
}
