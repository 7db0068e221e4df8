namespace ActorSync.Graphs.Policies;

/// <summary>What came of evaluating a command.</summary>
/// <param name="Touches">What it read and wrote, each place once.</param>
/// <param name="Effects">What it emitted.</param>
/// <param name="Rejection">Why it was rejected: then it wrote and emitted nothing.</param>
internal sealed record Evaluated(FactTouch[] Touches, Emission[] Effects, SyncError? Rejection)
{
    /// <summary>The facts after it, of those before it.</summary>
    public FactTree Apply(FactTree facts) => facts.With(Touches);
}
