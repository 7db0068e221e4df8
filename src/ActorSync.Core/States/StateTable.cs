using System.Diagnostics.CodeAnalysis;
using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>What became of an entry that met those held.</summary>
public enum MergeOutcome
{
    /// <summary>It is held now, as what it is at this time.</summary>
    Won,

    /// <summary>The same, or a later one, is held.</summary>
    Known,

    /// <summary>It is past, and not even remembered.</summary>
    Past,
}

/// <summary>
/// The entries of a state, one a key: the latest. What expired stands as a tombstone for a while and is then purged.
/// Merging is commutative, associative and idempotent, so that nodes that saw the same entries hold the same, whatever
/// came in which order and how often. Used by one owner at a time.
/// </summary>
public sealed class StateTable(StateSettings settings)
{
    private readonly Dictionary<string, StateRecord> _records = [];
    private readonly PriorityQueue<StateEntry, long> _expiries = new();
    private readonly StateLeaves _leaves = new();
    private readonly StateChanges _changes = new();
    private int _tombstones;

    /// <summary>Keys that are remembered, those of tombstones included.</summary>
    public int Count => _records.Count;

    /// <summary>Tombstones among them.</summary>
    public int Tombstones => _tombstones;

    /// <summary>Bytes of all entries, as they are on the wire.</summary>
    public long Bytes { get; private set; }

    /// <summary>The digest of all that is held.</summary>
    public StateVersion Version => new(_leaves.Total);

    /// <summary>The number of the latest change; it means something in this table only.</summary>
    public long LatestChange => _changes.Latest;

    /// <summary>Places in the queues that keys which were written again have left behind.</summary>
    internal int Leftovers => _expiries.Count + _changes.Places - 2 * Count;

    /// <summary>All that is held, tombstones included, in no order.</summary>
    public IEnumerable<StateEntry> Entries => _records.Values.Select(record => record.Entry);

    /// <summary>What is held of a key, be it a tombstone.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out StateEntry entry)
    {
        entry = _records.GetValueOrDefault(key)?.Entry;
        return entry is not null;
    }

    /// <summary>The entry of a key that counts at a time, with a value.</summary>
    public bool TryGetLive(string key, WallTime wall, [MaybeNullWhen(false)] out StateEntry entry) =>
        TryGet(key, out entry) && IsLive(entry, wall);

    /// <summary>Whether an entry has a value that counts at a time.</summary>
    public static bool IsLive(StateEntry entry, WallTime wall) => !entry.IsTombstone && entry.Expiry >= wall;

    /// <summary>
    /// What merging would come to. An entry that is held and lies too far ahead of the clock counts as not held: it
    /// came before this clock was set back, no peer takes it, and it must not pin its key.
    /// </summary>
    public MergeOutcome Weigh(StateEntry entry, WallTime wall)
    {
        if (entry.At(wall, settings.ExpiredTtl) is not { } now)
            return MergeOutcome.Past;
        return _records.TryGetValue(entry.Key, out var record) && !Wins(now, record.Entry, wall) ? MergeOutcome.Known : MergeOutcome.Won;
    }

    /// <summary>Takes an entry in, if it is later than what is held of its key.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="source">The peer it came from, which need not be sent it; this node when it is its own.</param>
    /// <param name="wall">The time.</param>
    public MergeOutcome Merge(StateEntry entry, NodeId source, WallTime wall)
    {
        if (entry.At(wall, settings.ExpiredTtl) is not { } now)
            return MergeOutcome.Past;
        if (!_records.TryGetValue(entry.Key, out var record))
        {
            record = new StateRecord(now);
            _records.Add(now.Key, record);
            _leaves.Add(record);
            Account(now, 1);
        }
        else if (Wins(now, record.Entry, wall))
            Replace(record, now);
        else
            return MergeOutcome.Known;
        record.Source = source;
        _changes.Note(record);
        Watch(now);
        return MergeOutcome.Won;
    }

    /// <summary>Turns what has expired into tombstones, and forgets tombstones that are past.</summary>
    /// <param name="wall">The time.</param>
    /// <param name="expired">Gets the entries that expired.</param>
    public void Expire(WallTime wall, ICollection<StateEntry> expired)
    {
        while (_expiries.TryPeek(out var entry, out var expiry) && expiry < wall.Milliseconds)
        {
            _expiries.Dequeue();
            if (!_records.TryGetValue(entry.Key, out var record) || record.Entry != entry)
                continue;
            if (!entry.IsTombstone)
                expired.Add(entry);
            if (entry.At(wall, settings.ExpiredTtl) is { } tombstone)
            {
                Replace(record, tombstone);
                Watch(tombstone);
            }
            else
                Purge(record);
        }
    }

    /// <summary>When the next entry expires.</summary>
    public WallTime NextExpiry => new(_expiries.TryPeek(out _, out var expiry) ? expiry : long.MaxValue);

    /// <summary>
    /// The entries that changed after a change, in the order in which they did: for each the latest, and none that was
    /// purged since or came from the peer it is for.
    /// </summary>
    /// <param name="change">The change; 0 for all.</param>
    /// <param name="peer">Whom they are for.</param>
    public IEnumerable<(StateEntry Entry, long Change)> ChangedSince(long change, NodeId peer) =>
        from record in _changes.After(change)
        where record.Source != peer
        select (record.Entry, record.Change);

    /// <summary>How many entries a range holds.</summary>
    public int CountIn(StateRange range) => _leaves.CountIn(range);

    /// <summary>The sum of the hashes of the entries that a range holds.</summary>
    public UInt128 DigestOf(StateRange range) => _leaves.DigestOf(range);

    /// <summary>The lower halves of the sums of the ranges of a depth that a range falls into.</summary>
    public ulong[] DigestsOf(StateRange range, int depth) => _leaves.DigestsOf(range, depth);

    /// <summary>The entries of a range from a position on, in the order of their positions.</summary>
    public IEnumerable<StateEntry> In(StateRange range, UInt128 from = default) => _leaves.In(range, from);

    private bool Wins(StateEntry entry, StateEntry held, WallTime wall) =>
        held.Stamp.Milliseconds > (wall + settings.Limits.Ahead).Milliseconds ? entry.Hash != held.Hash : entry.IsNewerThan(held);

    private void Replace(StateRecord record, StateEntry entry)
    {
        Account(record.Entry, -1);
        entry.ShareKey(record.Entry);
        _leaves.Replace(record, entry);
        Account(entry, 1);
    }

    private void Purge(StateRecord record)
    {
        Account(record.Entry, -1);
        _records.Remove(record.Entry.Key);
        _leaves.Remove(record);
        _changes.Drop(record);
    }

    private void Account(StateEntry entry, int sign)
    {
        Bytes += sign * entry.Bytes.Length;
        _tombstones += entry.IsTombstone ? sign : 0;
    }

    // A key that is written again leaves its earlier expiry behind in the queue: it is made anew before those prevail.
    private void Watch(StateEntry entry)
    {
        if (entry.TtlMilliseconds is null)
            return;
        _expiries.Enqueue(entry, entry.Expiry.Milliseconds);
        if (_expiries.Count <= 2 * _records.Count + 1024)
            return;
        _expiries.Clear();
        _expiries.EnqueueRange(Entries.Where(held => held.TtlMilliseconds is not null).Select(held => (held, held.Expiry.Milliseconds)));
    }
}
