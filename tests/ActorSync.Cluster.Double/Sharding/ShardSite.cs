namespace Akka.Cluster.Double;

/// <summary>
/// A node's part in sharding. Which shards live where is not told around: whoever needs it looks at the sites of the
/// members that it sees, as Akka.NET looks at what it has replicated.
/// </summary>
internal sealed class ShardSite(ClusterNode node, string name, IMessageExtractor extractor)
{
    public ClusterNode Node => node;
    public string Name => name;
    public IMessageExtractor Extractor => extractor;
    public Func<string, Props> Props { get; init; }
    public object StopMessage { get; init; }
    public IShardAllocationStrategy Strategy { get; init; } // null for a proxy, where no shard lives
    public IActorRef Region { get; set; }

    /// <summary>The shards that live here: the coordinator puts them in, the region takes out what it has stopped.</summary>
    public ConcurrentDictionary<string, Shard> Shards { get; } = [];

    /// <summary>It gives its shards away, and gets no more.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>The sites of the members that this one sees, the oldest first.</summary>
    public IEnumerable<ShardSite> All => node.View.Living.OrderBy(member => (member.UpNumber, member))
        .Select(member => ClusterNode.Find(member.UniqueAddress)?.Sites.GetValueOrDefault(name)).OfType<ShardSite>();
    public IEnumerable<ShardSite> Open => All.Where(site => site is { Strategy: not null, IsLeaving: false });

    /// <summary>The one whose region decides where shards live; null while there is none.</summary>
    public ShardSite Coordinator => All.FirstOrDefault(site => site.Strategy is not null);

    public ShardSite HomeOf(string shard) => All.FirstOrDefault(site => site.Shards.ContainsKey(shard));

    /// <summary>The entities of a shard, and whether they are to stop so that it can live elsewhere.</summary>
    internal sealed class Shard
    {
        public bool IsMoving { get; set; }
        public ConcurrentDictionary<string, IActorRef> Entities { get; } = [];
    }
}
