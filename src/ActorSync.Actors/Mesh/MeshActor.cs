using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// The graphs of a mesh at this node: a <see cref="HolderActor"/> for each that is here, or that others say is to be here.
/// An action on a graph that is not served here goes to a member that serves it, and those that others have forwarded are
/// carried out.
/// </summary>
internal sealed partial class MeshActor : ReceiveActor, IWithTimers
{
    private readonly MeshContext _mesh;
    private readonly ForwardMachine _forward;
    private readonly ForwardedActions _forwarded;
    private readonly Outbox<ForwardOutput> _outbox = new();
    private readonly Dictionary<GraphId, Holding> _holdings = [];
    private readonly Dictionary<long, Forwarding> _forwarding = [];
    private Dictionary<NodeId, PeerRef> _linked = [];
    private MembershipView _view;
    private long _tokens;
    private long _holdersMade;

    public MeshActor(MeshContext mesh)
    {
        _mesh = mesh;
        _view = new MembershipView(mesh.Self, []);
        _forward = new ForwardMachine(mesh.Options.Holding, mesh.Sync.Random);
        _forwarded = new ForwardedActions(mesh.Options.Holding);
        Receive<MembershipActor.ViewChanged>(changed => OnView(changed.View));
        Receive<StateActor.Linked>(OnLinked);
        Receive<SyncRouter.GraphHere>(here => Holder(here.Graph, here.IsNew));
        Guests();
        Receive<HolderActor.Moved>(OnMoved);
        Receive<HolderActor.IsRead>(OnIsRead);
        Receive<SubscriptionActor.PeerAcked>(acked => _holdings.GetValueOrDefault(acked.Graph)?.Actor.Tell(new HolderActor.Acked(acked.Peer, acked.Heads)));
        Receive<FromPeer>(OnFromPeer);
        Receive<Act>(OnAct);
        Receive<CarriedOut>(OnCarriedOut);
        Receive<MachineTick>(_ => OnTick());
        Receive<GetHoldings>(_ => Sender.Tell(new Holdings([.. _holdings.OrderBy(pair => pair.Key.Init).Select(pair => pair.Value.Status(pair.Key, mesh.Self) with { Shard = ShardOf(pair.Key) })])));
        ReceiveAny(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    public static Props Props(MeshContext mesh) => Akka.Actor.Props.Create(() => new MeshActor(mesh));

    protected override void PreStart()
    {
        foreach (var type in new[] { typeof(MembershipActor.ViewChanged), typeof(SubscriptionActor.PeerAcked) })
            _mesh.Sync.Events.Subscribe(Self, type);
        _mesh.Sync.Router.Tell(SyncRouter.ServeMesh.Instance);
    }

    protected override void PostStop() => _mesh.Sync.Events.Unsubscribe(Self);

    private void OnView(MembershipView view)
    {
        foreach (var gone in _view.Members.Where(member => view.Find(member.Node) is null))
            _forwarded.Forget(gone.Node);
        _view = view;
        foreach (var holding in _holdings.Values)
            holding.Actor.Tell(new HolderActor.Members(view));
    }

    private void OnLinked(StateActor.Linked linked)
    {
        var before = _linked;
        _linked = linked.Peers.ToDictionary(peer => peer.Identity.Node);
        foreach (var gone in before.Keys.Where(node => !_linked.ContainsKey(node)))
        {
            TellHolders(new HolderActor.Linked(gone, null));
            Run(new ForwardInput.Unlinked(gone));
        }
        foreach (var (node, peer) in _linked.Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value))
            TellHolders(new HolderActor.Linked(node, peer.Actor));
    }

    private void TellHolders(object message)
    {
        foreach (var holding in _holdings.Values)
            holding.Actor.Tell(message);
    }

    private Holding Holder(GraphId graph, bool isNew)
    {
        if (_holdings.TryGetValue(graph, out var known))
            return known;
        var actor = Context.ActorOf(HolderActor.Props(graph, _mesh, isNew), $"holder-{graph}-{++_holdersMade}");
        var holding = new Holding(actor);
        _holdings.Add(graph, holding);
        foreach (var (node, peer) in _linked)
            actor.Tell(new HolderActor.Linked(node, peer.Actor));
        actor.Tell(new HolderActor.Members(_view));
        return holding;
    }

    private int? ShardOf(GraphId graph) => _mesh.Options.Placement.Shards is { } shards ? Rendezvous.ShardOf(graph, shards) : null;

    private void OnMoved(HolderActor.Moved moved)
    {
        if (_holdings.TryGetValue(moved.Graph, out var holding))
            (holding.State, holding.Others) = (moved.State, moved.Others);
    }

    private void OnIsRead(HolderActor.IsRead read)
    {
        if (_holdings.TryGetValue(read.Graph, out var holding))
            holding.IsRead = read.IsSo;
    }

    // Who is no member has no say in what is held.
    private void OnFromPeer(FromPeer from)
    {
        var node = from.Peer.Identity.Node;
        if (_view.Find(node) is not null)
            Take(node, from.Message);
        else
            from.Peer.Actor.Tell(PeerActor.Send.Failure(
                new SyncError(SyncErrorKind.NotAllowed, $"{from.Message.Type} is for members of the mesh"), 0, null));
        from.Peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    private void Take(NodeId node, SyncMessage message)
    {
        switch (message)
        {
            case Hold hold:
                Holder(hold.Graph, isNew: false).Actor.Tell(new HolderActor.FromMember(node, hold));
                break;
            case HoldingAck ack when _holdings.TryGetValue(ack.Graph, out var asker):
                asker.Actor.Tell(new HolderActor.FromMember(node, ack));
                break;
            case ForwardAction action:
                OnForwarded(node, action);
                break;
            case ForwardResult result:
                Run(new ForwardInput.Message(node, result));
                break;
        }
    }

    private void Send(NodeId node, ReadOnlyMemory<byte> payload)
    {
        if (_linked.TryGetValue(node, out var peer))
            peer.Actor.Tell(new PeerActor.Send(payload, null));
    }

    private sealed class Holding(IActorRef actor)
    {
        public IActorRef Actor { get; } = actor;

        public HoldingState State { get; set; } = HoldingState.Absent;

        public IReadOnlyList<NodeId> Others { get; set; } = [];

        public bool IsRead { get; set; }

        public HoldingStatus Status(GraphId graph, NodeId self)
        {
            var isHolder = State is HoldingState.Serving or HoldingState.TakingOver;
            var holders = isHolder ? Others.Append(self) : Others;
            var name = State == HoldingState.Leaving && IsRead ? HoldingStatus.Guest : State.ToString().ToLowerInvariant();
            return new HoldingStatus(graph.ToString(), name, [.. holders.Select(node => node.ToString()).Order(StringComparer.Ordinal)]);
        }
    }
}
