namespace ActorSync.Graphs;

/// <summary>What a graph may grow to through others.</summary>
public sealed record GraphLimits
{
    public static readonly GraphLimits Default = new();

    /// <summary>
    /// The most that <see cref="Heads"/> may be: fewer than what is remembered of a peer, or each commit would push again
    /// what was forgotten.
    /// </summary>
    public const int MostHeads = KnownHeads.Most - 1;

    /// <summary>
    /// Heads, above which they are merged into one: 1 to <see cref="MostHeads"/>. A node that only relays waits for a
    /// while before it does that, so that not all do it at once, and has up to <see cref="MostHeads"/> meanwhile.
    /// </summary>
    public int Heads { get; init; } = 64;

    /// <summary>
    /// Within what time, drawn at random, a node merges too many heads; longer than a commit takes to reach most others.
    /// Doubled each time that none of them was first.
    /// </summary>
    public TimeSpan CollapseWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that the doubling grows to.</summary>
    public TimeSpan CollapseAtMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of one command's payload.</summary>
    public int CommandPayloadBytes { get; init; } = 768 << 10;

    /// <summary>Commands that wait for the store to commit them; above that new ones are refused as Busy.</summary>
    public int PendingCommands { get; init; } = 1 << 17;

    /// <summary>
    /// Steps that a batch may take to see that its merges join independent commands, each a segment of the graph. Honest
    /// histories take far less than one a merge; what a batch leaves undone the next one does.
    /// </summary>
    public int MergeSteps { get; init; } = 1 << 22;

    /// <summary>How many refusals, and how many missing priors, a batch's result names.</summary>
    public int ReportedRefusals { get; init; } = 16;

    /// <summary>Ids of commands that were not let in, and of what follows them, that are remembered; the oldest make room.</summary>
    public int RememberedRejections { get; init; } = 4096;

    /// <summary>
    /// Commands after which a snapshot of the facts is written, or twice as many as there are facts where that is more; 0
    /// for none, so that all commands are evaluated whenever the graph is opened.
    /// </summary>
    public int SnapshotEvery { get; init; } = 10_000;

    /// <summary>
    /// Commands evaluated again by one step, above which further batches gather while the store has it, to be woven
    /// together: else many small batches that take a place before all that is here would each evaluate all of it.
    /// </summary>
    public int FewEvaluations { get; init; } = 1024;
}
