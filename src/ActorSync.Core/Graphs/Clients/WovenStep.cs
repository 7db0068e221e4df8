using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Weave;

namespace ActorSync.Graphs.Clients;

/// <summary>One change of a woven graph, sealed: what it brought, and what takes it back.</summary>
/// <param name="First">The ordinal of its first command.</param>
/// <param name="Commands">Its commands, in the order of their ordinals.</param>
/// <param name="Heads">The heads after it.</param>
/// <param name="Facts">The facts after it.</param>
/// <param name="Effects">What was emitted.</param>
/// <param name="Evaluations">Commands evaluated at their places.</param>
internal sealed record WovenStep(int First, IReadOnlyList<Command> Commands, HeadSet Heads, Facts Facts, IReadOnlyList<Effect> Effects, int Evaluations) : IGraphStep
{
    /// <summary>The first place of the weave that holds another command than before.</summary>
    public int FirstChanged => Change.First;

    public required HeadSet HeadsBefore { get; init; }

    public required WeaveChange Change { get; init; }

    public required FactChanges FactChanges { get; init; }

    public required FactVersion FactsBefore { get; init; }

    public required Dictionary<int, FactVersion> HeadFactsBefore { get; init; }
}
