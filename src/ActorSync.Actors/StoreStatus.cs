namespace ActorSync;

/// <summary>What opening a node's store found.</summary>
/// <param name="UncleanEnd">The last run did not end by closing the store.</param>
/// <param name="LostTails">Graphs whose log was torn at its end or lacks it.</param>
/// <param name="TornBytes">Bytes of no whole commit, cut from the ends of graphs: of commits that a crash kept from ever being whole, or of what is left of a lost end.</param>
/// <param name="NewInstance">A store that was there before has a new instance id, so that peers send again what it may have lost.</param>
/// <param name="LostPeerKnowledge">What was known of the peers' heads was damaged, and is learned anew.</param>
/// <param name="Fsync">When commits are flushed to the disk: always, interval or never.</param>
/// <param name="Risk">What a failure of system or power may take of what was acknowledged, in words; null for nothing.</param>
/// <param name="LostEnds">Graphs and states whose end was there when the last run closed the store, and is not there any more.</param>
public sealed record StoreStatus(
    bool UncleanEnd, int LostTails, long TornBytes, bool NewInstance, bool LostPeerKnowledge, string Fsync = "always", string? Risk = null, int LostEnds = 0)
{
    /// <summary>A sentence for an operator; null when there is nothing to tell.</summary>
    public string? Describe()
    {
        string[] found =
        [
            .. UncleanEnd ? ["the last run did not end by closing the store"] : (string[])[],
            .. LostEnds > 0 ? [$"{(LostEnds == 1 ? "1 graph or state has" : $"{LostEnds} graphs or states have")} lost the end that was there when the last run closed the store"] : (string[])[],
            .. TornBytes > 0 ? [LostEnds > 0 ? $"{TornBytes} bytes that were left of it and are no whole commit were cut off" : $"{TornBytes} bytes of commits that were never whole were cut off"] : (string[])[],
            .. NewInstance ? ["the instance id is new, so that peers send again what is missing"] : (string[])[],
            .. LostPeerKnowledge ? ["what was known of the peers was damaged, so that some commands come twice"] : (string[])[],
        ];
        return found.Length == 0 ? null : $"the store was recovered: {string.Join("; ", found)}";
    }
}
