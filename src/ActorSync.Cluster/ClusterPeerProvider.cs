using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorSync.Peers.Providers;
using Akka.Actor;
using Akka.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;
using ClusterMember = Akka.Cluster.Member;

namespace ActorSync.Cluster;

/// <summary>
/// The other members of the Akka cluster that an actor system is in, nodes or not, while they are Up: each at the host of its
/// remoting, and without a port, as what is spoken of there is another one. Of members that are nodes their names are known.
/// </summary>
/// <param name="system">The actor system.</param>
/// <param name="role">Only members of this role; null for all.</param>
public sealed class ClusterPeerProvider(ActorSystem system, string? role = null) : IPeerProvider
{
    public string Name => "cluster";

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Who reads slowly is told of the latest alone.
        var found = Channel.CreateBounded<Result<PeerSet>>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var watcher = system.ActorOf(Akka.Actor.Props.Create(() => new Watcher(role, found.Writer)));
        try
        {
            var views = new PeerViews();
            await foreach (var peers in found.Reader.ReadAllAsync(cancellation))
            {
                if (views.Found(peers) is { } changed)
                    yield return changed;
            }
        }
        finally
        {
            system.Stop(watcher);
        }
    }

    private sealed class Watcher : ReceiveActor
    {
        private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
        private readonly Dictionary<UniqueAddress, ClusterMember> _up = [];
        private readonly ChannelWriter<Result<PeerSet>> _found;

        public Watcher(string? role, ChannelWriter<Result<PeerSet>> found)
        {
            _found = found;
            Receive<ClusterEvent.IMemberEvent>(changed =>
            {
                var member = changed.Member;
                if (member.Status != Akka.Cluster.MemberStatus.Up)
                    _up.Remove(member.UniqueAddress);
                else if (!member.UniqueAddress.Equals(_cluster.SelfUniqueAddress) && (role is null || member.Roles.Contains(role)))
                    _up[member.UniqueAddress] = member;
                found.TryWrite(Peers());
            });
            ReceiveAny(_ => { });
        }

        protected override void PreStart() => _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

        protected override void PostStop()
        {
            _cluster.Unsubscribe(Self);
            _found.TryComplete();
        }

        private Result<PeerSet> Peers()
        {
            var peers = new List<PeerEndpoint>();
            foreach (var member in _up.Values)
            {
                if (PeerEndpoint.Of(member.Address.Host!, null, ClusterNames.NodeOf(member)) is not { } peer)
                    return new SyncError(SyncErrorKind.InvalidRequest, $"the member {member.Address} has no host that can be dialed");
                peers.Add(peer);
            }
            return PeerSet.Of(peers);
        }
    }
}
