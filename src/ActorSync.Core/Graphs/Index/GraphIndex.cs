using ActorSync.Graphs.Weave;

namespace ActorSync.Graphs.Index;

/// <summary>
/// The shape of a graph in memory: ids, priorities, segments and heads, about 45 bytes a command of a linear graph. Commands are
/// numbered by ordinals in the order they were added, priors first, so that the ordinals are a topological order. One
/// writer appends and cuts; any number of readers work over snapshots.
/// </summary>
public sealed partial class GraphIndex
{
    private readonly Column<CommandId> _ids = new();
    private readonly Priorities _priorities = new();
    private readonly Runs _runs = new();
    private readonly IdTable _table;
    private readonly Strands _strands = new();
    // Ascending. They are few, and a new command is the last of them.
    private readonly List<int> _heads = [];

    /// <param name="seed">Drawn at random by whoever makes the index, so that nobody can make ids that crowd in its table.</param>
    public GraphIndex(ulong seed = 0)
    {
        _table = new IdTable(_ids, seed);
    }

    /// <summary>Commands in the graph.</summary>
    public int Count => _ids.Count;

    /// <summary>Linear runs in the graph.</summary>
    internal int SegmentCount => _runs.Count;

    /// <summary>Ordinals of the heads, ascending.</summary>
    public IReadOnlyCollection<int> HeadOrdinals => _heads;

    /// <summary>The heads now.</summary>
    public HeadSet Heads() => new(_heads.Select(AddressOf));

    /// <summary>
    /// Appends a command whose priors are there; gives its ordinal. Nothing is added when the error is given:
    /// a duplicate, a missing prior, a wrong max cut, a second init or a merge of dependent commands.
    /// </summary>
    public Result<int> Add(Command command)
    {
        var steps = int.MaxValue;
        return Add(command, ref steps);
    }

    /// <summary>
    /// The same, but what it takes to see that a merge joins independent commands, in segments, is taken from
    /// <paramref name="steps"/>: Busy when those are used up.
    /// </summary>
    internal Result<int> Add(Command command, ref int steps) =>
        WhyNot(command, ref steps, out var left, out var right) is { } error ? error : Append(command, left, right);

    /// <summary>Why a command cannot be appended; null when it can, after these priors.</summary>
    internal SyncError? WhyNot(Command command, ref int steps, out int left, out int right)
    {
        (left, right) = (-1, -1);
        if (Find(command.Id, Count) >= 0)
            return new SyncError(SyncErrorKind.Duplicate, $"the command {command.Address} is in the graph already");
        var prior = command.Prior;
        if (prior.Kind == PriorKind.None)
            return Count == 0 ? null : new SyncError(SyncErrorKind.InvalidCommand, $"a second init command: {command.Address}");
        if (!Locate(prior.Left, command.Address).TryGet(out left, out var error))
            return error;
        if (prior.Kind == PriorKind.Single)
            return null;
        if (!Locate(prior.Right, command.Address).TryGet(out right, out error))
            return error;
        return AreIndependent(Math.Min(left, right), Math.Max(left, right), ref steps) switch
        {
            true => null,
            false => new SyncError(SyncErrorKind.InvalidCommand, $"the merge {command.Address} joins a command with its own ancestor"),
            null => new SyncError(SyncErrorKind.Busy, $"it takes too long to see whether the merge {command.Address} and those before it join independent commands; send it again in a smaller batch"),
        };
    }

    // Nothing follows a head.
    private bool? AreIndependent(int first, int second, ref int steps) =>
        _heads.BinarySearch(first) >= 0 ? first != second : !Ancestry.IsAncestor(this, first, second, ref steps);

    /// <summary>Whether the first command is the second or comes before it; both must be in the graph.</summary>
    /// <exception cref="ArgumentException">One of them is not.</exception>
    public bool IsAncestor(CommandId ancestor, CommandId descendant)
    {
        var (first, second) = (Find(ancestor, Count), Find(descendant, Count));
        if (first < 0 || second < 0)
            throw new ArgumentException($"the command {(first < 0 ? ancestor : descendant)} is not in the graph");
        return Ancestry.IsAncestor(this, first, second);
    }

    /// <summary>Cuts the newest commands until <paramref name="count"/> are left, whose heads were those given.</summary>
    public void Cut(int count, HeadSet heads)
    {
        for (var ordinal = Count - 1; ordinal >= count; ordinal--)
            _table.Remove(ordinal);
        _ids.Cut(count);
        _priorities.Cut(count);
        _runs.Cut(count);
        _strands.Settle(this);
        _heads.Clear();
        foreach (var head in heads)
            _heads.Add(Find(head.Id, count));
        _heads.Sort();
    }

    /// <summary>A command's priority.</summary>
    internal Priority PriorityAt(int ordinal) => _priorities[ordinal];

    /// <summary>Ordinal of a command among the first <paramref name="count"/>, or -1.</summary>
    internal int Find(CommandId id, int count) => _table.Find(id, count);

    /// <summary>Soon a command of this id is added.</summary>
    internal void Expect(CommandId id) => _table.Prefetch(id);

