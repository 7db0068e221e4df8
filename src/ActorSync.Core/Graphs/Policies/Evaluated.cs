namespace ActorSync.Graphs.Policies;

/// <summary>What stood at a place before it was written; null for nothing.</summary>
internal readonly record struct FactUndo(byte[] Place, byte[]? Before)
{
    public FactTree Apply(FactTree facts) => Before is null ? facts.Remove(Place) : facts.Set(Place, Before);
}

/// <summary>What came of evaluating a command.</summary>
/// <param name="Facts">The facts after it.</param>
/// <param name="Undo">What it wrote over, in the order of its writes.</param>
/// <param name="Effects">What it emitted.</param>
/// <param name="Rejection">Why it was rejected: then the facts are those before it and nothing was emitted.</param>
internal sealed record Evaluated(FactTree Facts, IReadOnlyList<FactUndo> Undo, IReadOnlyList<Effect> Effects, SyncError? Rejection)
{
    public static Evaluated Nothing(FactTree facts, SyncError? rejection = null) => new(facts, [], [], rejection);
}
