using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.States;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

/// <summary>
/// The membership of a mesh at this node: interprets a <see cref="MembershipMachine"/> over the reserved state, whose
/// actor spreads it, and over the links, whose signs of life it listens to.
/// <code>
/// Opening ──state read──> Member ──Leave──> Leaving ──told to another──> HasLeft
/// </code>
/// </summary>
public sealed partial class MembershipActor : ReceiveActor, IWithTimers, IWithUnboundedStash
{
    private static readonly TimeSpan LookWhetherTold = TimeSpan.FromMilliseconds(50);

    private readonly SyncContext _sync;
    private readonly IActorRef _peers;
    private readonly MeshOptions _options;
    private readonly MembershipBoard _board;
    private readonly TimeProvider _time;
    private readonly MembershipMachine _machine;
    private readonly Outbox<MembershipOutput> _outbox = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IActorRef> _leaving = [];
    private readonly Dictionary<long, IActorRef> _removals = [];
    // Who is answered when the write that comes next is durable.
    private IActorRef? _remover;
    private Dictionary<NodeId, PeerRef> _linked = [];
    private IActorRef _state = ActorRefs.Nobody;
    private bool _hasLeft;

    public MembershipActor(SyncContext sync, IActorRef peers, MeshOptions options, MembershipBoard board, TimeProvider time)
    {
        _sync = sync;
        _peers = peers;
        _options = options;
        _board = board;
        _time = time;
        _machine = new MembershipMachine(sync.Self.Node, options.Endpoints, options.Roles, options.Join, options.Membership, sync.Random, options.Placement.Announced);
        Receive<SyncRouter.StateOpened>(OnStateOpened);
        Receive<StateActor.Content>(OnContent);
        Receive<FromPeer>(from => from.Peer.Actor.Tell(PeerActor.Handled.Instance));
        Receive<GetJoined>(_ => TellJoined());
        ReceiveAny(_ => Stash.Stash());
    }

