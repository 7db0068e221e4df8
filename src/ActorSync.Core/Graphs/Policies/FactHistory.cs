using System.Runtime.InteropServices;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// The facts after the last place of the weave, and what the command at each place touched, with what stood there before
/// it: so the facts at any place are found. Of a graph that was opened from a snapshot only the last places are known.
/// </summary>
internal sealed class FactHistory
{
    private const int FewWrites = 64;

    private readonly FactRun _run;
    private readonly TipFacts _last = new(FactVersion.Empty);

    public FactHistory()
        : this(0, FactVersion.Empty, new FactRun())
    {
    }

    /// <param name="start">The first place that is known.</param>
    /// <param name="facts">The facts after the last.</param>
    /// <param name="run">The known places.</param>
    public FactHistory(int start, FactVersion facts, FactRun run)
    {
        Start = start;
        Facts = facts;
        _run = run;
    }

    /// <summary>The first place that is known.</summary>
    public int Start { get; }

    /// <summary>Places.</summary>
    public int Count => Start + _run.Places;

    /// <summary>The facts after all places.</summary>
    public FactVersion Facts { get; private set; }

    /// <summary>
    /// The same, to look some up and to write to: rewritten again and again, nobody need put them together. What is
    /// written and not sealed is gone with the next call.
    /// </summary>
    public TipFacts Last()
    {
        _last.Reset(Facts);
        return _last;
    }

    /// <summary>What was touched at known places: the first, and behind the last.</summary>
    public (int First, int End) TouchesOf(int place, int count) => (_run.StartOf(place - Start), _run.StartOf(place - Start + count));

    public FactUndo UndoOf(int touch) => _run.Undo[touch];

    public ReadOnlySpan<uint> Marks => CollectionsMarshal.AsSpan(_run.Marks);

    /// <summary>The place where that was touched.</summary>
    public int PlaceOf(int touch)
    {
        var (low, high) = (0, _run.Places - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_run.Ends[middle] > touch)
                high = middle;
            else
                low = middle + 1;
        }
        return Start + low;
    }

    /// <summary>The last places, at most so many and of so many bytes, by themselves.</summary>
    public FactRun Recent(int most, int bytes)
    {
        var first = Count;
        for (; first > Start && Count - first < most; first--)
        {
            var (start, end) = TouchesOf(first - 1, 1);
            for (var i = start; i < end; i++)
                bytes -= _run.Undo[i].Place.Length + _run.Undo[i].Before.Length;
            if (bytes < 0)
                break;
        }
        return Copy(first, Count - first);
    }

    /// <summary>Some known places by themselves.</summary>
    public FactRun Copy(int from, int count) => _run.Copy(from - Start, count);

    /// <summary>Whether so much was touched since that single facts are found for less than all of them.</summary>
    public bool IsFarBack(int count) => Marks.Length - _run.StartOf(count - Start) > FewWrites;

    /// <summary>The facts after so many places, which are known from there on. Costs what was written since.</summary>
    public FactTree At(int count)
    {
        var start = _run.StartOf(count - Start);
        var facts = Facts.Tree;
        var marks = Marks;
        if (marks.Length - start <= FewWrites)
        {
            for (var i = marks.Length - 1; i >= start; i--)
            {
                if (FactMark.KindOf(marks[i]) == TouchKind.Write)
                    facts = facts.With(_run.Undo[i].Place, _run.Undo[i].Before);
            }
            return facts;
        }
        // Of many writes over one place only the oldest counts: it knows what stood there first.
        var first = new PlaceTable();
        for (var i = marks.Length - 1; i >= start; i--)
        {
            if (FactMark.KindOf(marks[i]) == TouchKind.Write)
                first.Put(_run.Undo[i].Place, marks[i], _run.Undo[i].Before);
        }
        return facts.With(first);
    }

    /// <summary>One fact after so many places: what the first to touch it since has found there. Looks at four bytes for each of those.</summary>
    public FactValue FindAt(int count, ref SoughtPlace place)
    {
        var marks = Marks;
        var (read, write) = (FactMark.Of(place.Mark, TouchKind.Read), FactMark.Of(place.Mark, TouchKind.Write));
        for (var from = _run.StartOf(count - Start); from < marks.Length; from++)
        {
            var skip = marks[from..].IndexOfAny(read, write);
            if (skip < 0)
                break;
            from += skip;
            if (!_run.Undo[from].Place.AsSpan().SequenceEqual(place.Bytes))
                continue;
            place.Kept = _run.Undo[from].Place;
            return _run.Undo[from].Before;
        }
        return Last().Find(ref place);
    }

    /// <summary>Puts other places where some stood, and notes what takes that back. The facts are said afterwards.</summary>
    public void Replace(int from, int count, FactRun with, FactChanges changes)
    {
        changes.Note(from, with.Places, _run, from - Start, count);
        _run.Replace(from - Start, count, with);
    }

    /// <summary>The command at one place touched something else: puts that there, and notes what takes it back.</summary>
    public void Replace(int place, ReadOnlySpan<FactTouch> touches, FactChanges changes)
    {
        changes.Note(place, 1, _run, place - Start, 1);
        _run.Replace(place - Start, touches);
    }

    /// <summary>Puts the places of a run behind all others, and notes what takes that back.</summary>
    public void Append(OpenRun run, FactVersion facts, FactChanges changes)
    {
        changes.Note(Count, run.Count, _run, Count - Start, 0);
        _run.Add(run.Touches, run.TouchEnds);
        Facts = facts;
    }

    /// <summary>These are the facts after all places.</summary>
    public void Conclude(FactVersion facts) => Facts = facts;

    /// <summary>Takes back the latest changes that are left, whose facts before were these.</summary>
    public void Restore(FactChanges changes, FactVersion facts)
    {
        changes.TakeBack(_run, Start);
        Facts = facts;
    }
}
