namespace ActorSync.Graphs;

/// <summary>What became of a batch of commands.</summary>
/// <param name="Added">Commands that are new and durable now, merges made here not counted.</param>
/// <param name="Known">Commands that were here already.</param>
/// <param name="Refused">Why commands were refused that break a rule; the first few.</param>
/// <param name="LeftOut">Commands that were not kept: refused, rejected, or without their priors, or following one of those.</param>
/// <param name="MissingPriors">Priors that are not here, the first few: a gap to repair.</param>
public sealed record ReceiveResult(
    int Added,
    int Known,
    IReadOnlyList<SyncError> Refused,
    int LeftOut,
    IReadOnlyList<Address> MissingPriors)
{
    /// <summary>
    /// Commands that are not let in here, though they break no rule, and so nothing that follows them; the first few. Of
    /// those that follow each other only the first of all is named, even if it came long ago. Their sender should hear.
    /// </summary>
    public IReadOnlyList<RejectedCommand> Rejected { get; init; } = [];

    /// <summary>Whether commands were left out only because their priors are not here.</summary>
    public bool HasGap => MissingPriors.Count > 0;
}

/// <summary>A command that is not let in.</summary>
/// <param name="Command">The command.</param>
/// <param name="Why">
/// Rejected by the graph's policy, LimitExceeded by what it would write, PolicyFailed, or NotAllowed: of finalize priority,
/// from a peer that may not give it.
/// </param>
public sealed record RejectedCommand(Address Command, SyncError Why);
