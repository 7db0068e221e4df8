namespace ActorSync;

/// <summary>What opening a node's store found.</summary>
/// <param name="UncleanEnd">The last run did not end by closing the store.</param>
/// <param name="LostTails">Graphs whose log was torn at its end or lacks it.</param>
/// <param name="TornBytes">Bytes of no whole commit, cut from the ends of graphs: of commits that a crash kept from ever being whole, or of what is left of a lost end.</param>
/// <param name="NewInstance">A store that was there before has a new instance id, so that peers send again what it may have lost.</param>
/// <param name="LostPeerKnowledge">What was known of the peers' heads was damaged, and is learned anew.</param>
/// <param name="Fsync">When commits are flushed to the disk: always, interval or never.</param>
/// <param name="Risk">What a failure of system or power may take of what was acknowledged, in words; null for nothing.</param>
/// <param name="LostEnds">Graphs and states that have lost something, now or in an earlier run, of which nobody knows that it is back.</param>
public sealed record StoreStatus(
    bool UncleanEnd, int LostTails, long TornBytes, bool NewInstance, bool LostPeerKnowledge, string Fsync = "always", string? Risk = null, int LostEnds = 0)
{
    private const int MissingTold = 5;

    /// <summary>Graphs and states, in words, that were here and whose folders are gone.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Which graphs and states there were is not known any more: some may be missing.</summary>
    public bool LostCatalog { get; init; }

    /// <summary>Bytes behind the closing marks of graphs, which no run of the store has written, cut off.</summary>
    public long StrayBytes { get; init; }

    /// <summary>A sentence for an operator; null when there is nothing to tell.</summary>
    public string? Describe()
    {
        string[] found =
        [
            .. UncleanEnd ? ["the last run did not end by closing the store"] : (string[])[],
            .. LostEnds > 0 ? [$"{(LostEnds == 1 ? "1 graph or state has" : $"{LostEnds} graphs or states have")} lost something that was on the disk, and it is not known to be back (actorsync store verify names it)"] : (string[])[],
            .. Missing.Count > 0 ? [$"missing, and not dropped: {string.Join(", ", Missing.Take(MissingTold))}{(Missing.Count > MissingTold ? $" and {Missing.Count - MissingTold} more" : "")} (actorsync store repair)"] : (string[])[],
            .. LostCatalog ? ["the catalog was lost, so that graphs and states may be missing of which nothing is known (actorsync store repair)"] : (string[])[],
            .. TornBytes > 0 ? [LostEnds > 0 ? $"{TornBytes} bytes that were left of it and are no whole commit were cut off" : $"{TornBytes} bytes of commits that were never whole were cut off"] : (string[])[],
            .. StrayBytes > 0 ? [$"{StrayBytes} bytes behind closing marks, which no run of the store has written, were cut off"] : (string[])[],
            .. NewInstance ? ["the instance id is new, so that peers send again what is missing"] : (string[])[],
            .. LostPeerKnowledge ? ["what was known of the peers was damaged, so that some commands come twice"] : (string[])[],
        ];
        return found.Length == 0 ? null : $"the store was recovered: {string.Join("; ", found)}";
    }
}
