namespace ActorSync.Graphs.Policies;

/// <summary>A value that was written; none for a fact that was taken away.</summary>
internal readonly record struct FactWrite(byte[] Place, uint Mark, FactValue Value);

/// <summary>
/// The facts of one moment: those of an earlier one and what was written since, put together as a tree when somebody
/// looks at them, on whatever thread that is. Most versions of a graph that catches up nobody ever looks at.
/// </summary>
internal sealed class FactVersion
{
    // Fewer writes than this are put into the tree one by one.
    private const int FewWrites = 64;

    // Of so many writes to each fact, and of this many at least, is a tree made even if nobody asks.
    private const int WritesOfFact = 4;
    private const int ManyWrites = 1 << 16;

    private readonly Lock _gate = new();
    private readonly int _pending;
    private FactVersion? _before;
    private FactWrite[] _writes = [];
    private FactTree _tree;

    public FactVersion(FactTree tree)
    {
        _tree = tree;
        Count = tree.Count;
    }

    private FactVersion(FactVersion before, FactWrite[] writes, int count)
    {
        (_before, _writes) = (before, writes);
        _pending = writes.Length + (before.IsMade ? 0 : before._pending);
        Count = count;
    }

    public static readonly FactVersion Empty = new(FactTree.Empty);

    /// <summary>How many facts there are.</summary>
    public int Count { get; }

    /// <summary>Whether somebody has looked at them.</summary>
    public bool IsMade => Volatile.Read(ref _before) is null;

    /// <summary>The facts in order.</summary>
    public FactTree Tree
    {
        get
        {
            lock (_gate)
            {
                if (_before is not null)
                    Make();
                return _tree;
            }
        }
    }

    /// <summary>The facts after these writes, which leave so many.</summary>
    public FactVersion After(FactWrite[] writes, int count) => new(this, writes, count);

    /// <summary>Whether more writes than that, which leave so many facts, would have to wait for somebody to look.</summary>
    public bool IsDueAfter(int writes, int count) => (IsMade ? 0 : _pending) + writes > Math.Max(ManyWrites, WritesOfFact * count);

    private void Make()
    {
        var steps = new Stack<FactWrite[]>();
        var version = this;
        while (version.StepBack(out var writes) is { } before)
        {
            steps.Push(writes);
            version = before;
        }
        _tree = Merge(version._tree, steps);
        _writes = [];
        Volatile.Write(ref _before, null);
    }

    // Versions below are made on other threads meanwhile: what is read of one fits together.
    private FactVersion? StepBack(out FactWrite[] writes)
    {
        lock (_gate)
        {
            writes = _writes;
            return _before;
        }
    }

    private static FactTree Merge(FactTree tree, Stack<FactWrite[]> steps)
    {
        if (steps.Sum(step => step.Length) <= FewWrites)
            return steps.SelectMany(step => step).Aggregate(tree, (facts, write) => facts.With(write.Place, write.Value));
        var last = new PlaceTable();
        foreach (var write in steps.SelectMany(step => step))
            last.Put(write.Place, write.Mark, write.Value);
        return tree.With(last);
    }
}
