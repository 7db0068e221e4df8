using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>
/// Which version each peer last told. A peer is known to be level when that is the version here: each change here makes
/// all of them unknown again, until they have told that version.
/// <para>
/// What was told may be old, lost, or overtaken by something older, so that a peer may count as level that is not any more. But
/// of two peers that differ at most one believes that. Say one has <c>a</c> and was told <c>a</c> by the other, which has
/// <c>b</c> and was told <c>b</c> by the first. The other had <c>a</c> once, and merged more to come to <c>b</c>, so that <c>b</c> is
/// more than <c>a</c>; the first had <c>b</c> once, and so <c>a</c> is more than <c>b</c>. Merging only ever adds: both cannot be. So
/// one of the two knows that it does not know, and asks, and that makes both level. What is purged is the one thing that goes away;
/// it goes at every node by the same time written in it, so that two which differ by that alone are level when both clocks have
/// passed it. Who loses what it held has a new link, over which nothing was told yet.
/// </para>
/// </summary>
/// <param name="table">What is held here.</param>
public sealed class PeerVersions(StateTable table)
{
    private Dictionary<NodeId, StateVersion?> _told = [];

    /// <summary>The version that a message tells of who sent it; null when it tells none.</summary>
    public static StateVersion? In(SyncMessage message) => message switch
    {
        StatePull pull when pull.Range == StateRange.All => new StateVersion(pull.Digest),
        StatePush push => push.Version,
        StatePushed pushed => pushed.Version,
        _ => null,
    };

    /// <summary>A peer has, or had a moment ago, this version; passed over when it is none that can be reached.</summary>
    public void Tells(NodeId peer, StateVersion version)
    {
        if (_told.ContainsKey(peer))
            _told[peer] = version;
    }

    /// <summary>Whether the last that a peer told is the version here.</summary>
    public bool IsLevel(NodeId peer) => _told.TryGetValue(peer, out var version) && version == table.Version;

    /// <summary>These can be reached now. The others are forgotten: over a link that comes again it is told again.</summary>
    public void Use(IEnumerable<NodeId> peers) => _told = peers.ToDictionary(peer => peer, peer => _told.GetValueOrDefault(peer));
}
