using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Event;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

/// <summary>
/// What this node is to one graph of the mesh: interprets a <see cref="HoldingMachine"/>, which takes the graph over and
/// lets it go, and a <see cref="ReplicationMachine"/>, which counts the stores that have a commit. While the node is a
/// holder its child, a <see cref="SpreadActor"/>, sees to it that the others' commits come.
/// </summary>
internal sealed partial class HolderActor : ReceiveActor, IWithTimers
{
    /// <summary>The members are these now.</summary>
    public sealed record Members(MembershipView View) : ILocalMessage;

    /// <summary>A <see cref="Hold"/> or <see cref="HoldingAck"/> of a member.</summary>
    public sealed record FromMember(NodeId Node, SyncMessage Message) : ILocalMessage;

    /// <summary>A peer holds these durably, and all before them.</summary>
    public sealed record Acked(NodeId Node, IReadOnlyList<Address> Heads) : ILocalMessage;

    /// <summary>A member is linked, or, with null, no longer.</summary>
    public sealed record Linked(NodeId Node, IActorRef? Peer) : ILocalMessage;

    /// <summary>Carry out an action here. Answered by <see cref="GraphActor.Acted"/>.</summary>
    public sealed record Act(GraphActor.Act Action, AckMode Ack, TimeSpan? Within) : ILocalMessage;

    /// <summary>To the mesh: what this node is to the graph now, and who else holds it.</summary>
    public sealed record Moved(GraphId Graph, HoldingState State, IReadOnlyList<NodeId> Others) : ILocalMessage;

    private sealed record Durable(Result<Address> Result, TimeSpan? Within, IActorRef Asker) : ILocalMessage;

    private sealed record Polled(NodeId Node, SyncError? Error) : ILocalMessage;

    private sealed record ReplicationTick : ILocalMessage
    {
        public static readonly ReplicationTick Instance = new();
    }

    private static readonly TimeSpan LongestPoll = TimeSpan.FromHours(12);

    private readonly GraphId _graph;
    private readonly MeshContext _mesh;
    private readonly HoldingMachine _holding;
    private readonly ReplicationMachine _replication;
    private readonly Outbox<HoldingOutput> _held = new();
    private readonly Outbox<ReplicationOutput> _replicated = new();
    private readonly Dictionary<NodeId, IActorRef> _linked = [];
    private readonly Dictionary<long, IActorRef> _waiting = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _isNew;
    private bool _isHere;
    private bool _isMissing;
    private bool _isAtRest;
    private MembershipView? _view;
    private long _tokens;

