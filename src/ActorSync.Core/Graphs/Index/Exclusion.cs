namespace ActorSync.Graphs.Index;

/// <summary>What of a graph can be held without some commands, and so without all that follows them.</summary>
internal static class Exclusion
{
    /// <summary>
    /// Commands of which all that can be held is one, or comes before one; some may come before others. Costs the segments
    /// that are left out, each looked at once for every excluded command.
    /// </summary>
    public static List<int> Below(GraphIndex index, IEnumerable<int> heads, int[] excluded)
    {
        var below = new List<int>();
        var seen = new HashSet<int>();
        var open = new Stack<int>(heads);
        while (open.TryPop(out var ordinal))
        {
            ref var segment = ref index.SegmentOf(ordinal);
            var first = segment.First;
            if (!Array.Exists(excluded, other => other <= first && Ancestry.IsAncestor(index, other, first)))
            {
                // Held up to the command before the first that is excluded in the segment itself.
                foreach (var other in excluded)
                    ordinal = other > first && other <= ordinal ? other - 1 : ordinal;
                below.Add(ordinal);
            }
            else if (seen.Add(first))
            {
                if (segment.Left >= 0)
                    open.Push(segment.Left);
                if (index.RightOf(in segment) is >= 0 and var right)
                    open.Push(right);
            }
        }
        return below;
    }
}
