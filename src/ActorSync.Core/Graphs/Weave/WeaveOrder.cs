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
/// their own number of steps, and so is each when one command of the highest priority hangs off the root.
/// </para>
/// Merges have places in the order too, which nothing is evaluated at.
/// </summary>
internal sealed class WeaveOrder(GraphIndex index)
{
    private readonly Column<ulong> _priorities = new();
    private readonly Column<int> _followers = new();
    private readonly Column<int> _places = new();
    private readonly List<Woven> _order = [];

    /// <summary>Places in the order.</summary>
    public int Count => _order.Count;

    public Woven this[int place] => _order[place];

    /// <summary>Commands that are noted and not woven yet have no place.</summary>
    public bool TryGetPlace(int ordinal, out int place)
    {
        place = ordinal < Count ? _places[ordinal] : -1;
        return place >= 0;
    }

    public bool IsMerge(int ordinal) => _priorities[ordinal] == PriorityOrder.Merge;

    public bool IsFinalize(int ordinal) => _priorities[ordinal] == PriorityOrder.Finalize;

    /// <summary>Notes the newest command of the index; <see cref="Extend"/> weaves it.</summary>
    public void Note(Priority priority)
    {
        var (left, right) = index.PriorsOf(_priorities.Count);
        _priorities.Add(PriorityOrder.Of(priority));
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
        for (var ordinal = _priorities.Count - 1; ordinal >= count; ordinal--)
        {
            var (left, right) = index.PriorsOf(ordinal);
            if (left >= 0)
                _followers[left]--;
            if (right >= 0)
                _followers[right]--;
        }
        _priorities.Cut(count);
        _followers.Cut(count);
        _places.Cut(count);
    }

    /// <summary>Weaves what was noted. An error changes nothing: parallel finalize commands.</summary>
    public Result<WeaveChange> Extend()
    {
        var strands = new OpenStrands(index, _priorities);
        foreach (var head in index.HeadOrdinals)
            strands.Open(head);
        var taken = new List<Woven>();
        var (newLeft, oldTaken, lowest) = (_priorities.Count - Count, 0, Count);
        while (newLeft > 0 || lowest + oldTaken < Count)
        {
            if (strands.Take(out var woven) is { } error)
                return error;
            taken.Add(woven);
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
        taken.Reverse();
        return Replace(lowest, taken);
    }

    /// <summary>Takes back the latest change that is left; its commands are noted, not woven.</summary>
    public void Revert(WeaveChange change)
    {
        for (var place = change.First; place < Count; place++)
            _places[_order[place].Ordinal] = -1;
        Write(change.First, change.Before);
    }

    /// <summary>
    /// The order of what comes before a command, itself included, and after another that it dominates: all on every way
    /// between the two. Costs what lies between them.
    /// </summary>
    public Result<IReadOnlyList<Woven>> Between(int dominator, int top)
    {
        var followers = FollowersBetween(dominator, top);
        var strands = new OpenStrands(index, _priorities);
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

    private WeaveChange Replace(int from, List<Woven> after)
    {
        var same = 0;
        while (from + same < Count && _order[from + same].Ordinal == after[same].Ordinal)
            same++;
        var first = from + same;
        var change = new WeaveChange(first, _order.GetRange(first, Count - first));
        Write(first, after.GetRange(same, after.Count - same));
        return change;
    }

    private void Write(int from, IReadOnlyList<Woven> places)
    {
        _order.RemoveRange(from, Count - from);
        _order.AddRange(places);
        for (var place = from; place < Count; place++)
            _places[_order[place].Ordinal] = place;
    }

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
