namespace Akka.Cluster;

/// <summary>The cluster as one of its systems sees it.</summary>
public class Cluster
{
    private readonly ClusterNode _node;

    private Cluster(ClusterNode node) => _node = node;

    public Address SelfAddress => SelfUniqueAddress.Address;
    public UniqueAddress SelfUniqueAddress => _node.Self;
    public ImmutableHashSet<string> SelfRoles => _node.Roles;
    public ClusterEvent.CurrentClusterState State => new(_node.View.Living);

    public static Cluster Get(ActorSystem system) => new(ClusterNode.Of(system));
    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode initialStateMode, params Type[] to) => _node.Daemon.Tell(new ClusterDaemon.Subscribe(subscriber, to));
    public void Unsubscribe(IActorRef subscriber) => _node.Daemon.Tell(new ClusterDaemon.Unsubscribe(subscriber));
    public void Leave(Address address) => _node.Daemon.Tell(new ClusterDaemon.Change(address, MemberStatus.Leaving));
    public void Down(Address address) => _node.Daemon.Tell(new ClusterDaemon.Change(address, MemberStatus.Down));
}
