using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Weave;

/// <summary>
/// The weave: one linear order of a graph's commands, the same for every peer that holds them, whatever order they came
/// in, and kept while the graph grows.
/// <para>
/// As it is defined, the weave of some heads begins at their last common ancestor: backwards from the heads the strand
/// with the lowest (priority, id) is taken, merges are skipped, a prior becomes a strand unless another strand can still
/// reach it, and the last strand left ends it. That last one brings the facts of its own past, and if there is a merge in
/// that past, those are what the weave of the merge's two priors leaves; and so on to the root. Two observations turn
/// this into one simple walk:
/// </para>
/// <list type="bullet">
/// <item>The strands are always the commands that no other remaining command follows. So a prior becomes a strand when
/// the last of its followers is taken: counting followers stands in for every question about ancestors, and the common
/// ancestor, which all strands reach, is never a strand before the others are gone.</item>
/// <item>To go on past the last strand, to its priors, is to weave its past. So the order of the whole graph is: take the
/// lowest of the strands until nothing is left; reversed.</item>
/// </list>
/// <para>
/// What is taken next depends only on what remains. When new commands came, the walk begins again at the heads, and as
/// soon as all new commands are taken and the old ones taken are just those at the end of the old order, what remains is
/// what remained then: the rest of the order stands as it stood. New commands at the tip of a long graph are woven in
/// their own number of steps, and so is each when one command of the highest priority hangs off the root. What was taken
/// before the first new command stands as it stood too, only further back: there the walk is all that it costs.
/// </para>
/// Merges have places in the order too, which nothing is evaluated at.
/// </summary>
internal sealed class WeaveOrder(GraphIndex index)
{
    private const int MostKept = 1 << 18;

    private readonly Column<int> _followers = new();
    private readonly Column<int> _places = new();

    // Of a command that stands alone the ordinal, of others its complement.
    private readonly List<int> _order = [];

    // Used by one walk after the other.
    private readonly List<Woven> _taken = [];

    /// <summary>Places in the order.</summary>
    public int Count => _order.Count;

    public Woven this[int place] => new(OrdinalAt(place), _order[place] >= 0);

    /// <summary>Commands that are noted and not woven yet have no place.</summary>
    public bool TryGetPlace(int ordinal, out int place)
    {
        place = ordinal < Count ? _places[ordinal] : -1;
        return place >= 0;
    }

    public bool IsMerge(int ordinal) => index.PriorityOf(ordinal) == PriorityOrder.Merge;

    public bool IsFinalize(int ordinal) => index.PriorityOf(ordinal) == PriorityOrder.Finalize;

    /// <summary>Notes the next command of the index; <see cref="Extend()"/> weaves it.</summary>
    public void Note()
    {
        var (left, right) = index.PriorsOf(_followers.Count);
        Note(left, right);
    }

    /// <summary>The same, with its priors.</summary>
    public void Note(int left, int right)
    {
        _followers.Add(0);
        _places.Add(-1);
        if (left >= 0)
            _followers[left]++;
        if (right >= 0)
            _followers[right]++;
    }

    /// <summary>Forgets the newest commands, not woven, until so many are left; they are still in the index.</summary>
    public void Forget(int count)
    {
        for (var ordinal = _followers.Count - 1; ordinal >= count; ordinal--)
        {
            var (left, right) = index.PriorsOf(ordinal);
            if (left >= 0)
                _followers[left]--;
            if (right >= 0)
                _followers[right]--;
        }
        _followers.Cut(count);
        _places.Cut(count);
    }

    /// <summary>Weaves what was noted, when that is one strand behind the last command: it stands as it came.</summary>
    public WeaveChange ExtendRun()
    {
        var change = new WeaveChange(Count, [], _followers.Count - Count, []);
        for (var ordinal = Count; ordinal < _followers.Count; ordinal++)
        {
            _order.Add(ordinal);
            _places[ordinal] = ordinal;
        }
        return change;
    }

    /// <summary>Weaves what was noted. An error changes nothing: parallel finalize commands.</summary>
    public Result<WeaveChange> Extend() => Extend(index.HeadOrdinals);

