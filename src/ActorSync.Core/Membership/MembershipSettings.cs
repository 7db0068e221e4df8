using ActorSync.States;

namespace ActorSync.Membership;

/// <summary>How a mesh keeps its members. The members best share these.</summary>
public sealed record MembershipSettings
{
    /// <summary>The reserved state whose entries are the members.</summary>
    public static readonly StateName State = new("actorsync.members");

    public static readonly MembershipSettings Default = new();

    /// <summary>A node does not join a mesh that has so many other members.</summary>
    public int MembersMost { get; init; } = 1024;

    /// <summary>Endpoints that a member may announce.</summary>
    public int EndpointsMost { get; init; } = 4;

    /// <summary>Roles that a member may announce.</summary>
    public int RolesMost { get; init; } = 8;

    /// <summary>Endpoints of a mesh to join that a node may be given.</summary>
    public int SeedsMost { get; init; } = 16;

    /// <summary>Members that were removed, and to whom a link is tried still.</summary>
    public int GoneMost { get; init; } = 256;

    /// <summary>How long a link is tried to a member that was removed, and did not leave: so that two halves of a mesh find each other again.</summary>
    public TimeSpan GoneFor { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the link to a member that left is kept: it waits to hear that its leave has come.</summary>
    public TimeSpan PartWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a node that has a link, and no member yet, waits for the members of the mesh that it joins before it
    /// announces itself. Two nodes that begin a mesh together are both such.
    /// </summary>
    public TimeSpan JoinWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A node that is to join a mesh, and has met no member of it, says so after so long; each further time the wait
    /// doubles, up to <see cref="RemindMost"/>.
    /// </summary>
    public TimeSpan RemindAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="RemindAfter"/>
    public TimeSpan RemindMost { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A member of which nothing was heard for so long, by this node's monotonic clock, is not reachable from here.</summary>
    public TimeSpan AliveWithin { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Of two members the one with the smaller node id dials. The other dials, too, when there is no link after so long:
    /// one of the two may be where only it can dial.
    /// </summary>
    public TimeSpan DialBackAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Members that are asked at a time whether they reach one that is not reachable from here.</summary>
    public int Witnesses { get; init; } = 3;

    /// <summary>Members that must have said that they do not, before that counts; fewer only when no more are reachable.</summary>
    public int WitnessesLeast { get; init; } = 2;

    /// <summary>How often witnesses are asked; when that leads to nothing each wait doubles, up to <see cref="ProbeMost"/>.</summary>
    public TimeSpan ProbeEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="ProbeEvery"/>
    public TimeSpan ProbeMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a witness may take to answer.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a member is suspected, and asked for again, before it is removed.</summary>
    public TimeSpan RemoveAfter { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How long an entry counts. Far longer than clocks are apart: who is alive is not told by entries, and one that is
    /// left of a member that no one removed goes by this in the end.
    /// </summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How often a member renews its entry.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The least time between two announcements of a node; each that does not last doubles it, up to <see cref="AnnounceMost"/>.</summary>
    public TimeSpan AnnounceEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="AnnounceEvery"/>
    public TimeSpan AnnounceMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How the reserved state is kept. Clocks may be a day apart before an entry is refused; a tombstone outlives the
    /// entry it stands for, so that none comes back from a node that was away.
    /// </summary>
    public StateSettings StateSettings => StateSettings.Default with
    {
        TombstoneTtl = 2 * Ttl,
        ExpiredTtl = Ttl,
        PullsNewPeers = true,
        PullsOnlyUnlevel = true,
        Limits = StateLimits.Default with { Keys = 4 * MembersMost, KeyBytes = 64, ValueBytes = 4 << 10, Bytes = 16 << 20, Ahead = TimeSpan.FromHours(24) },
    };
}
