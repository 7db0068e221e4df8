using System.Security.Cryptography;
using ActorSync.Peers;

namespace ActorSync.Graphs.Spread;

/// <summary>
/// Who of the members that hold a graph keeps whom as a neighbour: docs/mesh.md, "How commits spread". The members stand
/// on several rings, on each in the order of another hash of their names; the neighbours of a member are those before and
/// behind it on each. So two are neighbours of each other or not at all, nobody has more than twice as many as there are
/// rings, one ring alone joins all, two hold together when many are gone at once, and whoever comes or goes is noticed by
/// those beside it alone. A member that is known to be gone is passed over: the rings close over the others.
/// <para>Immutable; made once for a view of the members, and shared by the machines of all graphs that these hold.</para>
/// </summary>
public sealed class Overlay
{
    /// <summary>The most neighbours that may be asked for.</summary>
    public const int MostNeighbours = 16;

    private readonly NodeId[][] _rings;
    private readonly Dictionary<NodeId, int>[] _places;

    /// <param name="members">The members; this node is among them if it holds the graph itself.</param>
    /// <param name="neighbours">How many neighbours each should have: 2 to <see cref="MostNeighbours"/>, an odd number counts as the next even one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of neighbours is not in its range.</exception>
    public Overlay(IEnumerable<NodeId> members, int neighbours = 4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbours, MostNeighbours);
        NodeId[] all = [.. members.Distinct()];
        _rings = [.. Enumerable.Range(0, (neighbours + 1) / 2).Select(ring => OrderOf(all, ring))];
        _places = [.. _rings.Select(ring => ring.Index().ToDictionary(place => place.Item, place => place.Index))];
    }

    /// <summary>An overlay of nobody.</summary>
    public static readonly Overlay Empty = new([]);

    /// <summary>The members, in the order of the first ring.</summary>
    public IReadOnlyList<NodeId> Members => _rings[0];

    /// <summary>Whether the node is a member.</summary>
    public bool Contains(NodeId node) => _places[0].ContainsKey(node);

    /// <summary>The neighbours of a member, the nearest of the first ring first; none of a node that is no member.</summary>
    /// <param name="node">The member.</param>
    /// <param name="isGone">Those that are passed over; null for nobody.</param>
    public IReadOnlyList<NodeId> NeighboursOf(NodeId node, Predicate<NodeId>? isGone = null)
    {
        var found = new List<NodeId>(2 * _rings.Length);
        if (!Contains(node))
            return found;
        for (var ring = 0; ring < _rings.Length; ring++)
        {
            foreach (var step in (ReadOnlySpan<int>)[1, -1])
            {
                if (Next(ring, node, step, isGone) is { } next && !found.Contains(next))
                    found.Add(next);
            }
        }
        return found;
    }

    /// <summary>
    /// Of the neighbours of a member those that the tree of a graph joins it to. All who see the same members find the
    /// same tree: the shortest ways along neighbours from the member that comes next to the graph's name on the first
    /// ring, so that different graphs have different trees.
    /// </summary>
    public IReadOnlySet<NodeId> TreeOf(GraphId graph, NodeId node)
    {
        var joined = new HashSet<NodeId>();
        if (!Contains(node))
            return joined;
        var root = RootOf(graph);
        var reached = new HashSet<NodeId> { root };
        var queue = new Queue<NodeId>([root]);
        while (queue.TryDequeue(out var parent))
        {
            foreach (var child in NeighboursOf(parent))
            {
                if (!reached.Add(child))
                    continue;
                queue.Enqueue(child);
                if (child == node)
                    joined.Add(parent);
                else if (parent == node)
                    joined.Add(child);
            }
        }
        return joined;
    }

    private NodeId RootOf(GraphId graph)
    {
        Span<byte> name = stackalloc byte[CommandId.Size];
        graph.Init.CopyTo(name);
        var at = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(name);
        var place = Array.FindIndex(_rings[0], member => PlaceOf(member, 0) >= at);
        return _rings[0][Math.Max(0, place)];
    }

    private NodeId? Next(int ring, NodeId node, int step, Predicate<NodeId>? isGone)
    {
        var (members, place) = (_rings[ring], _places[ring][node]);
        for (var steps = 1; steps < members.Length; steps++)
        {
            var next = members[(place + (step * steps) + members.Length) % members.Length];
            if (isGone is null || !isGone(next))
                return next;
        }
        return null;
    }

    private static NodeId[] OrderOf(NodeId[] members, int ring) => [.. members.OrderBy(member => PlaceOf(member, ring)).ThenBy(member => member.Value)];

    private static UInt128 PlaceOf(NodeId member, int ring)
    {
        Span<byte> named = stackalloc byte[1 + NodeId.Size];
        named[0] = (byte)ring;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(named[1..], member.Value);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(named, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
