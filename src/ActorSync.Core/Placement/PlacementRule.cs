using System.Globalization;
using ActorSync.Membership;

namespace ActorSync.Placement;

/// <summary>On how many members, and on which, a graph lives. All nodes of a mesh must have the same.</summary>
/// <param name="Factor">How many members hold a graph: R of the design; null for all of them.</param>
/// <param name="Role">Only members of that role hold graphs; null for any.</param>
public sealed record PlacementRule(int? Factor, string? Role)
{
    /// <summary>The most holders of a graph that a factor may ask for.</summary>
    public const int MostFactor = 64;

    /// <summary>The most shards that graphs may be put into.</summary>
    public const int MostShards = 10_000;

    /// <summary>Every member holds every graph.</summary>
    public static readonly PlacementRule All = new(null, null);

    /// <summary>
    /// Graphs of one shard live on the same members: shards of a cluster, of which a whole one moves at a time. Null where
    /// each graph is placed for itself.
    /// </summary>
    public int? Shards { get; init; }

    /// <summary>How many stores, this node's included, must have a commit before it counts as replicated, and a graph before another may drop it.</summary>
    public int Stores { get; init; } = Factor ?? 2;

    /// <summary>The rule in the words of the configuration, without blanks: what members announce, so that one with another rule is noticed.</summary>
    public string Announced => string.Create(CultureInfo.InvariantCulture, $"replication={Factor?.ToString(CultureInfo.InvariantCulture) ?? "all"},holders={Role ?? "any"},stores={Stores}")
        + (Shards is { } shards ? string.Create(CultureInfo.InvariantCulture, $",shards={shards}") : "");

    /// <summary>Why there can be no such rule; null when there can.</summary>
    public SyncError? Refusal
    {
        get
        {
            if (Factor is < 1 or > MostFactor)
                return new SyncError(SyncErrorKind.InvalidRequest, $"a graph has 1 to {MostFactor} holders, not {Factor}");
            if (Shards is < 1 or > MostShards)
                return new SyncError(SyncErrorKind.InvalidRequest, $"graphs are put into 1 to {MostShards} shards, not {Shards}");
            if (Role is not null && !MemberEntry.IsWord(Role, MemberEntry.RoleBytes))
                return new SyncError(SyncErrorKind.InvalidRequest, $"no member can have the role \"{Role}\": a role has 1 to {MemberEntry.RoleBytes} bytes, no blanks");
            return Stores < 1 || Stores > (Factor ?? MostFactor)
                ? new SyncError(SyncErrorKind.InvalidRequest, $"a commit is replicated in 1 to {Factor ?? MostFactor} stores, not {Stores}")
                : null;
        }
    }

    public override string ToString() =>
        (Factor is { } factor ? string.Create(CultureInfo.InvariantCulture, $"factor = {factor}") : "all") + (Role is null ? "" : $", role {Role}");
}
