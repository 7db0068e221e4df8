namespace ActorSync.Graphs.Index;

/// <summary>Questions about who comes before whom, answered over segments and their skip entries.</summary>
internal static class Ancestry
{
    /// <summary>
    /// The command through which every path from either command to the root passes, the nearest such: the last common
    /// ancestor of the weave. O(log n) segments.
    /// </summary>
    public static int LastCommonAncestor(GraphIndex index, int one, int other)
    {
        one = ClimbToDepth(index, one, index.SegmentOf(other).Depth);
        other = ClimbToDepth(index, other, index.SegmentOf(one).Depth);
        while (true)
        {
            ref var left = ref index.SegmentOf(one);
            ref var right = ref index.SegmentOf(other);
            if (left.First == right.First)
                return Math.Min(one, other);
            // Equal depths have skip entries of equal length, so that both sides stay at one depth.
            var skip = left.Skip >= 0 && index.SegmentOf(left.Skip).First != index.SegmentOf(right.Skip).First;
            (one, other) = skip ? (left.Skip, right.Skip) : (index.DominatorOf(in left), index.DominatorOf(in right));
        }
    }

    /// <summary>Whether the first command is the second or comes before it.</summary>
    public static bool IsAncestor(GraphIndex index, int ancestor, int descendant)
    {
        var steps = int.MaxValue;
        return IsAncestor(index, ancestor, descendant, ref steps)!.Value;
    }

    /// <summary>
    /// The same; each segment that had to be looked at takes one of <paramref name="steps"/>. Null when those are used up.
    /// </summary>
    public static bool? IsAncestor(GraphIndex index, int ancestor, int descendant, ref int steps)
    {
        if (ancestor > descendant)
            return false;
        if (index.Strands.IsAncestor(index, ancestor, descendant) is { } known)
            return known;
        var maxCut = index.MaxCutOf(ancestor);
        HashSet<int> seen = [];
        Stack<int> open = new([descendant]);
        while (open.TryPop(out var at))
        {
            if (--steps < 0)
                return null;
            at = ClimbToMaxCut(index, at, maxCut);
            if (at == ancestor)
                return true;
            ref var segment = ref index.SegmentOf(at);
            // Above the sought max cut the run ends in a merge: what is sought may lie between it and its dominator.
            if (segment.MaxCut <= maxCut || index.RightOf(in segment) is not (>= 0 and var right) || !seen.Add(segment.First))
                continue;
            foreach (var prior in (ReadOnlySpan<int>)[segment.Left, right])
            {
                var answer = prior < ancestor ? false : index.Strands.IsAncestor(index, ancestor, prior);
                if (answer == true)
                    return true;
                if (answer is null)
                    open.Push(prior);
            }
        }
        return false;
    }

    // The entry into the segment of that depth on the chain of dominators; the command itself when it is no deeper.
    private static int ClimbToDepth(GraphIndex index, int from, int depth)
    {
        while (true)
        {
            ref var segment = ref index.SegmentOf(from);
            if (segment.Depth <= depth)
                return from;
            from = index.SegmentOf(segment.Skip).Depth >= depth ? segment.Skip : index.DominatorOf(in segment);
        }
    }

    // The last command on the chain of dominators whose max cut is not below the one given. Where the chain jumps over
    // that max cut, the first command of the run that jumps.
    public static int ClimbToMaxCut(GraphIndex index, int from, int maxCut)
    {
        while (true)
        {
            ref var segment = ref index.SegmentOf(from);
            if (segment.MaxCut <= maxCut)
                return Math.Min(from, segment.First + maxCut - segment.MaxCut);
            if (segment.Skip >= 0 && index.MaxCutOf(segment.Skip) >= maxCut)
                from = segment.Skip;
            else if (index.DominatorOf(in segment) is >= 0 and var dominator && index.MaxCutOf(dominator) >= maxCut)
                from = dominator;
            else
                return segment.First;
        }
    }
}