    public IStash Stash { get; set; } = null!;

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    private WallTime Wall => new(_time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <param name="sync">What the actors of the node share.</param>
    /// <param name="peers">Keeps the links.</param>
    /// <param name="options">The mesh, with the node's own endpoints.</param>
    /// <param name="board">Shows the members to whoever asks.</param>
    /// <param name="time">The wall clock.</param>
    public static Props Props(SyncContext sync, IActorRef peers, MeshOptions options, MembershipBoard board, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new MembershipActor(sync, peers, options, board, time));

    /// <summary>Why a node cannot be a member like that; null when it can.</summary>
    public static SyncError? Check(NodeId self, MeshOptions options)
    {
        try
        {
            _ = new MembershipMachine(self, options.Endpoints, options.Roles, options.Join, options.Membership, new Random(0), options.Placement.Announced);
            return null;
        }
        catch (SyncException refused)
        {
            return refused.Error;
        }
    }

    protected override void PreStart()
    {
        _sync.Router.Tell(new SyncRouter.OpenState(MembershipSettings.State, _options.Membership.StateSettings));
        _sync.Router.Tell(SyncRouter.ServeMembership.Instance);
    }

    private void OnStateOpened(SyncRouter.StateOpened opened)
    {
        if (!opened.Actor.TryGet(out var state, out var error))
        {
            _log.Error("The members of the mesh cannot be kept: {0}", error);
            return;
        }
        _state = state;
        _state.Tell(StateActor.Follow.Instance);
        _state.Tell(new StateActor.GetContent(IsWhole: true));
    }

    // The first content is that of the following; the second has the tombstones, too.
    private void OnContent(StateActor.Content content)
    {
        if (content.Entries.Error is { } error)
        {
            _log.Error("The members of the mesh cannot be read: {0}", error);
            return;
        }
        Become(Reading);

        void Reading()
        {
            Receive<StateActor.Content>(OnWholeContent);
            Receive<FromPeer>(from => from.Peer.Actor.Tell(PeerActor.Handled.Instance));
            Receive<GetJoined>(_ => TellJoined());
            ReceiveAny(_ => Stash.Stash());
        }
    }

    private void OnWholeContent(StateActor.Content content)
    {
        if (!content.Entries.TryGet(out var entries, out var error))
        {
            _log.Error("The members of the mesh cannot be read: {0}", error);
            return;
        }
        Become(Member);
        Timers.StartPeriodicTimer(Listen.Instance, Listen.Instance, _options.Membership.AliveWithin / 3);
        Run(new MembershipInput.Started(entries, Wall));
        Stash.UnstashAll();
    }

    private void Member()
    {
        Receive<StateActor.Changed>(changed => Run(new MembershipInput.Changed(changed.Entries, changed.Expired, Wall)));
        Receive<StateActor.Linked>(OnLinked);
        Receive<FromPeer>(OnFromPeer);
        Receive<Written>(OnWritten);
        Receive<Listen>(_ => OnListen());
        Receive<MachineTick>(_ => OnTick());
        Receive<Remove>(OnRemove);
        Receive<Leave>(_ => OnLeave());
        Receive<StateActor.Status>(status => OnStateStatus(status.Now));
        Joining();
        ReceiveAny(_ => { });
    }

    private void OnLinked(StateActor.Linked linked)
    {
        var before = _linked;
        _linked = linked.Peers.ToDictionary(peer => peer.Identity.Node);
        foreach (var gone in before.Keys.Where(node => !_linked.ContainsKey(node)))
            Run(new MembershipInput.Unlinked(gone, Wall));
        foreach (var (node, _) in _linked.Where(peer => before.GetValueOrDefault(peer.Key) != peer.Value))
            Run(new MembershipInput.Linked(node, Wall));
    }

    private void OnFromPeer(FromPeer from)
    {
        Run(new MembershipInput.Message(from.Peer.Identity.Node, from.Message, Wall));
        from.Peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    // A link tells of nothing but payloads: keep-alives are asked for.
    private void OnListen()
    {
        foreach (var (node, peer) in _linked)
            Run(new MembershipInput.Heard(node, Timer.Now + -(peer.Link?.SilentFor ?? TimeSpan.Zero), Wall));
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new MembershipInput.Tick(Wall));
    }

    private void OnRemove(Remove remove)
    {
        if (_machine.View.Find(remove.Node) is null || remove.Node == _sync.Self.Node)
        {
            Sender.Tell(new Removing(new SyncError(SyncErrorKind.InvalidRequest, $"{remove.Node} is no other member of the mesh")));
            return;
        }
        _remover = Sender;
        Run(new MembershipInput.Remove(remove.Node, Wall));
        // One that is removed already is not removed twice.
        _remover?.Tell(new Removing(null));
        _remover = null;
    }

    private void OnWritten(Written written)
    {
        if (_removals.Remove(written.Token, out var remover))
            remover.Tell(new Removing(written.Error));
        Run(new MembershipInput.Written(written.Token, written.Error, Wall));
    }

    private void OnLeave()
    {
        _leaving.Add(Sender);
        if (_hasLeft)
            LookWhetherItIsTold();
        else
            Run(new MembershipInput.Leave(Wall));
    }

    private void LookWhetherItIsTold() => _state.Tell(StateActor.GetStatus.Instance);

    private void OnStateStatus(StateStatus status)
    {
        if (status.Error is null && status.Peers.Count > 0 && !status.Peers.Any(peer => peer.IsLevel))
        {
            Context.System.Scheduler.ScheduleTellOnce(LookWhetherTold, _state, StateActor.GetStatus.Instance, Self);
            return;
        }
        foreach (var asker in _leaving)
            asker.Tell(HasLeft.Instance);
        _leaving.Clear();
    }

    private void Run(MembershipInput input)
    {
        _machine.Handle(input, Timer.Now, _outbox);
        while (_outbox.TryTake(out var output))
            Do(output);
    }

    private void Do(MembershipOutput output)
    {
        switch (output)
        {
            case MembershipOutput.Write write:
                OnWrite(write);
                break;
            case MembershipOutput.Connect connect:
                _peers.Tell(new PeersActor.Dial(connect.Endpoint, LinkKeepers.Mesh));
                break;
            case MembershipOutput.Disconnect disconnect:
                _peers.Tell(new PeersActor.LetGo(disconnect.Endpoint, LinkKeepers.Mesh));
                break;
            case MembershipOutput.Send send when _linked.TryGetValue(send.Node, out var peer):
                peer.Actor.Tell(new PeerActor.Send(send.Payload, null));
                break;
            case MembershipOutput.View view:
                _board.Publish(view.Value);
                _sync.Events.Publish(new ViewChanged(view.Value));
                break;
            case MembershipOutput.Event happened:
                Tell(happened);
                break;
            case MembershipOutput.Trouble trouble:
                _sync.Errors.Count(trouble.Error.Kind);
                _log.Warning("Mesh: {0}", trouble.Error.Message);
                break;
            case MembershipOutput.NotJoined waiting:
                LookAtSeeds(waiting);
                break;
            case MembershipOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
            case MembershipOutput.Left:
                _hasLeft = true;
                LookWhetherItIsTold();
                break;
        }
    }

    private void OnWrite(MembershipOutput.Write write)
    {
        if (_remover is { } remover && write.Set.Value is null)
        {
            _removals.Add(write.Token, remover);
            _remover = null;
        }
        var (self, token) = (Self, write.Token);
        _state.Ask<StateActor.Applied>(new StateActor.Set([write.Set]), _sync.Settings.GraphTimeout).PipeTo(
            self,
            success: applied => new Written(token, applied.Result.Error),
            failure: why => new Written(token, new SyncError(SyncErrorKind.StoreFailed, $"the mesh's state did not answer: {why.Message}")));
    }

    private void Tell(MembershipOutput.Event happened)
    {
        var what = happened.Kind switch
        {
            MemberEventKind.Joined => "joined",
            MemberEventKind.Announced => "announced itself anew",
            MemberEventKind.Left => "left",
            MemberEventKind.Removed => "was removed",
            MemberEventKind.Expired => "did not renew its entry, and is no member any more",
            _ => happened.Member.Reach switch
            {
                MemberReach.Reachable => "is reachable",
                MemberReach.Unreachable => "is not reachable from here",
                _ => "is not reachable from any member that was asked",
            },
        };
        _log.Info("Mesh: member {0} {1}", happened.Member, what);
    }
}
