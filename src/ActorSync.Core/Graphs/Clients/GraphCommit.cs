using ActorSync.Graphs.Policies;

namespace ActorSync.Graphs.Clients;

/// <summary>What a commit brought.</summary>
/// <param name="Commands">The commands that are new and durable now, merges made here among them, priors first.</param>
/// <param name="Heads">The heads.</param>
/// <param name="Facts">The facts.</param>
/// <param name="Effects">What was emitted, in the order of evaluation.</param>
/// <param name="FirstChanged">The first place of the weave that holds another command than before; -1 of an opaque graph.</param>
/// <param name="Evaluations">Commands that were evaluated at their places: new ones that do not stand alone, and those that touch what changed before them.</param>
public sealed record GraphCommit(
    IReadOnlyList<Command> Commands,
    HeadSet Heads,
    Facts Facts,
    IReadOnlyList<Effect> Effects,
    int FirstChanged,
    int Evaluations);
