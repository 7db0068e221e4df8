using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync.Placement;

/// <summary>
/// Rendezvous hashing, of the highest random weight: every member has a weight for every graph, and the members with the
/// greatest hold it. No table, no agreement beyond the members themselves; a member that comes takes its share of graphs
/// evenly from the others, and one that goes leaves its share to them, and no other graph moves.
/// <para>
/// The weight is part of the protocol: nodes of all versions must compute the same. Over 64-bit numbers, with wrap-around,
/// where g0 to g3 are the four 8-byte parts of the graph's id and n0, n1 the two of the node's, highest byte first:
/// <code>
/// mix(x) = let y = (x ^ x >> 30) * bf58476d1ce4e5b9, z = (y ^ y >> 27) * 94d049bb133111eb in z ^ z >> 31
/// weight = mix((mix(mix(n0 + 9e3779b97f4a7c15) ^ n1) ^ mix(g0 ^ g2)) + mix(g1 ^ g3))
/// </code>
/// Of equal weights the greater node id counts as the greater.
/// </para>
/// <para>
/// Where graphs are put into shards, the shard of a graph is the first 8 bytes of its id, highest first, modulo their
/// number, and the weight is that for a graph whose id is the shard's number, highest byte first.
/// </para>
/// </summary>
public static class Rendezvous
{
    /// <summary>How much a member is drawn to a graph.</summary>
    public static ulong Weight(NodeId node, GraphId graph)
    {
        Span<byte> id = stackalloc byte[CommandId.Size];
        graph.Init.CopyTo(id);
        return Weight(node, OfGraph(id));
    }

    /// <summary>The shard of a graph, 0 or more, where graphs are put into so many.</summary>
    public static int ShardOf(GraphId graph, int shards)
    {
        Span<byte> id = stackalloc byte[CommandId.Size];
        graph.Init.CopyTo(id);
        return (int)(Part(id, 0) % (ulong)shards);
    }

    /// <summary>The members that hold a graph, the one with the greatest weight first: fewer than the rule's factor when there are not so many.</summary>
    public static IReadOnlyList<NodeId> Holders(MembershipView view, GraphId graph, PlacementRule rule)
    {
        if (rule.Shards is { } shards)
            return HoldersOfShard(view, ShardOf(graph, shards), rule);
        Span<byte> id = stackalloc byte[CommandId.Size];
        graph.Init.CopyTo(id);
        return Holders(view, OfGraph(id), rule);
    }

    /// <summary>The same for the graphs of a shard.</summary>
    public static IReadOnlyList<NodeId> HoldersOfShard(MembershipView view, int shard, PlacementRule rule)
    {
        Span<byte> id = stackalloc byte[CommandId.Size];
        id.Clear();
        BinaryPrimitives.WriteInt32BigEndian(id[^sizeof(int)..], shard);
        return Holders(view, OfGraph(id), rule);
    }

    private static NodeId[] Holders(MembershipView view, (ulong, ulong) parts, PlacementRule rule)
    {
        var weights = new List<(ulong Weight, NodeId Node)>(view.Members.Count);
        foreach (var member in view.Members)
        {
            if (rule.Role is null || member.HasRole(rule.Role))
                weights.Add((Weight(member.Node, parts), member.Node));
        }
        weights.Sort((x, y) => x.Weight != y.Weight ? y.Weight.CompareTo(x.Weight) : y.Node.Value.CompareTo(x.Node.Value));
        var holders = new NodeId[Math.Min(rule.Factor ?? weights.Count, weights.Count)];
        for (var i = 0; i < holders.Length; i++)
            holders[i] = weights[i].Node;
        return holders;
    }

    private static (ulong, ulong) OfGraph(ReadOnlySpan<byte> id) => (Mix(Part(id, 0) ^ Part(id, 2)), Mix(Part(id, 1) ^ Part(id, 3)));

    private static ulong Weight(NodeId node, (ulong First, ulong Second) graph)
    {
        var (high, low) = ((ulong)(node.Value >> 64), (ulong)node.Value);
        return Mix((Mix(Mix(high + 0x9e3779b97f4a7c15) ^ low) ^ graph.First) + graph.Second);
    }

    private static ulong Part(ReadOnlySpan<byte> id, int part) => BinaryPrimitives.ReadUInt64BigEndian(id[(8 * part)..]);

    private static ulong Mix(ulong x)
    {
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        return x ^ x >> 31;
    }
}
