using ActorSync.Graphs.Policies;

namespace ActorSync.Graphs;

/// <summary>
/// What becomes of the commands of a graph before they are durable. They are added one by one, sealed together into a
/// step for the store, and taken back, newest step first, when the store does not commit it.
/// <code>
/// Add, Act ──> open ──Seal──> step ──Keep (durable)
///               └Discard       └TakeBack (not committed)
/// </code>
/// </summary>
internal interface IGraphContent
{
    /// <summary>The facts after the last sealed step.</summary>
    Facts Facts { get; }

    /// <summary>Whether something was added that is not sealed.</summary>
    bool IsOpen { get; }

    /// <summary>Whether sealing costs far more than what was added: then much is better sealed at once than bit by bit.</summary>
    bool IsCostly { get; }

    /// <summary>Adds a received command; the error says why not, and leaves all else as it was.</summary>
    SyncError? Add(Command command);

    /// <summary>Writes a local command after all heads, merged into one first. After an error what is open must be discarded.</summary>
    Result<Command> Act(Priority priority, ReadOnlySpan<byte> payload);

    /// <summary>Merges the heads into one.</summary>
    void Collapse();

    /// <summary>Makes a step of what is open, which must be something. The error has discarded all of it.</summary>
    Result<IGraphStep> Seal();

    /// <summary>Drops what is open.</summary>
    void Discard();

    /// <summary>Takes back the newest step that is left. Nothing may be open.</summary>
    void TakeBack(IGraphStep step);

    /// <summary>The oldest step that is left is durable.</summary>
    void Keep(IGraphStep step);
}

/// <summary>What was sealed together: one append to the store.</summary>
internal interface IGraphStep
{
    /// <summary>The ordinal of its first command.</summary>
    int First { get; }

    /// <summary>Its commands, in the order of their ordinals.</summary>
    IReadOnlyList<Command> Commands { get; }

    /// <summary>The heads after it.</summary>
    HeadSet Heads { get; }

    /// <summary>The facts after it.</summary>
    Facts Facts { get; }

    /// <summary>What was emitted.</summary>
    IReadOnlyList<Effect> Effects { get; }

    /// <summary>The first place of the weave that holds another command than before; -1 where no weave is kept.</summary>
    int FirstChanged { get; }

    /// <summary>Commands evaluated at their places.</summary>
    int Evaluations { get; }
}
