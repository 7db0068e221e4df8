using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Peers;

namespace ActorSync.Core.Tests.Spread;

/// <summary>Who keeps whom as a neighbour: whatever the members are, all hang together, and nobody has too many.</summary>
public sealed class OverlayTests
{
    private static readonly GraphId Graph = new(Command.Init("a graph"u8.ToArray()).Id);

    public static TheoryData<int> Sizes => [2, 3, 4, 5, 6, 7, 10, 20, 50, 100, 200];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void All_hang_together_and_nobody_has_too_many_neighbours(int size)
    {
        foreach (var neighbours in new[] { 2, 4, 6 })
        {
            var overlay = new Overlay(Draw(size, seed: size), neighbours);
            Assert.Equal(size, Reached(overlay.Members, node => overlay.NeighboursOf(node)));
            Assert.All(overlay.Members, node => Assert.InRange(overlay.NeighboursOf(node).Count, 1, neighbours));
            Assert.All(overlay.Members, node => Assert.DoesNotContain(node, overlay.NeighboursOf(node)));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Two_are_neighbours_of_each_other_or_not_at_all(int size)
    {
        var overlay = new Overlay(Draw(size, seed: size));
        foreach (var node in overlay.Members)
            Assert.All(overlay.NeighboursOf(node), neighbour => Assert.Contains(node, overlay.NeighboursOf(neighbour)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_tree_of_a_graph_joins_all_and_has_no_circle(int size)
    {
        var overlay = new Overlay(Draw(size, seed: size));
        Assert.Equal(size, Reached(overlay.Members, node => overlay.TreeOf(Graph, node)));
        Assert.Equal(2 * (size - 1), overlay.Members.Sum(node => overlay.TreeOf(Graph, node).Count));
        Assert.All(overlay.Members, node => Assert.Empty(overlay.TreeOf(Graph, node).Except(overlay.NeighboursOf(node))));
    }

    [Fact]
    public void It_does_not_matter_in_which_order_the_members_are_given()
    {
        var members = Draw(30, seed: 1);
        var (one, other) = (new Overlay(members), new Overlay(members.Reverse()));
        Assert.All(members, node => Assert.Equal(one.NeighboursOf(node), other.NeighboursOf(node)));
        Assert.All(members, node => Assert.Equal(one.TreeOf(Graph, node).Order(ById), other.TreeOf(Graph, node).Order(ById)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void When_any_three_of_ten_are_gone_the_rest_choose_anew_and_hang_together(int size)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var overlay = new Overlay(Draw(size, seed));
            var gone = overlay.Members.Where(_ => random.NextDouble() < 0.3).ToHashSet();
            var rest = overlay.Members.Where(node => !gone.Contains(node)).ToArray();
            Assert.Equal(rest.Length, Reached(rest, node => overlay.NeighboursOf(node, gone.Contains)));
            Assert.All(rest, node => Assert.InRange(overlay.NeighboursOf(node, gone.Contains).Count, rest.Length > 1 ? 1 : 0, 4));
        }
    }

    [Fact]
    public void Before_anybody_chose_anew_nearly_all_of_the_rest_still_hang_together()
    {
        var (reached, left) = (0, 0);
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var overlay = new Overlay(Draw(50, seed));
            var gone = overlay.Members.OrderBy(_ => random.Next()).Take(15).ToHashSet();
            var rest = overlay.Members.Where(node => !gone.Contains(node)).ToArray();
            left += rest.Length;
            reached += rest.Max(first => Reached([first, .. rest], node => overlay.NeighboursOf(node).Where(next => !gone.Contains(next))));
        }
        Assert.InRange((double)reached / left, 0.97, 1);
    }

    [Fact]
    public void Who_comes_or_goes_is_noticed_by_those_beside_it_alone()
    {
        var members = Draw(100, seed: 3);
        var (before, after) = (new Overlay(members[..^1]), new Overlay(members));
        var changed = members[..^1].Where(node => !before.NeighboursOf(node).SequenceEqual(after.NeighboursOf(node)));
        Assert.InRange(changed.Count(), 1, 4);
    }

    [Fact]
    public void Different_graphs_have_different_trees()
    {
        var overlay = new Overlay(Draw(50, seed: 4));
        var trees = Enumerable.Range(0, 20).Select(i => new GraphId(Command.Init([(byte)i]).Id))
            .Select(graph => string.Join(' ', overlay.Members.Select(node => overlay.TreeOf(graph, node).Count)));
        Assert.InRange(trees.Distinct().Count(), 10, 20);
    }

    [Fact]
    public void A_node_that_is_no_member_has_no_neighbours()
    {
        var overlay = new Overlay(Draw(5, seed: 5));
        Assert.Empty(overlay.NeighboursOf(new NodeId(1)));
        Assert.Empty(overlay.TreeOf(Graph, new NodeId(1)));
        Assert.Empty(Overlay.Empty.Members);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Overlay([], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Overlay([], Overlay.MostNeighbours + 1));
    }

    private static readonly Comparer<NodeId> ById = Comparer<NodeId>.Create((x, y) => x.Value.CompareTo(y.Value));

    private static NodeId[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new NodeId(new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64())))];
    }

    private static int Reached(IReadOnlyList<NodeId> nodes, Func<NodeId, IEnumerable<NodeId>> neighbours)
    {
        if (nodes.Count == 0)
            return 0;
        var reached = new HashSet<NodeId> { nodes[0] };
        var queue = new Queue<NodeId>(reached);
        while (queue.TryDequeue(out var node))
        {
            foreach (var next in neighbours(node).Where(reached.Add))
                queue.Enqueue(next);
        }
        return reached.Count;
    }
}
