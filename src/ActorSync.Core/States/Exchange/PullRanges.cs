using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>The ranges of a pull that differ and are not dealt with yet, in order; and what of them was last asked.</summary>
internal sealed class PullRanges(StateTable table, int maxRequestBytes)
{
    private readonly int _mostFingerprints =
        Math.Min(WireLimits.StateFingerprints, (maxRequestBytes - StateCodec.MostOverhead - StateCodec.MostRangeOverhead) / sizeof(ulong));

    // The next one last.
    private readonly Stack<StateRange> _ranges = new();
    private readonly List<StateEntry> _told = [];
    private UInt128 _from;
    private int _asked;

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>Adds the parts of a range whose digests are not those held here.</summary>
    public void AddDiffering(StateRange range, StateDigests digests)
    {
        var own = table.DigestsOf(range, digests.Depth);
        for (var i = own.Length - 1; i >= 0; i--)
            if (own[i] != digests.Digests[i])
                AddCut(range.Part(digests.Depth, i), mustBeCut: own.Length == 1);
    }

    /// <summary>Takes the next range out when it has more entries here than a request can name.</summary>
    public StateRange? TakeTooWide() =>
        CountOf(_ranges.Peek()) > _mostFingerprints && _ranges.Peek().Depth < StateRange.MostDepth && _from <= _ranges.Peek().First ? _ranges.Pop() : null;

    /// <summary>A request that tells what is held here of the next ranges, as many as it takes.</summary>
    public StateCompare Compare(StateName name, ExchangeId exchange, uint round)
    {
        _told.Clear();
        var contents = new List<StateRangeContent>();
        var room = maxRequestBytes - StateCodec.MostOverhead;
        foreach (var range in _ranges)
        {
            var told = _told.Count;
            room -= StateCodec.MostRangeOverhead + sizeof(ulong) * CountOf(range);
            if (contents.Count == WireLimits.StateRanges || contents.Count > 0 && (room < 0 || told + CountOf(range) > _mostFingerprints))
                break;
            _told.AddRange(table.In(range, _from).Take(_mostFingerprints));
            contents.Add(new StateRangeContent(range, [.. _told.Skip(told).Select(entry => entry.Fingerprint)]));
        }
        _asked = contents.Count;
        return new StateCompare(name, exchange, round, _from, contents);
    }

    /// <summary>Notes an answer. Gives what is wrong with it, or null.</summary>
    public string? Answered(StateEntries answer)
    {
        if (answer.Held.Count != _told.Count)
            return $"the answer speaks of {answer.Held.Count} fingerprints and {_told.Count} were told";
        var last = _ranges.ElementAt(_asked - 1).Last;
        if (answer.Next is { } next && (next <= _from || next > last))
            return $"the answer goes on at {next:x32}, which is not after {_from:x32} in what was asked";
        var end = answer.Next;
        while (_asked > 0 && (end is null || _ranges.Peek().Last < end))
        {
            _ranges.Pop();
            _asked--;
        }
        _from = end ?? 0;
        return null;
    }

    /// <summary>Of what was told, the keys of which the peer holds nothing as late.</summary>
    public IEnumerable<string> LackedByPeer(StateEntries answer)
    {
        var newer = new Dictionary<string, StateEntry>();
        foreach (var entry in answer.Entries)
            newer[entry.Key] = entry;
        for (var i = 0; i < _told.Count; i++)
        {
            var told = _told[i];
            var isDealtWith = answer.Next is null || told.Position < answer.Next;
            if (isDealtWith && !answer.Held[i] && !(newer.TryGetValue(told.Key, out var theirs) && theirs.IsNewerThan(told)))
                yield return told.Key;
        }
    }

    // A range that the peer did not cut, though it was told how many entries are here, is cut here.
    private void AddCut(StateRange range, bool mustBeCut)
    {
        var isWide = mustBeCut && CountOf(range) > _mostFingerprints && range.Depth < StateRange.MostDepth;
        for (var part = isWide ? 1 : 0; part >= 0; part--)
            _ranges.Push(isWide ? range.Part(range.Depth + 1, part) : range);
    }

    private int CountOf(StateRange range) => table.CountIn(range);
}
