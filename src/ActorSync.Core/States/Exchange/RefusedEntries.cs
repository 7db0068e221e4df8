using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.States.Exchange;

/// <summary>An entry that a plain peer does not take.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Why">What the peer said.</param>
public sealed record RefusedEntry(string Key, string Why);

/// <summary>
/// The entries that plain peers do not take: they are set aside for that peer, so that they hold up no others. One is
/// tried again when its key is written anew, when its peer went and came back, and after a while, for it may have been
/// the peer that was at fault: its clock, or its room.
/// </summary>
/// <param name="table">What is held.</param>
/// <param name="settings">How many, and for how long.</param>
public sealed class RefusedEntries(StateTable table, StateSettings settings)
{
    private readonly Dictionary<NodeId, Aside> _peers = [];

    /// <summary>Whether an entry is not to be handed to a peer now.</summary>
    public bool Has(NodeId peer, StateEntry entry, MonotonicTime now) =>
        _peers.TryGetValue(peer, out var aside) && aside.Entries.TryGetValue(entry.Key, out var refusal) && refusal.Hash == entry.Hash && now < refusal.Until;

    /// <summary>Sets an entry aside; when there are too many, the one that has been for longest is tried again.</summary>
    /// <returns>What to tell of it; null when it was set aside already.</returns>
    public SyncError? Add(NodeId peer, StateEntry entry, SyncError why, MonotonicTime now)
    {
        if (Has(peer, entry, now))
            return null;
        if (!_peers.TryGetValue(peer, out var aside))
            _peers.Add(peer, aside = new Aside());
        aside.Entries[entry.Key] = new Refusal(entry.Hash, now + settings.RefusedFor, why.Message);
        aside.Count++;
        if (aside.Entries.Count > settings.RefusedMost)
            aside.Entries.Remove(aside.Entries.MinBy(refusal => refusal.Value.Until).Key);
        return new SyncError(why.Kind, $"the key {StateChecks.Quoted(entry.Key)} is set aside, the others go on: {why.Message}");
    }

    /// <summary>These are the peers now; of the others nothing is kept.</summary>
    public void Use(IReadOnlySet<NodeId> peers)
    {
        foreach (var gone in _peers.Keys.Where(peer => !peers.Contains(peer)).ToArray())
            _peers.Remove(gone);
    }

    /// <summary>The entries that are set aside for a peer, in the order of their keys.</summary>
    public IReadOnlyList<RefusedEntry> Of(NodeId peer) => !_peers.TryGetValue(peer, out var aside) ? [] :
    [
        .. aside.Entries.Where(refusal => table.TryGet(refusal.Key, out var held) && held.Hash == refusal.Value.Hash)
            .Select(refusal => new RefusedEntry(refusal.Key, refusal.Value.Why)).OrderBy(refused => refused.Key, StringComparer.Ordinal),
    ];

    /// <summary>How often an entry was set aside for a peer.</summary>
    public long CountOf(NodeId peer) => _peers.TryGetValue(peer, out var aside) ? aside.Count : 0;

    private sealed class Aside
    {
        public Dictionary<string, Refusal> Entries { get; } = [];

        public long Count { get; set; }
    }

    private readonly record struct Refusal(UInt128 Hash, MonotonicTime Until, string Why);
}
