namespace ActorSync.Testing.Simulations;

/// <summary>
/// Mistakes that simulated nodes make on request, at the seams between the machines and what runs them, so that a test
/// can see that the invariants find them.
/// </summary>
internal enum PlantedBug
{
    None,

    /// <summary>An action merges all heads but one.</summary>
    MergeIgnoresHead,

    /// <summary>A commit is reported when the disk has begun it.</summary>
    AcknowledgesBeforeFlush,

    /// <summary>A push that the budget cuts leaves out a command that others in it follow.</summary>
    PushSkipsPrior,

    /// <summary>The publisher does not count what framing a payload costs.</summary>
    BudgetIgnoresFraming,

    /// <summary>Who is told the numbers of graphs says them back, without end.</summary>
    NumbersBack,

    /// <summary>A member's signs of life are dated by the time of day.</summary>
    HearsByTheTimeOfDay,

    /// <summary>A member that is asked what it holds of a graph says: all.</summary>
    HoldsWhateverIsAsked,

    /// <summary>What was pushed counts as durable at the other holder.</summary>
    CountsWhatWasSent,
}
