namespace ActorSync.Storage;

/// <summary>What opening a store found.</summary>
/// <param name="IsNew">The store was made now.</param>
/// <param name="WasUnclean">The last run did not end by closing the store.</param>
/// <param name="LostTails">Graphs that have lost their end: torn in a crash, or missing after a run that ended cleanly.</param>
/// <param name="TornBytes">Bytes at the ends of graphs that were no whole commit, cut off: what a crash leaves of a commit that was
/// never whole on the disk; after a clean end, what is left of one that was.</param>
/// <param name="IsNewInstance">The instance id was drawn anew.</param>
/// <param name="LostPeerKnowledge">The log of peers' heads was damaged and begun anew: some commands will be sent twice.</param>
/// <param name="LostEnds">Graphs and states that have lost something which was on the disk, now or in an earlier run, and of which
/// nobody knows that it is back.</param>
public sealed record StoreRecovery(bool IsNew, bool WasUnclean, int LostTails, long TornBytes, bool IsNewInstance, bool LostPeerKnowledge, int LostEnds = 0)
{
    /// <summary>
    /// Bytes behind the closing marks of graphs, cut off: the store was closed before them, so that no run of it has written them.
    /// </summary>
    public long StrayBytes { get; init; }

    /// <summary>Graphs and states that were here, in words, whose folders are gone.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The catalog was lost, now or earlier: graphs and states may be missing of which nothing is known.</summary>
    public bool LostCatalog { get; init; }
}
