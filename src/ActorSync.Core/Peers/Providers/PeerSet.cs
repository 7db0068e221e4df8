using System.Collections;

namespace ActorSync.Peers.Providers;

/// <summary>
/// Peers, each place once, in the order of their texts: equal sets are equal whatever the order they were found in. At
/// most <see cref="Maximum"/>, so that a name that resolves to the whole world fills no memory.
/// </summary>
public sealed class PeerSet : IReadOnlyList<PeerEndpoint>, IEquatable<PeerSet>
{
    /// <summary>Peers that a set may hold.</summary>
    public const int Maximum = 4096;

    public static readonly PeerSet Empty = new([]);

    private readonly PeerEndpoint[] _peers;

    private PeerSet(PeerEndpoint[] peers) => _peers = peers;

    public int Count => _peers.Length;

    public PeerEndpoint this[int index] => _peers[index];

    /// <summary>
    /// The set of these peers. Of two at the same place the one whose node is known counts. LimitExceeded when they are more
    /// than <see cref="Maximum"/>.
    /// </summary>
    public static Result<PeerSet> Of(IEnumerable<PeerEndpoint> peers)
    {
        var places = new Dictionary<(string, int?), PeerEndpoint>();
        foreach (var peer in peers)
        {
            var place = (peer.Host, peer.Port);
            if (!places.TryGetValue(place, out var other) || Compare(peer, other) < 0)
                places[place] = peer;
            if (places.Count > Maximum)
                return new SyncError(SyncErrorKind.LimitExceeded, $"there are more than {Maximum} peers: name fewer, or a narrower service");
        }
        var sorted = places.Values.ToArray();
        Array.Sort(sorted, Compare);
        return sorted.Length == 0 ? Empty : new PeerSet(sorted);
    }

    /// <summary>The peers that are so.</summary>
    public PeerSet Where(Func<PeerEndpoint, bool> isSo) => Array.TrueForAll(_peers, peer => isSo(peer)) ? this : new([.. _peers.Where(isSo)]);

    public bool Equals(PeerSet? other) => other is not null && _peers.AsSpan().SequenceEqual(other._peers);

    public override bool Equals(object? obj) => Equals(obj as PeerSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var peer in _peers)
            hash.Add(peer);
        return hash.ToHashCode();
    }

    public IEnumerator<PeerEndpoint> GetEnumerator() => _peers.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => _peers.Length == 0 ? "no peers" : string.Join(", ", _peers.Select(peer => peer.ToString()));

    // A known node goes before an unknown one.
    private static int Compare(PeerEndpoint one, PeerEndpoint other)
    {
        var order = string.CompareOrdinal(one.Host, other.Host);
        if (order == 0)
            order = Nullable.Compare(one.Port, other.Port);
        if (order == 0)
            order = (other.Node is not null).CompareTo(one.Node is not null);
        return order != 0 || one.Node is not { } node ? order : node.Value.CompareTo(other.Node!.Value.Value);
    }
}
