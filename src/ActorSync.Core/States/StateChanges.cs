namespace ActorSync.States;

/// <summary>
/// The records of a table in the order of their latest changes. A record that changes again is appended again; what it
/// leaves behind is skipped, and swept out when it would prevail.
/// </summary>
internal sealed class StateChanges
{
    private readonly List<(long Change, StateRecord Record)> _changes = [];
    private int _stale;

    /// <summary>The number of the latest change; 0 before the first.</summary>
    public long Latest { get; private set; }

    /// <summary>Places in use, those left behind included.</summary>
    public int Places => _changes.Count;

    public void Note(StateRecord record)
    {
        if (record.Change != 0)
            _stale++;
        record.Change = ++Latest;
        _changes.Add((Latest, record));
        if (_stale > 1024 && _stale > _changes.Count / 2)
        {
            _changes.RemoveAll(change => change.Record.Change != change.Change);
            _stale = 0;
        }
    }

    /// <summary>Forgets a record that is no longer held.</summary>
    public void Drop(StateRecord record)
    {
        record.Change = 0;
        _stale++;
    }

    /// <summary>The records that changed after a change, oldest first.</summary>
    public IEnumerable<StateRecord> After(long change)
    {
        for (var i = FirstAfter(change); i < _changes.Count; i++)
            if (_changes[i].Record.Change == _changes[i].Change)
                yield return _changes[i].Record;
    }

    private int FirstAfter(long change)
    {
        var (low, high) = (0, _changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_changes[middle].Change <= change)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
