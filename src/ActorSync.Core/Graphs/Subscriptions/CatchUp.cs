using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What a subscriber lacks of one version, and how far it was sent: found once, then walked push by push. However wide
/// the graph, a place in it says exactly what was sent; a list of heads could not.
/// </summary>
/// <param name="version">The version.</param>
/// <param name="missing">What the subscriber lacks of it, and may be sent.</param>
/// <param name="heads">What the subscriber holds then, with all that comes before.</param>
internal sealed class CatchUp(GraphSnapshot? version, IReadOnlyList<OrdinalRange> missing, IReadOnlyCollection<CommandId> heads)
{
    /// <summary>Nothing to send.</summary>
    public static readonly CatchUp None = new(null, [], []);

    /// <summary>The version that the subscriber holds when all is sent, as far as it lets it in.</summary>
    public GraphSnapshot? Version => version;

    /// <summary>What it holds then, with all that comes before.</summary>
    public IReadOnlyCollection<CommandId> Heads => heads;

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
