namespace Akka.Cluster.Sharding;

public interface IMessageExtractor
{
    string EntityId(object message);
    object EntityMessage(object message);
    string ShardId(object message);
    string ShardId(string entityId, object messageHint = null);
}

public interface IShardAllocationStrategy
{
    Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations);
    Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress);
}

/// <summary>Tells a region to hand its shards over and to stop.</summary>
public sealed class GracefulShutdown
{
    private GracefulShutdown() { }
    public static readonly GracefulShutdown Instance = new();
}

public sealed class ShardRegion
{
    private ShardRegion() { }
    public sealed class StartEntity(string entityId)
    {
        public readonly string EntityId = entityId;
    }
}

/// <summary>Asks a region for what lives where: how many entities each shard of each region has.</summary>
public sealed class GetClusterShardingStats(TimeSpan timeout);

public sealed class ClusterShardingStats(IImmutableDictionary<Address, ShardRegionStats> regions)
{
    public readonly IImmutableDictionary<Address, ShardRegionStats> Regions = regions;
}

public sealed class ShardRegionStats(IImmutableDictionary<string, int> stats)
{
    public readonly IImmutableDictionary<string, int> Stats = stats;
}

/// <summary>Where it is kept which shards are where: here nowhere but with the eldest.</summary>
public enum StateStoreMode { Persistence, DData }

public sealed class ClusterShardingSettings
{
    public readonly string Role;
    public ClusterShardingSettings WithStateStoreMode(StateStoreMode mode) => this;

    private ClusterShardingSettings(string role) => Role = role;

    public static ClusterShardingSettings Create(ActorSystem system) => new(null);
    public ClusterShardingSettings WithRole(string role) => new(role);
}

public class ClusterSharding
{
    private readonly ClusterNode _node;

    private ClusterSharding(ClusterNode node) => _node = node;

    public static ClusterSharding Get(ActorSystem system) => new(ClusterNode.Of(system));

    public IActorRef Start(
        string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy, object handOffStopMessage) =>
        settings.Role is { } role && !_node.Roles.Contains(role)
            ? StartProxy(typeName, role, messageExtractor)
            : Start(new ShardSite(_node, typeName, messageExtractor) { Props = entityPropsFactory, Strategy = allocationStrategy, StopMessage = handOffStopMessage });

    public IActorRef StartProxy(string typeName, string role, IMessageExtractor messageExtractor) => Start(new ShardSite(_node, typeName, messageExtractor));

    private IActorRef Start(ShardSite site)
    {
        site.Region = _node.System.SystemActorOf(Props.Create(() => new RegionActor(site)), $"sharding-{site.Name}");
        _node.Sites[site.Name] = site;
        return site.Region;
    }
}
