namespace ActorSync.States;

/// <summary>How a state is kept and exchanged. The nodes that share a state best share these, too.</summary>
public sealed record StateSettings
{
    public static readonly StateSettings Default = new();

    public StateLimits Limits { get; init; } = StateLimits.Default;

    /// <summary>How long an entry lives that is set without a time to live; null for ever.</summary>
    public TimeSpan? DefaultTtl { get; init; }

    /// <summary>
    /// How long a deleted key is remembered as deleted. A node that was cut off for longer may bring the key back.
    /// </summary>
    public TimeSpan TombstoneTtl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a key whose entry expired is remembered, so that no older entry of it comes back from a node that never
    /// saw the one that expired.
    /// </summary>
    public TimeSpan ExpiredTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often what has expired is looked for while nothing else happens. It is never returned meanwhile.</summary>
    public TimeSpan PurgeInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often what changed is pushed.</summary>
    public TimeSpan PushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often peers are asked whether they differ.</summary>
    public TimeSpan PullInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether a peer is asked as soon as it can be reached, beside those that are drawn: what two halves of a network
    /// wrote while they were apart is then level as soon as they meet.
    /// </summary>
    public bool PullsNewPeers { get; init; }

    /// <summary>
    /// Whether only those linked peers are asked, and pushed to, that are not known to have the version which is here, soon
    /// (<see cref="LevelWithin"/>) and until they do: when all are level nothing is sent. Else r0 of all are asked every
    /// <see cref="PullInterval"/>, as plain peers always are.
    /// </summary>
    public bool PullsOnlyUnlevel { get; init; }

    /// <summary>
    /// Within how long a linked peer is asked that is not known to be level, where only such are: after a time drawn
    /// between a fifth of this and all of it. While that does not make it level each wait doubles, up to <see cref="PullInterval"/>.
    /// </summary>
    public TimeSpan LevelWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>To how many peers, drawn anew each time, a change is pushed, and how many are asked: r0 of the protocol.</summary>
    public int SampledPeers { get; init; } = 3;

    /// <summary>Pulls under way at once.</summary>
    public int PullsMost { get; init; } = 4;

    /// <summary>Peers that are known at once; more are left out.</summary>
    public int PeersMost { get; init; } = 1 << 12;

    /// <summary>
    /// The size that a message is filled to, in bytes, so that it is through a slow link before its answer counts as
    /// missing; a single larger entry still goes whole.
    /// </summary>
    public int MessageBytes { get; init; } = 128 << 10;

    /// <summary>How long an answer may stay out.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a plain peer, which is handed entries and asked for all it holds, may take at most for an answer.</summary>
    public TimeSpan PlainAnswerWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is sent before its peer counts as out of reach.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>
    /// How often in a row a push to a peer may fail before what it lacks is left to its next pull. Each time the wait doubles.
    /// </summary>
    public int PushRetries { get; init; } = 6;

    /// <summary>
    /// Entries that are set aside at most for a plain peer which refuses them; above that the one that has been for longest
    /// is tried again.
    /// </summary>
    public int RefusedMost { get; init; } = 256;

    /// <summary>How long one is, unless its key is written again before.</summary>
    public TimeSpan RefusedFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Requests of one pull; what is still missing then, the next pull brings.</summary>
    public int RoundsMost { get; init; } = 4096;

    /// <summary>Changes that may wait for one reader who watches; one that falls further behind is told once more what there is.</summary>
    public int WatchedChanges { get; init; } = 64;

    /// <summary>Bytes of entries that may wait for one.</summary>
    public long WatchedBytes { get; init; } = 16 << 20;

    /// <summary>Entries that are looked at for one answer.</summary>
    public int ScannedEntries { get; init; } = 1 << 16;
}
