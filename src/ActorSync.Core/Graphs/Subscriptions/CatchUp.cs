using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What a subscriber lacks of one version, and how far it was sent: found once, then walked push by push. However wide
/// the graph, a place in it says exactly what was sent; a list of heads could not.
/// </summary>
/// <param name="version">The version.</param>
/// <param name="lack">What the subscriber lacks of it, and may be sent.</param>
internal sealed class CatchUp(GraphSnapshot? version, Lack lack)
{
    /// <summary>Nothing to send.</summary>
    public static readonly CatchUp None = new(null, Lack.Nothing);

    /// <summary>The version that the subscriber holds when all is sent, as far as it lets it in.</summary>
    public GraphSnapshot? Version => version;

    /// <summary>What it holds then, with all that comes before.</summary>
    public IReadOnlyCollection<CommandId> Heads => lack.Heads;

    /// <summary>What goes next.</summary>
    public RangeCursor Next { get; set; } = new(lack.Missing);

    /// <summary>Whether all was sent.</summary>
    public bool IsDone => Next.AtEnd;

    /// <summary>
    /// The next push: as many of the commands as go into it. Made once for all subscribers who are to be brought to this
    /// version from the same place.
    /// </summary>
    /// <param name="form">How the block is written.</param>
    /// <param name="room">The most bytes that the block may take.</param>
    /// <param name="fill">Bytes that it is filled to.</param>
    /// <param name="limits">The limits of commands in one message.</param>
    /// <returns>Null when not one command fits.</returns>
    public PushBatch? Batch(BlockForm form, int room, int fill, WireLimits limits)
    {
        if (Next.IsAtStart && lack.Whole is { } whole && whole.Form == form && whole.Commands.Bytes.Length <= Math.Min(room, fill))
            return whole;
        var batch = PushBatch.Of(version!, Next, form, room, fill, limits);
        if (Next.IsAtStart && batch is { Next.AtEnd: true })
            lack.Whole = batch;
        return batch;
    }

    /// <summary>Whether this command was sent on the way.</summary>
    public bool HasSent(int ordinal)
    {
        if (!IsDone && ordinal >= Next.Ordinal)
            return false;
        var (low, high) = (0, lack.Missing.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (ordinal < lack.Missing[middle].First)
                high = middle - 1;
            else if (ordinal > lack.Missing[middle].Last)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }
}