    /// <summary>Sooner still.</summary>
    internal void ExpectNext(CommandId id) => _table.PrefetchId(id);

    internal CommandId IdOf(int ordinal) => _ids[ordinal];

    /// <summary>A command's priority, as a number of the same order.</summary>
    internal ulong PriorityOf(int ordinal)
    {
        var priority = _priorities[ordinal];
        return PriorityOrder.Of(priority.Kind, priority.Value);
    }

    internal Address AddressOf(int ordinal) => new(_ids[ordinal], MaxCutOf(ordinal));

    internal int MaxCutOf(int ordinal)
    {
        ref var segment = ref SegmentOf(ordinal);
        return segment.MaxCut + ordinal - segment.First;
    }

    /// <summary>Ordinals of a command's priors; -1 where it has none.</summary>
    internal (int Left, int Right) PriorsOf(int ordinal)
    {
        ref var segment = ref SegmentOf(ordinal);
        return ordinal > segment.First ? (ordinal - 1, -1) : (segment.Left, RightOf(in segment));
    }

    /// <summary>The next command through which every way from this one to the root passes; -1 of the init command.</summary>
    internal int DominatorOf(int ordinal)
    {
        ref var segment = ref SegmentOf(ordinal);
        return ordinal > segment.First ? ordinal - 1 : DominatorOf(in segment);
    }

    /// <summary>The dominator of a segment's first command; -1 of the init command.</summary>
    internal int DominatorOf(in Segment segment) => segment.IsJoint ? _strands[segment.Joint].Dominator : segment.Left;

    /// <summary>The right prior of a segment's first command; -1 unless that is a merge.</summary>
    internal int RightOf(in Segment segment) => segment.IsJoint ? _strands[segment.Joint].Right : -1;

    internal Strands Strands => _strands;

    internal Runs Runs => _runs;

    /// <summary>Ordinal of the last command of the command's segment.</summary>
    internal int EndOf(int ordinal)
    {
        var next = _runs.NumberOf(ordinal) + 1;
        return next < _runs.Count ? _runs[next].First - 1 : Count - 1;
    }

    internal ref Segment SegmentOf(int ordinal) => ref _runs.Of(ordinal);

    private Result<int> Locate(Address prior, Address child)
    {
        // In a run the prior is the newest command: no need to look for it.
        var ordinal = Count > 0 && _ids[Count - 1] == prior.Id ? Count - 1 : Find(prior.Id, Count);
        if (ordinal < 0)
            return new SyncError(SyncErrorKind.MissingPrior, $"the command {child} follows {prior}, which is not here");
        var maxCut = MaxCutOf(ordinal);
        if (maxCut != prior.MaxCut)
            return new SyncError(SyncErrorKind.WrongMaxCut, $"the command {child} says its prior {prior} has that max cut, it has {maxCut}");
        return ordinal;
    }

    /// <summary>Appends a command that <see cref="WhyNot"/> found nothing against, after the priors it gave.</summary>
    internal int Append(Command command, int left, int right)
    {
        BeginRun(left, right);
        Put(command.Id, command.Priority);
        EndRun(left, right);
        return Count - 1;
    }

    private void BeginRun(int left, int right)
    {
        if (left != Count - 1 || right >= 0 || Count == 0)
            _runs.Add(Begin(Count, left, right));
    }

    private void Put(CommandId id, Priority priority)
    {
        _runs.Cover(Count);
        _ids.Add(id);
        _priorities.Add(priority);
        _table.Add(Count - 1);
    }

    private void EndRun(int left, int right)
    {
        _strands.Extend(_runs[_runs.Count - 1].Joint, Count - 1);
        RemoveHead(left);
        RemoveHead(right);
        _heads.Add(Count - 1);
    }

    private void RemoveHead(int ordinal)
    {
        if (ordinal >= 0 && _heads.BinarySearch(ordinal) is >= 0 and var at)
            _heads.RemoveAt(at);
    }

    private Segment Begin(int ordinal, int left, int right)
    {
        if (left < 0)
            return new Segment(ordinal, 0, -1, 0, -1, _strands.Begin(this, -1, -1, -1, ordinal));
        var maxCut = (right < 0 ? MaxCutOf(left) : Math.Max(MaxCutOf(left), MaxCutOf(right))) + 1;
        var dominator = right < 0 ? left : Ancestry.LastCommonAncestor(this, left, right);
        ref var next = ref SegmentOf(dominator);
        return new Segment(ordinal, maxCut, left, next.Depth + 1, SkipFrom(dominator, ref next), _strands.Begin(this, left, right, dominator, ordinal));
    }

    // Skip entries follow the skew-binary numbers: where two jumps of one length follow each other, one jump of
    // both lengths stands in their place. That gives walks of O(log n) with one entry a segment.
    private int SkipFrom(int dominator, ref Segment next)
    {
        if (next.Skip < 0)
            return dominator;
        ref var second = ref SegmentOf(next.Skip);
        if (second.Skip < 0)
            return dominator;
        ref var third = ref SegmentOf(second.Skip);
        return next.Depth - second.Depth == second.Depth - third.Depth ? second.Skip : dominator;
    }
}
