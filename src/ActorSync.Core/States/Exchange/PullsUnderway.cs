using System.Diagnostics.CodeAnalysis;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>The pulls of a replica that are under way: at most one a peer, of the kind that the peer speaks.</summary>
internal sealed class PullsUnderway(StateName name, StateTable table, StateSettings settings, RefusedEntries refused, Random random)
{
    private readonly Dictionary<NodeId, IPull> _pulls = [];

    /// <summary>When the first of them wants a <see cref="PullInput.Tick"/>.</summary>
    public MonotonicTime Deadline
    {
        get
        {
            var first = MonotonicTime.Never;
            foreach (var pull in _pulls.Values)
                first = MonotonicTime.Min(first, pull.Deadline);
            return first;
        }
    }

    /// <summary>Takes a new one in; it wants a <see cref="PullInput.Start"/>.</summary>
    public void Add(StatePeer peer)
    {
        var id = new ExchangeId((ulong)random.NextInt64(1, long.MaxValue));
        _pulls[peer.Node] = peer.IsPlain
            ? new PlainPullMachine(name, id, table, settings, refused, peer)
            : new PullMachine(name, id, table, settings, peer.MaxPayloadBytes);
    }

    public bool TryGet(NodeId peer, [MaybeNullWhen(false)] out IPull pull) => _pulls.TryGetValue(peer, out pull);

    /// <summary>Whether the pull of a peer has this number.</summary>
    public bool Has(NodeId peer, ulong exchange) => _pulls.TryGetValue(peer, out var pull) && pull.Id.Value == exchange;

    public void Remove(NodeId peer) => _pulls.Remove(peer);

    /// <summary>The peers whose time is up.</summary>
    public IReadOnlyList<NodeId> Due(MonotonicTime now) => [.. _pulls.Where(pair => now >= pair.Value.Deadline).Select(pair => pair.Key)];

    /// <summary>The peers that are pulled and are none of these.</summary>
    public IReadOnlyList<NodeId> OfOthers(IEnumerable<NodeId> peers) => [.. _pulls.Keys.Except(peers)];
}
