using System.Numerics;
using System.Runtime.InteropServices;

namespace ActorSync.Graphs.Policies;

/// <summary>What stood at a place before it was touched; none for nothing.</summary>
internal readonly record struct FactUndo(byte[] Place, FactValue Before);

/// <summary>What the commands at some places of the weave touched, place after place, in columns.</summary>
internal sealed class FactRun
{
    public List<FactUndo> Undo { get; init; } = [];

    /// <summary>The marks of the touches, in their order.</summary>
    public List<uint> Marks { get; init; } = [];

    /// <summary>Behind the last touch of each place.</summary>
    public List<int> Ends { get; init; } = [];

    public int Places => Ends.Count;

    public void Add(ReadOnlySpan<FactTouch> touches)
    {
        foreach (ref readonly var touch in touches)
        {
            Undo.Add(new FactUndo(touch.Place, touch.Before));
            Marks.Add(touch.Mark);
        }
        Ends.Add(Undo.Count);
    }

    /// <summary>Adds what was touched at several places, and where the touches of each of them end.</summary>
    public void Add(ReadOnlySpan<FactTouch> touches, ReadOnlySpan<int> ends)
    {
        var start = Undo.Count;
        var undo = Longer(Undo, touches.Length);
        var marks = Longer(Marks, touches.Length);
        var behind = Longer(Ends, ends.Length);
        for (var i = 0; i < touches.Length; i++)
        {
            undo[i] = new FactUndo(touches[i].Place, touches[i].Before);
            marks[i] = touches[i].Mark;
        }
        for (var i = 0; i < ends.Length; i++)
            behind[i] = start + ends[i];
    }

    /// <summary>Adds some places of another run.</summary>
    public void Add(FactRun other, int from, int count)
    {
        var (start, end) = (other.StartOf(from), other.StartOf(from + count));
        var by = Undo.Count - start;
        Undo.AddRange(CollectionsMarshal.AsSpan(other.Undo)[start..end]);
        Marks.AddRange(CollectionsMarshal.AsSpan(other.Marks)[start..end]);
        for (var place = from; place < from + count; place++)
            Ends.Add(other.Ends[place] + by);
    }

    /// <summary>The first touch of a place; behind the last for the place behind the last.</summary>
    public int StartOf(int place) => place == 0 ? 0 : Ends[place - 1];

    /// <summary>Some places by themselves.</summary>
    public FactRun Copy(int from, int count)
    {
        var (start, end) = (StartOf(from), StartOf(from + count));
        var ends = Ends.GetRange(from, count);
        Shift(ends, 0, -start);
        return new FactRun { Undo = Undo.GetRange(start, end - start), Marks = Marks.GetRange(start, end - start), Ends = ends };
    }

    /// <summary>Puts other touches at a place; as many as were there move nothing.</summary>
    public void Replace(int place, ReadOnlySpan<FactTouch> touches)
    {
        var start = StartOf(place);
        if (Ends[place] - start != touches.Length)
        {
            var one = new FactRun();
            one.Add(touches);
            Replace(place, 1, one);
            return;
        }
        for (var i = 0; i < touches.Length; i++)
        {
            Undo[start + i] = new FactUndo(touches[i].Place, touches[i].Before);
            Marks[start + i] = touches[i].Mark;
        }
    }

    /// <summary>Puts other places where some stood.</summary>
    public void Replace(int from, int count, FactRun with)
    {
        var (start, end) = (StartOf(from), StartOf(from + count));
        Replace(Undo, start, end - start, with.Undo);
        Replace(Marks, start, end - start, with.Marks);
        Replace(Ends, from, count, with.Ends);
        Shift(Ends, from, start, with.Places);
        Shift(Ends, from + with.Places, with.Undo.Count - (end - start));
    }

    // Makes room behind a list, to be filled; as much as if it had been filled one by one.
    private static Span<T> Longer<T>(List<T> list, int by)
    {
        var count = list.Count;
        if (count + by > list.Capacity)
            list.Capacity = (int)BitOperations.RoundUpToPowerOf2((uint)(count + by));
        CollectionsMarshal.SetCount(list, count + by);
        return CollectionsMarshal.AsSpan(list)[count..];
    }

    private static void Replace<T>(List<T> list, int start, int count, List<T> with)
    {
        var same = Math.Min(count, with.Count);
        for (var i = 0; i < same; i++)
            list[start + i] = with[i];
        if (count > same)
            list.RemoveRange(start + same, count - same);
        else if (with.Count > same)
            list.InsertRange(start + same, with.GetRange(same, with.Count - same));
    }

    private static void Shift(List<int> ends, int from, int by, int count = int.MaxValue)
    {
        var span = CollectionsMarshal.AsSpan(ends)[from..];
        span = span[..Math.Min(count, span.Length)];
        for (var i = 0; by != 0 && i < span.Length; i++)
            span[i] += by;
    }
}