    public HolderActor(GraphId graph, MeshContext mesh, bool isNew)
    {
        (_graph, _mesh, _isNew) = (graph, mesh, isNew);
        _holding = new HoldingMachine(graph, mesh.Self, mesh.Options.Placement, mesh.Options.Holding);
        _replication = new ReplicationMachine(graph, mesh.Self, mesh.Options.Placement, mesh.Options.Holding);
        Receive<Members>(OnMembers);
        Receive<Linked>(OnLinked);
        Receive<FromMember>(OnFromMember);
        Receive<Acked>(acked => Run(new ReplicationInput.Acked(acked.Node, acked.Heads)));
        Receive<GraphActor.Changed>(OnChanged);
        Receive<Act>(OnAct);
        Receive<Durable>(OnDurable);
        Receive<Polled>(polled => Run(new HoldingInput.PollEnded(polled.Node, polled.Error)));
        Spreading();
        Receive<SyncRouter.Dropped>(_ => OnDropped());
        Guests();
        Receive<MachineTick>(_ => OnTick());
        Receive<ReplicationTick>(_ => OnReplicationTick());
        ReceiveAny(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    private MachineTimer ReplicationTimer => field ??= new MachineTimer(Timers, Context.System.Scheduler, ReplicationTick.Instance);

    /// <param name="graph">The graph.</param>
    /// <param name="mesh">What the actors of the mesh share.</param>
    /// <param name="isNew">Whether the graph was begun here just now.</param>
    public static Props Props(GraphId graph, MeshContext mesh, bool isNew) => Akka.Actor.Props.Create(() => new HolderActor(graph, mesh, isNew));

    protected override void PreStart() => _mesh.Sync.Router.Tell(new SyncRouter.FollowGraph(_graph));

    protected override void PostStop()
    {
        EndFetch(TooLate);
        if (_host is { } host && _linked.TryGetValue(host, out var peer))
            peer.Tell(new PeerActor.Unwant(_graph, LinkKeepers.Mesh));
        _mesh.Sync.Router.Tell(new SyncRouter.UnfollowGraph(_graph));
    }

    private void OnMembers(Members members)
    {
        Run(new ReplicationInput.View(members.View));
        Run(new HoldingInput.View(members.View));
        _view = members.View;
        TellIfIdle();
    }

    private void OnLinked(Linked linked)
    {
        // The actor of a peer that is gone is spoken to for a while still: it takes back there what was wanted.
        if (_host == linked.Node && _linked.Remove(linked.Node, out var former))
        {
            former.Tell(new PeerActor.Unwant(_graph, LinkKeepers.Mesh));
            _host = null;
        }
        if (linked.Peer is { } peer)
            _linked[linked.Node] = peer;
        else
            _linked.Remove(linked.Node);
        HoldSubscription();
    }

    private void OnFromMember(FromMember from)
    {
        if (from.Message is HoldingAck ack)
            Run(new ReplicationInput.Message(from.Node, ack));
        Run(new HoldingInput.Message(from.Node, from.Message));
    }

    private void OnChanged(GraphActor.Changed changed)
    {
        var isNew = _isNew;
        (_isNew, _isHere, _isMissing, _isAtRest) = (false, true, false, changed.Snapshot.IsAtRest);
        Run(new ReplicationInput.Version(changed.Snapshot));
        TellSpread(changed.Snapshot.Heads);
        if (!Postpone(changed))
            Run(new HoldingInput.Version(changed.Snapshot, isNew));
    }

    private void OnAct(Act act)
    {
        if (act.Ack == AckMode.Local)
        {
            _mesh.Sync.Router.Forward(new SyncRouter.ActHere(_graph, act.Action));
            return;
        }
        var (self, asker) = (Self, Sender);
        _mesh.Sync.Router.Ask<GraphActor.Acted>(new SyncRouter.ActHere(_graph, act.Action), _mesh.Sync.Settings.GraphTimeout).PipeTo(
            self,
            success: acted => new Durable(acted.Result, act.Within, asker),
            failure: _ => new Durable(TooSlow, null, asker));
    }

    // Busy would say that nothing was done, and the action be tried elsewhere.
    private SyncError TooSlow => new(
        SyncErrorKind.Unreachable, $"the graph {_graph.ToShortString()} did not answer in time: the action may have been carried out; look before it is tried again");

    private void OnDurable(Durable durable)
    {
        if (!durable.Result.TryGet(out var command, out _))
        {
            durable.Asker.Tell(new GraphActor.Acted(durable.Result));
            return;
        }
        // It may have gone to rest since the commit, when this came late.
        if (_isAtRest)
            _mesh.Sync.Router.Tell(new SyncRouter.WakeGraph(_graph));
        _waiting.Add(++_tokens, durable.Asker);
        Run(new ReplicationInput.Await(_tokens, command, durable.Within));
    }

    private void OnDropped()
    {
        _log.Info("Graph {0} is dropped: others hold all of it", _graph.ToShortString());
        (_isHere, _untold) = (false, null);
        Context.Parent.Tell(new IsRead(_graph, false));
        Run(new HoldingInput.Dropped());
        // Should it come back, it is followed again.
        _mesh.Sync.Router.Tell(new SyncRouter.FollowGraph(_graph));
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new HoldingInput.Tick());
    }

    private void OnReplicationTick()
    {
        if (ReplicationTimer.IsDue())
            Run(new ReplicationInput.Tick());
    }

    private void Run(ReplicationInput input)
    {
        _replication.Handle(input, Timer.Now, _replicated);
        while (_replicated.TryTake(out var output))
        {
            switch (output)
            {
                case ReplicationOutput.Answer answer when _waiting.Remove(answer.Token, out var asker):
                    asker.Tell(new GraphActor.Acted(answer.Error is { } error ? error : answer.Command) { Durable = answer.Command });
                    break;
                case ReplicationOutput.Send send:
                    Send(send.Node, send.Payload);
                    break;
                case ReplicationOutput.StartTimer timer:
                    ReplicationTimer.Start(timer.At);
                    break;
            }
        }
    }

    private void Run(HoldingInput input)
    {
        _holding.Handle(input, Timer.Now, _held);
        while (_held.TryTake(out var output))
        {
            switch (output)
            {
                case HoldingOutput.Moved moved:
                    OnMoved(moved);
                    break;
                case HoldingOutput.Poll poll:
                    Poll(poll.Node);
                    break;
                case HoldingOutput.Send send:
                    Send(send.Node, send.Payload);
                    break;
                case HoldingOutput.Drop drop:
                    LetGo(drop.Version);
                    break;
                case HoldingOutput.StartTimer timer:
                    Timer.Start(timer.At);
                    break;
            }
        }
        Spread();
        HoldSubscription();
    }

    private void OnMoved(HoldingOutput.Moved moved)
    {
        _log.Debug("Graph {0} is {1} here; {2} others hold it", _graph.ToShortString(), moved.State, moved.Others.Count);
        Context.Parent.Tell(new Moved(_graph, moved.State, moved.Others));
    }
}
