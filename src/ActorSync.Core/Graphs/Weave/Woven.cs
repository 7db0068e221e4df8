namespace ActorSync.Graphs.Weave;

/// <summary>A command's place in the weave.</summary>
/// <param name="Ordinal">The command.</param>
/// <param name="Alone">
/// Whether all that stands before it in the weave comes before it in the graph: it was the only strand when it was taken.
/// The facts after it are then those of the command itself, whatever else the graph holds.
/// </param>
internal readonly record struct Woven(int Ordinal, bool Alone);

/// <summary>How the order changed, and how to take that back.</summary>
/// <param name="First">The first place that holds another command than before; all before it stand as they stood.</param>
/// <param name="Before">What stood at the places that changed, as it is kept.</param>
/// <param name="Inserted">Places that stand there now; the rest behind them stands as it stood, so many places further on.</param>
/// <param name="NoLongerAlone">Places of the rest, as they were numbered before, whose commands stood alone.</param>
internal sealed record WeaveChange(int First, IReadOnlyList<int> Before, int Inserted, List<int> NoLongerAlone);
