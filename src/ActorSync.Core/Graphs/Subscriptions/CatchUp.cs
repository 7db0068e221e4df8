using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What a subscriber lacks of one version, and how far it was sent: found once, then walked push by push. However wide
/// the graph, a place in it says exactly what was sent; a list of heads could not.
/// </summary>
internal sealed class CatchUp(GraphSnapshot? version, IReadOnlyList<OrdinalRange> missing)
{
    /// <summary>Nothing to send.</summary>
    public static readonly CatchUp None = new(null, []);

    /// <summary>The version that the subscriber holds when all is sent.</summary>
    public GraphSnapshot? Version => version;

    /// <summary>What goes next.</summary>
    public RangeCursor Next { get; set; } = new(missing);

    /// <summary>Whether all was sent.</summary>
    public bool IsDone => Next.AtEnd;

    /// <summary>Whether this command was sent on the way.</summary>
    public bool HasSent(int ordinal)
    {
        if (!IsDone && ordinal >= Next.Ordinal)
            return false;
        var (low, high) = (0, missing.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (ordinal < missing[middle].First)
                high = middle - 1;
            else if (ordinal > missing[middle].Last)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }
}
