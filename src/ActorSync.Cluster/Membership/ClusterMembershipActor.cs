using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Peers;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Event;
using AkkaCluster = Akka.Cluster.Cluster;
using ClusterMember = Akka.Cluster.Member;

namespace ActorSync.Cluster;

/// <summary>
/// The members of the cluster as placement sees them: who is up, and not about to leave. Keeps a link to each, made by the
/// node with the smaller id. The cluster finds out who is gone, and decides it; nothing of that is done here.
/// </summary>
internal sealed class ClusterMembershipActor : ReceiveActor
{
    private static readonly TimeSpan StatsWithin = TimeSpan.FromSeconds(2);

    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly MeshContext _mesh;
    private readonly MembershipBoard _board;
    private readonly IActorRef _region;
    private readonly Dictionary<UniqueAddress, ClusterMember> _members = [];
    private readonly HashSet<UniqueAddress> _unreachable = [];
    private readonly List<IActorRef> _leaving = [];
    private HashSet<string> _dialed = [];
    private bool _isOut;

    public ClusterMembershipActor(MeshContext mesh, MembershipBoard board, IActorRef region)
    {
        _mesh = mesh;
        _board = board;
        _region = region;
        Receive<ClusterEvent.IMemberEvent>(changed => OnMember(changed.Member));
        Receive<ClusterEvent.ReachabilityEvent>(changed => OnReach(changed.Member, changed is ClusterEvent.ReachableMember));
        Receive<MembershipActor.Remove>(OnRemove);
        Receive<MembershipActor.GetJoined>(_ => Sender.Tell(new MembershipActor.Joined(_board.View.Find(mesh.Self) is not null)));
        Receive<MembershipActor.GetShards>(_ => OnGetShards());
        Receive<MembershipActor.Leave>(_ => OnLeave());
        Receive<Terminated>(_ => _cluster.Leave(_cluster.SelfAddress));
        ReceiveAny(_ => { });
    }

    public static Props Props(MeshContext mesh, MembershipBoard board, IActorRef region) =>
        Akka.Actor.Props.Create(() => new ClusterMembershipActor(mesh, board, region));

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.ReachabilityEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    // The others know that it goes, or have put it out.
    private static bool IsOut(ClusterMember member) =>
        member.Status is Akka.Cluster.MemberStatus.Exiting or Akka.Cluster.MemberStatus.Down or Akka.Cluster.MemberStatus.Removed;

    private void OnMember(ClusterMember member)
    {
        if (member.Status == Akka.Cluster.MemberStatus.Removed)
        {
            _members.Remove(member.UniqueAddress);
            _unreachable.Remove(member.UniqueAddress);
        }
        else
        {
            _members[member.UniqueAddress] = member;
        }
        if (member.UniqueAddress.Equals(_cluster.SelfUniqueAddress) && IsOut(member))
        {
            _isOut = true;
            TellLeft();
        }
        Look();
    }

    private void OnReach(ClusterMember member, bool isReachable)
    {
        if (isReachable ? _unreachable.Remove(member.UniqueAddress) : _unreachable.Add(member.UniqueAddress))
            Look();
    }

    // A process that was started anew at another address is the same node, while its last one may not be removed yet.
    private void Look()
    {
        var nodes =
            from member in _members.Values
            where member.Status == Akka.Cluster.MemberStatus.Up
            let node = ClusterNames.NodeOf(member)
            where node is not null
            group member by node.Value into same
            let youngest = same.Aggregate((one, other) => one.IsOlderThan(other) ? other : one)
            select ClusterNames.MemberOf(same.Key, youngest, _unreachable.Contains(youngest.UniqueAddress) ? MemberReach.Unreachable : MemberReach.Reachable);
        var view = new MembershipView(_mesh.Self, nodes);
        if (view.Members.SequenceEqual(_board.View.Members))
            return;
        Tell(view);
        Link(view);
        _board.Publish(view);
        _mesh.Sync.Events.Publish(new MembershipActor.ViewChanged(view));
    }

    private void Tell(MembershipView view)
    {
        foreach (var member in view.Members)
        {
            var before = _board.View.Find(member.Node);
            if (before?.Incarnation != member.Incarnation)
            {
                _log.Info("Cluster: node {0} is up, roles {1}", member, string.Join(", ", member.Roles));
                if (member.Placement != _mesh.Options.Placement.Announced)
                    _log.Warning("Cluster: node {0} places graphs by {1}, this node by {2}: set actorsync.mesh and actorsync.cluster alike on all", member, member.Placement, _mesh.Options.Placement.Announced);
            }
            else if (before.Reach != member.Reach)
                _log.Info("Cluster: node {0} is {1}", member, member.Reach == MemberReach.Reachable ? "reachable again" : "not reachable");
        }
        foreach (var gone in _board.View.Members.Where(member => view.Find(member.Node) is null))
            _log.Info("Cluster: node {0} is gone", gone);
    }

    // Of two the one with the smaller node id dials, or the one that cannot be dialed.
    private void Link(MembershipView view)
    {
        var wanted = view.Members
            .Where(member => member.Node != _mesh.Self && (_mesh.Self.Value < member.Node.Value || _mesh.Options.Endpoints.Count == 0))
            .SelectMany(member => member.Endpoints).ToHashSet();
        foreach (var endpoint in _dialed.Except(wanted))
            _mesh.Peers.Tell(new PeersActor.LetGo(endpoint, LinkKeepers.Mesh));
        foreach (var endpoint in wanted.Except(_dialed))
            _mesh.Peers.Tell(new PeersActor.Dial(endpoint, LinkKeepers.Mesh));
        _dialed = wanted;
    }

    // For one that will not come back, and that the cluster has not found out about: it is downed.
    private void OnRemove(MembershipActor.Remove remove)
    {
        var addresses = _members.Values.Where(member => ClusterNames.NodeOf(member) == remove.Node).Select(member => member.Address).ToArray();
        if (addresses.Length == 0 || remove.Node == _mesh.Self)
        {
            Sender.Tell(new MembershipActor.Removing(new SyncError(SyncErrorKind.InvalidRequest, $"{remove.Node} is no other node of the cluster")));
            return;
        }
        foreach (var address in addresses)
            _cluster.Down(address);
        Sender.Tell(new MembershipActor.Removing(null));
    }

    // First the shards go to others, who find the graphs served here still; then the node is placed nowhere any more.
    private void OnLeave()
    {
        _leaving.Add(Sender);
        if (_isOut)
            TellLeft();
        if (_leaving.Count != 1)
            return;
        Context.Watch(_region);
        _region.Tell(GracefulShutdown.Instance);
    }

    private void OnGetShards()
    {
        var nodes = _members.Values.Where(member => ClusterNames.NodeOf(member) is not null).ToDictionary(member => member.Address, member => ClusterNames.NodeOf(member)!.Value);
        _region.Ask<ClusterShardingStats>(new GetClusterShardingStats(StatsWithin), StatsWithin).PipeTo(
            Sender,
            success: stats => new MembershipActor.Shards(
                stats.Regions.Where(region => nodes.ContainsKey(region.Key)).ToDictionary(region => nodes[region.Key], region => region.Value.Stats.Count)),
            failure: _ => new MembershipActor.Shards(new Dictionary<NodeId, int>()));
    }

    private void TellLeft()
    {
        foreach (var asker in _leaving)
            asker.Tell(MembershipActor.HasLeft.Instance);
        _leaving.Clear();
    }
}
