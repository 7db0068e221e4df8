using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using Akka.Actor;
using Akka.Cluster.Sharding;
using AkkaCluster = Akka.Cluster.Cluster;

namespace ActorSync.Cluster;

/// <summary>
/// A shard lives on the first of the members that hold its graphs, so that whoever owns a graph has it. Placement decides,
/// and the shards follow: at most so many at a time.
/// </summary>
internal sealed class HolderAllocation(MembershipBoard board, PlacementRule rule, AkkaCluster cluster) : IShardAllocationStrategy
{
    /// <summary>Shards that move in one round.</summary>
    public const int MovedAtOnce = 20;

    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        var regions = RegionsOf(currentShardAllocations.Keys);
        foreach (var holder in HoldersOf(shardId))
        {
            if (regions.TryGetValue(holder, out var region))
                return Task.FromResult(region);
        }
        // None of them is known to the coordinator yet: wherever fewest are, until the next round.
        return Task.FromResult(currentShardAllocations.MinBy(pair => pair.Value.Count).Key);
    }

    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        var regions = RegionsOf(currentShardAllocations.Keys);
        // A region that does not answer is not asked to hand over: its shards are free when its node is taken out.
        var misplaced =
            from region in regions
            where board.View.Reaches(region.Key)
            from shard in currentShardAllocations[region.Value]
            where !rebalanceInProgress.Contains(shard)
            let right = HoldersOf(shard).FirstOrDefault(regions.ContainsKey)
            where right != default && right != region.Key && board.View.Reaches(right)
            select shard;
        return Task.FromResult<IImmutableSet<string>>([.. misplaced.Take(Math.Max(0, MovedAtOnce - rebalanceInProgress.Count))]);
    }

    private IReadOnlyList<NodeId> HoldersOf(string shard) => Rendezvous.HoldersOfShard(board.View, int.Parse(shard, CultureInfo.InvariantCulture), rule);

    private Dictionary<NodeId, IActorRef> RegionsOf(IEnumerable<IActorRef> regions)
    {
        var nodes = cluster.State.Members.ToDictionary(member => member.Address, ClusterNames.NodeOf);
        var found = new Dictionary<NodeId, IActorRef>();
        foreach (var region in regions)
        {
            var address = region.Path.Address.HasLocalScope ? cluster.SelfAddress : region.Path.Address;
            if (nodes.GetValueOrDefault(address) is { } node)
                found[node] = region;
        }
        return found;
    }
}
