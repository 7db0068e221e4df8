namespace ActorSync.States;

/// <summary>
/// The records of a table by position: leaves of a tree of ranges, each with the sum of the hashes in it. The digest of
/// a range is the sum over its leaves; a range below a leaf is looked at record by record.
/// </summary>
internal sealed class StateLeaves
{
    private const int RecordsPerLeaf = 16;
    private const int FirstDepth = 4;
    private const int MostDepth = 20;

    private StateRecord?[] _leaves = new StateRecord?[1 << FirstDepth];
    private UInt128[] _sums = new UInt128[1 << FirstDepth];
    private int[] _counts = new int[1 << FirstDepth];
    private int _depth = FirstDepth;
    private int _records;

    /// <summary>The sum of all hashes.</summary>
    public UInt128 Total { get; private set; }

    public void Add(StateRecord record)
    {
        if (++_records > RecordsPerLeaf << _depth && _depth < MostDepth)
            Deepen();
        Put(record);
        Total += record.Entry.Hash;
    }

    public void Replace(StateRecord record, StateEntry entry)
    {
        var change = entry.Hash - record.Entry.Hash;
        _sums[LeafOf(record)] += change;
        Total += change;
        record.Entry = entry;
    }

    public void Remove(StateRecord record)
    {
        var leaf = LeafOf(record);
        if (_leaves[leaf] == record)
            _leaves[leaf] = record.NextInLeaf;
        else
        {
            var before = _leaves[leaf]!;
            while (before.NextInLeaf != record)
                before = before.NextInLeaf!;
            before.NextInLeaf = record.NextInLeaf;
        }
        record.NextInLeaf = null;
        _counts[leaf]--;
        _records--;
        _sums[leaf] -= record.Entry.Hash;
        Total -= record.Entry.Hash;
    }

    public int CountIn(StateRange range)
    {
        var count = 0;
        if (range.Depth > _depth)
            foreach (var _ in Below(range))
                count++;
        else
            for (var leaf = LeafOf(range.First); leaf <= LeafOf(range.Last); leaf++)
                count += _counts[leaf];
        return count;
    }

    public UInt128 DigestOf(StateRange range)
    {
        UInt128 sum = 0;
        if (range.Depth > _depth)
            foreach (var record in Below(range))
                sum += record.Entry.Hash;
        else
            for (var leaf = LeafOf(range.First); leaf <= LeafOf(range.Last); leaf++)
                sum += _sums[leaf];
        return sum;
    }

    public ulong[] DigestsOf(StateRange range, int depth)
    {
        var sums = new ulong[1 << depth - range.Depth];
        if (depth > _depth)
            foreach (var record in Below(range))
                sums[range.PartOf(depth, record.Entry.Position)] += record.Entry.Fingerprint;
        else
            for (var leaf = LeafOf(range.First); leaf <= LeafOf(range.Last); leaf++)
                sums[(leaf >> _depth - depth) - (int)((long)range.Index << depth - range.Depth)] += (ulong)_sums[leaf];
        return sums;
    }

    /// <summary>The entries of a range from a position on, in the order of their positions.</summary>
    public IEnumerable<StateEntry> In(StateRange range, UInt128 from)
    {
        var first = UInt128.Max(from, range.First);
        if (first > range.Last)
            yield break;
        var sorted = new List<StateEntry>();
        for (var leaf = LeafOf(first); leaf <= LeafOf(range.Last); leaf++)
        {
            sorted.Clear();
            for (var record = _leaves[leaf]; record is not null; record = record.NextInLeaf)
                if (record.Entry.Position >= first && record.Entry.Position <= range.Last)
                    sorted.Add(record.Entry);
            sorted.Sort((x, y) => x.Position.CompareTo(y.Position));
            foreach (var entry in sorted)
                yield return entry;
        }
    }

    private IEnumerable<StateRecord> Below(StateRange range)
    {
        for (var leaf = LeafOf(range.First); leaf <= LeafOf(range.Last); leaf++)
            for (var record = _leaves[leaf]; record is not null; record = record.NextInLeaf)
                if (range.Contains(record.Entry.Position))
                    yield return record;
    }

    private int LeafOf(StateRecord record) => LeafOf(record.Entry.Position);

    private int LeafOf(UInt128 position) => (int)(position >> 128 - _depth);

    private void Put(StateRecord record)
    {
        var leaf = LeafOf(record);
        record.NextInLeaf = _leaves[leaf];
        _leaves[leaf] = record;
        _counts[leaf]++;
        _sums[leaf] += record.Entry.Hash;
    }

    private void Deepen()
    {
        var before = _leaves;
        _depth = Math.Min(_depth + 2, MostDepth);
        _leaves = new StateRecord?[1 << _depth];
        _sums = new UInt128[1 << _depth];
        _counts = new int[1 << _depth];
        foreach (var leaf in before)
        {
            for (var record = leaf; record is not null;)
            {
                var next = record.NextInLeaf;
                Put(record);
                record = next;
            }
        }
    }
}
