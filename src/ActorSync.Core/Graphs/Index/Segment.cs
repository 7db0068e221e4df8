namespace ActorSync.Graphs.Index;

/// <summary>
/// A linear run of commands with consecutive ordinals, each the prior of the next. It begins where a run begins: at the
/// init command, a branch, a merge, or after a command of another branch was committed in between.
/// <para>
/// The command through which every path from a command to the root must pass next is its dominator: within a run the
/// command before, for a merge the last common ancestor of its priors. The dominators of a command form a chain to the
/// root on which the max cut falls; each segment has the entry of the next segment on that chain and one skip entry
/// further back, so that a walk to any depth takes O(log n) segments.
/// </para>
/// Six numbers in memory and in the index on the disk. What only merges and branches have stands with their
/// <see cref="Joint"/>.
/// </summary>
/// <param name="First">Ordinal of the run's first command.</param>
/// <param name="MaxCut">Max cut of that command; the others follow by one each.</param>
/// <param name="Left">Ordinal of the first command's prior (a merge's left); -1 of the init command.</param>
/// <param name="Depth">Segments between this one and the root along the dominators.</param>
/// <param name="Skip">Ordinal on the dominators' chain, some segments back; -1 of the init command's segment.</param>
/// <param name="Mark">Which joint it lies behind; when it begins with one, the complement of its number, which is negative.</param>
internal readonly record struct Segment(int First, int MaxCut, int Left, int Depth, int Skip, int Mark)
{
    /// <summary>Whether it begins with a joint.</summary>
    public bool IsJoint => Mark < 0;

    /// <summary>Number of the newest joint of its chain, its own first command included.</summary>
    public int Joint => IsJoint ? ~Mark : Mark;
}

/// <summary>A command where a chain takes in another (a merge) or begins (a branch, the init command): see <see cref="Strands"/>.</summary>
/// <param name="First">Ordinal of the command; it begins a segment.</param>
/// <param name="Right">Ordinal of a merge's right prior; else -1.</param>
/// <param name="Dominator">Ordinal of the command's dominator; -1 of the init command.</param>
/// <param name="Chain">Number of the joint that its chain begins with.</param>
/// <param name="Strand">The strand that its chain lies on.</param>
/// <param name="Labels">Where the bytes begin that say what comes before it on each strand.</param>
internal readonly record struct Joint(int First, int Right, int Dominator, int Chain, int Strand, int Labels);
