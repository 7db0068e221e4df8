using System.Runtime.CompilerServices;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// The facts after the newest of commands that follow each other, moved on in place with each. What was looked up or
/// written stands in a table, all else in the tree of the version that it began with.
/// </summary>
internal sealed class TipFacts(FactVersion version) : IFactSource
{
    private readonly PlaceTable _now = new();
    private readonly List<FactWrite> _writes = [];
    private FactVersion _begun = version;
    private FactVersion _version = version;
    private int _count = version.Count;

    // With as many of the writes as were put in.
    private FactTree? _whole;
    private int _wholeWrites;

    public FactValue Find(ref SoughtPlace place)
    {
        ref var entry = ref _now.Find(place.Bytes, place.Mark);
        if (!Unsafe.IsNullRef(ref entry))
        {
            (place.Kept, place.Slot) = (entry.Place, _now.SlotOf(ref entry));
            return entry.Value;
        }
        // The later the tree the more of the older ones is free.
        if (_version.IsMade)
            _begun = _version;
        var found = _begun.Tree.Find(ref place);
        place.Slot = _now.Add(place.Kept, place.Mark, found);
        return found;
    }

    public FactTree Whole()
    {
        var whole = _whole ?? _version.Tree;
        for (; _wholeWrites < _writes.Count; _wholeWrites++)
            whole = whole.With(_writes[_wholeWrites].Place, _writes[_wholeWrites].Value);
        _whole = whole;
        return whole;
    }

    /// <summary>What the next command touched.</summary>
    public void Add(ReadOnlySpan<FactTouch> touches)
    {
        foreach (ref readonly var touch in touches)
        {
            if (!touch.IsWrite)
                continue;
            _now.Put(in touch);
            _writes.Add(new FactWrite(touch.Place, touch.Mark, touch.After));
            _count += (touch.After.IsNone ? 0 : 1) - (touch.Before.IsNone ? 0 : 1);
        }
    }

    /// <summary>Puts a value at a place, whatever was there.</summary>
    public void Put(byte[] place, uint mark, FactValue value)
    {
        var sought = new SoughtPlace(place, mark) { Kept = place };
        var before = Find(ref sought);
        Add([new FactTouch(place, FactMark.Of(mark, TouchKind.Write), before, value)]);
    }

    /// <summary>The version now.</summary>
    public FactVersion Seal()
    {
        if (_writes.Count == 0)
            return _version;
        if (_whole is { } whole && _wholeWrites == _writes.Count)
            _version = new FactVersion(whole);
        else if (_version.IsDueAfter(_writes.Count, _count))
            _version = _begun = new FactVersion(_begun.Tree.With(_now));
        else
            _version = _version.After([.. _writes], _count);
        Forget();
        return _version;
    }

    /// <summary>Begins anew with a version.</summary>
    public void Reset(FactVersion version)
    {
        if (version == _version && _writes.Count == 0)
            return;
        _now.Clear();
        (_begun, _version, _count) = (version, version, version.Count);
        Forget();
    }

    private void Forget()
    {
        _writes.Clear();
        (_whole, _wholeWrites) = (null, 0);
    }
}
