namespace ActorSync.Graphs.Weave;

/// <summary>The order of one version as a whole, for a graph that keeps none: see <see cref="WeaveOrder"/>.</summary>
internal static class SnapshotWeave
{
    /// <summary>The ordinals in the order of the weave, merges left out.</summary>
    public static Result<int[]> Of(GraphSnapshot version)
    {
        var followers = new int[version.Count];
        for (var ordinal = 0; ordinal < version.Count; ordinal++)
        {
            var (left, right) = version.Index.PriorsOf(ordinal);
            if (left >= 0)
                followers[left]++;
            if (right >= 0)
                followers[right]++;
        }
        var strands = new OpenStrands(version.Index);
        foreach (var head in version.Heads)
            strands.Open(version.Find(head.Id));
        var taken = new List<int>(version.Count);
        while (!strands.AtEnd)
        {
            if (strands.Take(out var woven) is { } error)
                return error;
            if (version.Index.PriorityOf(woven.Ordinal) != PriorityOrder.Merge)
                taken.Add(woven.Ordinal);
            var (left, right) = version.Index.PriorsOf(woven.Ordinal);
            if (left >= 0)
                strands.Release(left, followers[left]);
            if (right >= 0)
                strands.Release(right, followers[right]);
        }
        taken.Reverse();
        return taken.ToArray();
    }
}
