using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync;

/// <summary>A node's mesh, as it sees it.</summary>
/// <param name="Digest">Stands for who the members are: equal digests, equal placement.</param>
/// <param name="Members">The members, sorted by name.</param>
/// <param name="Graphs">The graphs that are here or are to be, sorted, and who holds them.</param>
public sealed record MeshStatus(string Digest, IReadOnlyList<MemberStatus> Members, IReadOnlyList<HoldingStatus> Graphs)
{
    /// <summary>Whether the node is a member, and has met another one if it was to join any.</summary>
    public bool IsJoined { get; init; } = true;

    /// <summary>How this node places graphs; the same at all members, or graphs are not held as configured.</summary>
    public string Placement { get; init; } = "";

    /// <summary>The endpoints that it was given to join.</summary>
    public IReadOnlyList<SeedStatus> Join { get; init; } = [];

    /// <param name="view">The members.</param>
    /// <param name="graphs">The graphs that are here or are to be.</param>
    /// <param name="shards">In a cluster, how many shards each member has.</param>
    public static MeshStatus Of(MembershipView view, IReadOnlyList<HoldingStatus> graphs, IReadOnlyDictionary<NodeId, int>? shards = null) => new(
        view.Digest.ToString(),
        [.. view.Members.Select(member => MemberStatus.Of(member, member.Node == view.Self) with { Shards = shards?.GetValueOrDefault(member.Node) })],
        graphs);

    /// <summary>Members that place graphs by another rule than this node.</summary>
    public IEnumerable<MemberStatus> PlacingOtherwise() =>
        Members.Where(member => !member.IsSelf && member.Placement.Length > 0 && Placement.Length > 0 && member.Placement != Placement);

    /// <summary>Why the node has not joined yet, in a sentence; null when it has.</summary>
    public string? WhyNotJoined() => IsJoined
        ? null
        : Join.Count == 0 ? "not joined yet: the node is about to begin its mesh, or waits for its cluster" : $"not joined yet: {string.Join("; ", Join.Select(seed => seed.ToString()))}";
}

/// <summary>One endpoint of a mesh to join.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="State">connected, connecting or waiting.</param>
/// <param name="LastError">Why the last attempt or link failed, if one did.</param>
public sealed record SeedStatus(string Endpoint, string State, string? LastError)
{
    public override string ToString() => $"{Endpoint} {State}{(State == "connected" || LastError is null ? "" : $", last error: {LastError}")}";
}

/// <summary>One member.</summary>
/// <param name="Node">Its name, 32 digits.</param>
/// <param name="IsSelf">Whether it is the node that was asked.</param>
/// <param name="Reach">reachable, unreachable or suspected, as this node sees it.</param>
/// <param name="Endpoints">Where its links are accepted.</param>
/// <param name="Roles">What it is there for.</param>
/// <param name="Incarnation">Greater with each of its starts.</param>
/// <param name="Placement">How it places graphs; empty when it did not say.</param>
public sealed record MemberStatus(
    string Node, bool IsSelf, string Reach, IReadOnlyList<string> Endpoints, IReadOnlyList<string> Roles, long Incarnation, string Placement = "")
{
    /// <summary>In a cluster, how many shards of graphs it has; null elsewhere, or when that is not known.</summary>
    public int? Shards { get; init; }

    public static MemberStatus Of(Member member, bool isSelf) => new(
        member.Node.ToString(), isSelf, isSelf ? "reachable" : member.Reach.ToString().ToLowerInvariant(), member.Endpoints, member.Roles, member.Incarnation,
        member.Placement);
}
