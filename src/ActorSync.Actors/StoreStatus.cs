namespace ActorSync;

/// <summary>What opening a node's store found.</summary>
/// <param name="UncleanEnd">The last run did not end by closing the store.</param>
/// <param name="LostTails">Graphs that have lost their end.</param>
/// <param name="TornBytes">Bytes of commits that were never whole on the disk, cut from the ends of graphs.</param>
/// <param name="NewInstance">A store that was there before has a new instance id, so that peers send again what it may have lost.</param>
/// <param name="LostPeerKnowledge">What was known of the peers' heads was damaged, and is learned anew.</param>
/// <param name="Fsync">When commits are flushed to the disk: always, interval or never.</param>
/// <param name="Risk">What a failure of system or power may take of what was acknowledged, in words; null for nothing.</param>
public sealed record StoreStatus(
    bool UncleanEnd, int LostTails, long TornBytes, bool NewInstance, bool LostPeerKnowledge, string Fsync = "always", string? Risk = null)
{
    /// <summary>A sentence for an operator; null when there is nothing to tell.</summary>
    public string? Describe()
    {
        string[] found =
        [
            .. UncleanEnd ? ["the last run did not end by closing the store"] : (string[])[],
            .. LostTails > 0 ? [$"{(LostTails == 1 ? "1 graph has" : $"{LostTails} graphs have")} lost the end"] : (string[])[],
            .. TornBytes > 0 ? [$"{TornBytes} bytes of commits that were never whole were cut off"] : (string[])[],
            .. NewInstance ? ["the instance id is new, so that peers send again what is missing"] : (string[])[],
            .. LostPeerKnowledge ? ["what was known of the peers was damaged, so that some commands come twice"] : (string[])[],
        ];
        return found.Length == 0 ? null : $"the store was recovered: {string.Join("; ", found)}";
    }
}
