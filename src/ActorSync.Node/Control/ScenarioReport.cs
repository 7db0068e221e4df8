namespace ActorSync.Node.Control;

/// <summary>How a scenario file was found to be.</summary>
/// <param name="File">The file.</param>
/// <param name="Holds">Whether all its rules hold.</param>
/// <param name="Rule">The number of the rule that does not, counted from 1; null when all hold, or the file cannot be read.</param>
/// <param name="Name">That rule's name.</param>
/// <param name="Difference">What differed, or why the file cannot be read, for people.</param>
/// <param name="Lines">What was told on the way: seeds that were drawn, and what was traced.</param>
public sealed record ScenarioReport(string File, bool Holds, int? Rule, string? Name, string? Difference, IReadOnlyList<string> Lines);
