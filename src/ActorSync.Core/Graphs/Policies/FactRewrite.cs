using System.Runtime.CompilerServices;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// One change of the history: at some places stand other commands than before, and behind them the <i>rest</i> stands as
/// it stood. The commands at the new places are evaluated one after the other. Of the rest only those are evaluated anew
/// that touch what has changed before them:
/// <code>
/// before   a b c d e f g h i        changed = what c wrote
/// after    a b x y d e f g h i      x and y are evaluated: changed += what they wrote
///                  ^   ^            d and f touch it, are evaluated anew, and changed += what they wrote, then or now
/// </code>
/// What is touched and not changed has the value that the history knows; so nothing is rewound, and the cost is that of
/// what is evaluated, beside looking at four bytes for each touch in the rest. A command that queries is shown all the
/// facts; those are carried on from there, and all behind it is evaluated anew.
/// </summary>
internal sealed class FactRewrite : IFactSource
{
    // So many lookups in the history of the rest cost about as much as rewinding it.
    private const int ManyPlaces = 4096;
    private const int FilterBits = 1 << 16;

    private readonly FactHistory _history;
    private readonly FactVersion _before;
    // With no rest, the facts go along with the new places.
    private readonly TipFacts? _tip;
    private readonly FactRun _inserted = new();
    private readonly FactChanges _changes = new();
    private readonly PlaceTable _changed = new();
    private readonly ulong[] _filter = [];
    private readonly bool _hasRest;
    private readonly int _first;
    private readonly int _removed;
    private FactTree? _tree;
    private int _place;
    private int _touch;
    private bool _inRest;

    /// <param name="history">The history.</param>
    /// <param name="first">The first place that changes.</param>
    /// <param name="removed">Places that go.</param>
    /// <param name="inserted">Places that come.</param>
    public FactRewrite(FactHistory history, int first, int removed, int inserted)
    {
        _history = history;
        _before = history.Facts;
        _first = first;
        _removed = removed;
        _place = first + removed;
        _hasRest = _place < history.Count;
        if (!_hasRest)
        {
            _tip = history.Last();
            Rewind(_tip);
            return;
        }
        if (inserted > ManyPlaces)
            _tree = history.At(first);
        _filter = new ulong[FilterBits / 64];
        var (start, end) = history.TouchesOf(first, removed);
        for (var i = start; i < end; i++)
        {
            if (FactMark.KindOf(history.Marks[i]) == TouchKind.Write)
                Change(history.UndoOf(i).Place, history.Marks[i], history.UndoOf(i).Before, keep: true);
        }
    }

    public FactValue Find(ref SoughtPlace place)
    {
        if (_tip is not null)
            return _tip.Find(ref place);
        if (_tree is { } tree)
            return tree.Find(ref place);
        ref var changed = ref _changed.Find(place.Bytes, place.Mark);
        if (Unsafe.IsNullRef(ref changed))
            return _history.FindAt(_place, ref place);
        place.Kept = changed.Place;
        return changed.Value;
    }

    public FactTree Whole()
    {
        if (_tip is not null)
            return _tip.Whole();
        if (_tree is null)
        {
            _tree = _history.At(_place).With(_changed);
        }
        return _tree.Value;
    }

    /// <summary>What the command at the next new place touched.</summary>
    public void Add(ReadOnlySpan<FactTouch> touches)
    {
        _inserted.Add(touches);
        Note(touches);
    }

    /// <summary>All new places have been added: puts them into the history.</summary>
    public void EndNew()
    {
        _history.Replace(_first, _removed, _inserted, _changes);
        _inRest = true;
        _place = _first + _inserted.Places;
        if (!_hasRest)
            return;
        _tree = null;
        (_touch, _) = _history.TouchesOf(_place, 0);
    }

    /// <summary>The next place of the rest whose command is to be evaluated anew, over these facts.</summary>
    public bool TryNext(out int place)
    {
        place = _place;
        if (!_hasRest)
            return false;
        if (_tree is not null)
            return place < _history.Count;
        var marks = _history.Marks;
        while (_touch < marks.Length && !IsChanged(marks[_touch]))
            _touch++;
        if (_touch == marks.Length)
            return false;
        place = _place = _history.PlaceOf(_touch);
        return true;
    }

    /// <summary>What the command at that place touched now.</summary>
    public void Replace(ReadOnlySpan<FactTouch> touches)
    {
        // What it wrote and does not write any more is as it was before it.
        var (start, end) = _history.TouchesOf(_place, 1);
        for (var i = start; _tree is null && i < end; i++)
        {
            if (FactMark.KindOf(_history.Marks[i]) == TouchKind.Write)
                Change(_history.UndoOf(i).Place, _history.Marks[i], _history.UndoOf(i).Before, keep: true);
        }
        _history.Replace(_place, touches, _changes);
        Note(touches);
        (_touch, _) = _history.TouchesOf(++_place, 0);
    }

    /// <summary>Nothing is left to evaluate: the facts are what they are now. Gives what takes all of it back.</summary>
    public FactChanges Finish()
    {
        _history.Conclude(_tree is { } tree ? new FactVersion(tree) : (_tip ?? Changed()).Seal());
        return _changes;
    }

    /// <summary>Takes back what was done so far.</summary>
    public void Abandon() => _history.Restore(_changes, _before);

    // The facts before the first place that changes are those that the places that go have found.
    private void Rewind(TipFacts tip)
    {
        var (start, end) = _history.TouchesOf(_first, _removed);
        for (var i = end - 1; i >= start; i--)
        {
            if (FactMark.KindOf(_history.Marks[i]) == TouchKind.Write)
                tip.Put(_history.UndoOf(i).Place, _history.Marks[i], _history.UndoOf(i).Before);
        }
    }

    private TipFacts Changed()
    {
        var last = _history.Last();
        foreach (ref readonly var changed in _changed.Entries)
            last.Put(changed.Place, changed.Mark, changed.Value);
        return last;
    }

    private void Note(ReadOnlySpan<FactTouch> touches)
    {
        _tip?.Add(touches);
        _tree = _tree?.With(touches);
        if (!_hasRest || _inRest && _tree is not null)
            return;
        foreach (ref readonly var touch in touches)
        {
            if (touch.IsWrite)
                Change(touch.Place, touch.Mark, touch.After, keep: false);
        }
    }

    private void Change(byte[] place, uint mark, FactValue value, bool keep)
    {
        ref var changed = ref _changed.Find(place, mark);
        if (Unsafe.IsNullRef(ref changed))
            _changed.Add(place, mark, value);
        else if (!keep)
            changed.Value = value;
        _filter[BitOf(mark) >> 6] |= 1UL << BitOf(mark);
    }

    private bool IsChanged(uint mark) => FactMark.KindOf(mark) == TouchKind.Query
        ? IsAnyIn(_history.UndoOf(_touch).Place)
        : (_filter[BitOf(mark) >> 6] >> BitOf(mark) & 1) != 0 && !Unsafe.IsNullRef(ref _changed.Find(_history.UndoOf(_touch).Place, mark));

    private static int BitOf(uint mark) => (int)(mark >> 2) & FilterBits - 1;

    private bool IsAnyIn(byte[] prefix)
    {
        foreach (ref readonly var changed in _changed.Entries)
        {
            if (changed.Place.AsSpan().StartsWith(prefix))
                return true;
        }
        return false;
    }
}
