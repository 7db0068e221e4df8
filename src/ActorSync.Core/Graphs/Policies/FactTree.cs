namespace ActorSync.Graphs.Policies;

/// <summary>
/// Places and values in order, immutable: a change makes a new tree that shares all but O(log n) nodes with the old one.
/// So the facts of one moment can be read while others are written, and are kept at the price of what changed since.
/// Balanced (AVL), so that no choice of keys makes it deep.
/// </summary>
internal readonly record struct FactTree(FactTree.Node? Root)
{
    // From this part of its facts on, a tree is made anew for less than they are put in one by one.
    private const int MergedPart = 8;

    public static readonly FactTree Empty;

    public int Count => Root?.Count ?? 0;

    /// <summary>A tree of facts that come in the order of their places.</summary>
    public static FactTree Of(ReadOnlySpan<(byte[] Place, FactValue Value)> facts) => new(Build(facts));

    /// <summary>The tree with that value at the place; none takes it away.</summary>
    public FactTree With(byte[] place, FactValue value) => value.IsNone ? Remove(place) : Set(place, value);

    /// <summary>The tree after what was touched.</summary>
    public FactTree With(ReadOnlySpan<FactTouch> touches)
    {
        var tree = this;
        foreach (ref readonly var touch in touches)
        {
            if (touch.IsWrite)
                tree = tree.With(touch.Place, touch.After);
        }
        return tree;
    }

    public FactTree Set(byte[] place, FactValue value) => new(Set(Root, place, value));

    public FactTree Remove(byte[] place) => FindNode(place) is null ? this : new(Remove(Root!, place));

    public FactValue Find(ReadOnlySpan<byte> place) => FindNode(place)?.Value ?? FactValue.None;

    /// <summary>The same; the tree's own array is kept for the place, if it is there.</summary>
    public FactValue Find(ref SoughtPlace place)
    {
        var node = FindNode(place.Bytes);
        if (node is not null)
            place.Kept = node.Place;
        return node?.Value ?? FactValue.None;
    }

    /// <summary>The tree with all these values at their places: many of them are merged in rather than put in one by one.</summary>
    public FactTree With(PlaceTable values)
    {
        if (values.Count < Count / MergedPart)
        {
            var tree = this;
            foreach (ref readonly var entry in values.Entries)
                tree = tree.With(entry.Place, entry.Value);
            return tree;
        }
        return new FactMerge(values).Into(this);
    }

    /// <summary>All whose places begin so, in order.</summary>
    public IEnumerable<Node> From(byte[] prefix)
    {
        var path = new Stack<Node>();
        for (var node = Root; node is not null;)
        {
            if (node.Place.AsSpan().SequenceCompareTo(prefix) >= 0)
            {
                path.Push(node);
                node = node.Left;
            }
            else
            {
                node = node.Right;
            }
        }
        while (path.TryPop(out var next) && next.Place.AsSpan().StartsWith(prefix))
        {
            yield return next;
            for (var node = next.Right; node is not null; node = node.Left)
                path.Push(node);
        }
    }

    private Node? FindNode(ReadOnlySpan<byte> place)
    {
        for (var node = Root; node is not null;)
        {
            var order = place.SequenceCompareTo(node.Place);
            if (order == 0)
                return node;
            node = order < 0 ? node.Left : node.Right;
        }
        return null;
    }

    private static Node? Build(ReadOnlySpan<(byte[] Place, FactValue Value)> facts)
    {
        if (facts.IsEmpty)
            return null;
        var middle = facts.Length / 2;
        return new Node(facts[middle].Place, facts[middle].Value, Build(facts[..middle]), Build(facts[(middle + 1)..]));
    }

    private static Node Set(Node? node, byte[] place, FactValue value)
    {
        if (node is null)
            return new Node(place, value, null, null);
        return place.AsSpan().SequenceCompareTo(node.Place) switch
        {
            0 => new Node(node.Place, value, node.Left, node.Right),
            < 0 => Balanced(node, Set(node.Left, place, value), node.Right),
            _ => Balanced(node, node.Left, Set(node.Right, place, value)),
        };
    }

    private static Node? Remove(Node node, byte[] place)
    {
        switch (place.AsSpan().SequenceCompareTo(node.Place))
        {
            case < 0:
                return Balanced(node, Remove(node.Left!, place), node.Right);
            case > 0:
                return Balanced(node, node.Left, Remove(node.Right!, place));
        }
        if (node.Left is null || node.Right is null)
            return node.Left ?? node.Right;
        var next = node.Right;
        while (next.Left is not null)
            next = next.Left;
        return Balanced(next, node.Left, Remove(node.Right, next.Place));
    }

    // A node with that place and value over these two, whose heights differ by at most two.
    private static Node Balanced(Node at, Node? left, Node? right)
    {
        var lean = Node.HeightOf(left) - Node.HeightOf(right);
        if (lean is >= -1 and <= 1)
            return new Node(at.Place, at.Value, left, right);
        if (lean > 1)
        {
            return Node.HeightOf(left!.Left) >= Node.HeightOf(left.Right)
                ? new Node(left.Place, left.Value, left.Left, new Node(at.Place, at.Value, left.Right, right))
                : Over(left.Right!, new Node(left.Place, left.Value, left.Left, left.Right!.Left), new Node(at.Place, at.Value, left.Right.Right, right));
        }
        return Node.HeightOf(right!.Right) >= Node.HeightOf(right.Left)
            ? new Node(right.Place, right.Value, new Node(at.Place, at.Value, left, right.Left), right.Right)
            : Over(right.Left!, new Node(at.Place, at.Value, left, right.Left!.Left), new Node(right.Place, right.Value, right.Left.Right, right.Right));
    }

    private static Node Over(Node at, Node left, Node right) => new(at.Place, at.Value, left, right);

    internal sealed class Node(byte[] place, FactValue value, Node? left, Node? right)
    {
        public readonly byte[] Place = place;
        public readonly FactValue Value = value;
        public readonly Node? Left = left;
        public readonly Node? Right = right;
        public readonly int Height = Math.Max(HeightOf(left), HeightOf(right)) + 1;
        public readonly int Count = (left?.Count ?? 0) + (right?.Count ?? 0) + 1;

        public static int HeightOf(Node? node) => node?.Height ?? 0;
    }
}
