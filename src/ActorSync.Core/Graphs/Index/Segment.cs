namespace ActorSync.Graphs.Index;

/// <summary>
/// A linear run of commands with consecutive ordinals, each the prior of the next. It begins where a run begins: at the
/// init command, a branch, a merge, or after a command of another branch was committed in between.
/// <para>
/// The command through which every path from a command to the root must pass next is its dominator: within a run the
/// command before, for a merge the last common ancestor of its priors. The dominators of a command form a chain to the
/// root on which the max cut falls; each segment holds the entry of the next segment on that chain and one skip entry
/// further back, so that a walk to any depth takes O(log n) segments.
/// </para>
/// </summary>
/// <param name="First">Ordinal of the run's first command.</param>
/// <param name="MaxCut">Max cut of that command; the others follow by one each.</param>
/// <param name="Left">Ordinal of the first command's prior (a merge's left); -1 of the init command.</param>
/// <param name="Right">Ordinal of a merge's right prior; else -1.</param>
/// <param name="Dominator">Ordinal of the first command's dominator; -1 of the init command.</param>
/// <param name="Depth">Segments between this one and the root along the dominators.</param>
/// <param name="Skip">Ordinal on the dominators' chain, some segments back; -1 of the init command's segment.</param>
/// <param name="Place">Where it lies among the strands.</param>
internal readonly record struct Segment(int First, int MaxCut, int Left, int Right, int Dominator, int Depth, int Skip, Strands.Place Place);