    /// <summary>The same when those noted are not all of the index: the heads are theirs.</summary>
    public Result<WeaveChange> Extend(IEnumerable<int> heads)
    {
        var strands = new OpenStrands(index);
        foreach (var head in heads)
            strands.Open(head);
        _taken.Clear();
        var (newLeft, oldTaken, lowest) = (_followers.Count - Count, 0, Count);
        while (newLeft > 0 || lowest + oldTaken < Count)
        {
            if (strands.Take(out var woven) is { } error)
                return error;
            _taken.Add(woven);
            if (woven.Ordinal >= Count)
            {
                newLeft--;
            }
            else
            {
                oldTaken++;
                lowest = Math.Min(lowest, _places[woven.Ordinal]);
            }
            var (left, right) = index.PriorsOf(woven.Ordinal);
            if (left >= 0)
                strands.Release(left, _followers[left]);
            if (right >= 0)
                strands.Release(right, _followers[right]);
        }
        _taken.Reverse();
        var change = Replace(lowest, _taken);
        if (_taken.Capacity > MostKept)
        {
            _taken.Clear();
            _taken.Capacity = MostKept;
        }
        return change;
    }

    /// <summary>The commands that were noted and that no other of those follows.</summary>
    public IEnumerable<int> HeadsOfNoted() => Enumerable.Range(0, _followers.Count).Where(ordinal => _followers[ordinal] == 0);

    /// <summary>Takes back the latest change that is left; its commands are noted, not woven.</summary>
    public void Revert(WeaveChange change)
    {
        for (var place = change.First; place < change.First + change.Inserted; place++)
            _places[OrdinalAt(place)] = -1;
        Replace(change.First, change.Inserted, change.Before);
        foreach (var place in change.NoLongerAlone)
            _order[place] = ~_order[place];
    }

    /// <summary>
    /// The order of what comes before a command, itself included, and after another that it dominates: all on every way
    /// between the two. Costs what lies between them.
    /// </summary>
    public Result<IReadOnlyList<Woven>> Between(int dominator, int top)
    {
        var followers = FollowersBetween(dominator, top);
        var strands = new OpenStrands(index);
        strands.Open(top);
        var taken = new List<Woven>();
        while (!strands.AtEnd)
        {
            if (strands.Take(out var woven) is { } error)
                return error;
            taken.Add(woven);
            var (left, right) = index.PriorsOf(woven.Ordinal);
            if (left != dominator)
                strands.Release(left, followers[left]);
            if (right >= 0 && right != dominator)
                strands.Release(right, followers[right]);
        }
        taken.Reverse();
        return taken;
    }

    private int OrdinalAt(int place) => _order[place] ^ _order[place] >> 31;

    // What stands from there on, first and last as it stood.
    private WeaveChange Replace(int from, List<Woven> after)
    {
        var same = 0;
        while (from + same < Count && OrdinalAt(from + same) == after[same].Ordinal)
            same++;
        var (first, rest) = (from + same, 0);
        while (Count - rest > first && OrdinalAt(Count - 1 - rest) == after[^(rest + 1)].Ordinal)
            rest++;
        var removed = Count - rest - first;
        var inserted = after.GetRange(same, after.Count - same - rest).ConvertAll(Packed);
        var change = new WeaveChange(first, _order.GetRange(first, removed), inserted.Count, []);
        // New commands come before the rest and are not in its past.
        for (var place = Count - rest; place < Count; place++)
        {
            if (_order[place] < 0)
                continue;
            _order[place] = ~_order[place];
            change.NoLongerAlone.Add(place);
        }
        Replace(first, removed, inserted);
        return change;
    }

    private void Replace(int first, int removed, IReadOnlyList<int> inserted)
    {
        _order.RemoveRange(first, removed);
        _order.InsertRange(first, inserted);
        var end = removed == inserted.Count ? first + removed : Count;
        for (var place = first; place < end; place++)
            _places[OrdinalAt(place)] = place;
    }

    private static int Packed(Woven woven) => woven.Alone ? woven.Ordinal : ~woven.Ordinal;

    private Dictionary<int, int> FollowersBetween(int dominator, int top)
    {
        var followers = new Dictionary<int, int> { [top] = 0 };
        var open = new Stack<int>([top]);
        while (open.TryPop(out var ordinal))
        {
            var (left, right) = index.PriorsOf(ordinal);
            Count(left);
            Count(right);
        }
        return followers;

        void Count(int prior)
        {
            if (prior < 0 || prior == dominator)
                return;
            ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(followers, prior, out var seen);
            count++;
            if (!seen)
                open.Push(prior);
        }
    }
}
