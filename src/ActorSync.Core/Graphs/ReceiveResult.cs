namespace ActorSync.Graphs;

/// <summary>What became of a batch of commands.</summary>
/// <param name="Added">Commands that are new and durable now, merges made here not counted.</param>
/// <param name="Known">Commands that were here already.</param>
/// <param name="Refused">Commands that break a rule, with what follows them, and why; the first few.</param>
/// <param name="RefusedCount">How many in all.</param>
/// <param name="MissingPriors">Priors that are not here, the first few: a gap to repair.</param>
public sealed record ReceiveResult(
    int Added,
    int Known,
    IReadOnlyList<SyncError> Refused,
    int RefusedCount,
    IReadOnlyList<Address> MissingPriors)
{
    /// <summary>Whether commands were left out only because their priors are not here.</summary>
    public bool HasGap => MissingPriors.Count > 0;
}
