using System.Diagnostics.CodeAnalysis;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Weave;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// The facts of a single command: those that its own past leaves, whatever else the graph holds. Known are those of the
/// heads, of what is tentative, and of every place of the weave where a command stood alone; others are woven from the
/// nearest known command that dominates them, at the price of what lies between.
/// </summary>
/// <param name="index">The graph.</param>
/// <param name="order">Its weave.</param>
/// <param name="history">The history, known from the place that is given on; or why it cannot be rebuilt.</param>
/// <param name="tip">The strand that what is tentative began with.</param>
/// <param name="evaluator">Evaluates commands with the policy.</param>
/// <param name="read">Reads a command.</param>
internal sealed class PastFacts(GraphIndex index, WeaveOrder order, Func<int, Result<FactHistory>> history, OpenTip tip, Evaluator evaluator, Func<int, Command> read)
{
    // Strands that are kept from one transaction to the next: each may hold all facts of its own.
    private const int MostStrands = 8;

    private readonly Dictionary<int, (Evaluated Evaluated, FactTree? Facts)> _evaluated = [];
    private readonly Dictionary<int, FactVersion> _known = [];
    // Of strands that branch off far back: the newest command, and the facts after it. More come on most of them.
    private readonly Dictionary<int, StrandFacts> _strands = [];
    private Dictionary<int, FactVersion> _heads = [];

    /// <summary>The facts after a command.</summary>
    public Result<FactTree> At(int ordinal)
    {
        if (TryGetKnown(ordinal, out var facts))
            return facts;
        if (!Weave(ordinal, null).TryGet(out facts, out var error))
            return error;
        _known[ordinal] = new FactVersion(facts);
        return facts;
    }

    /// <summary>
    /// The same, to look some up. Of a command that stands alone far back they are not put together: many that branch off
    /// at many old places would each pay for all that was written since.
    /// </summary>
    public Result<IFactSource> SourceAt(int ordinal)
    {
        if (!_strands.TryGetValue(ordinal, out var strand) && !TryGetVersion(ordinal, out _))
            strand = new StrandFacts(ordinal);
        if (strand is not null)
        {
            if (!IsFarBack(strand).TryGet(out var isFarBack, out var damage))
                return damage;
            if (isFarBack)
                return strand;
        }
        return At(ordinal).TryGet(out var facts, out var error) ? new TreeFacts(facts) : error;
    }

    /// <summary>What a merge's weave emits: all after its first command.</summary>
    public Result<List<Emission>> WeaveOf(int merge)
    {
        var effects = new List<Emission>();
        if (!Weave(merge, effects).TryGet(out var facts, out var error))
            return error;
        _known[merge] = new FactVersion(facts);
        return effects;
    }

    /// <summary>Notes what came of a tentative command over these facts of its prior.</summary>
    public void Know(int ordinal, int prior, Evaluated evaluated, IFactSource before)
    {
        _evaluated[ordinal] = (evaluated, before is TreeFacts tree ? evaluated.Apply(tree.Whole()) : null);
        if (before is not StrandFacts strand)
            return;
        _strands.Remove(prior);
        strand.Add(evaluated.Touches);
        _strands[ordinal] = strand;
    }

    public void Know(int ordinal, FactVersion facts) => _known[ordinal] = facts;

    /// <summary>Takes what came of a tentative command over its prior's facts for what came of the latest evaluation.</summary>
    public bool TryRecall(int ordinal)
    {
        if (tip.Contains(ordinal))
            tip.Recall(ordinal, evaluator.Last);
        else if (_evaluated.TryGetValue(ordinal, out var known))
            evaluator.Last.Recall(known.Evaluated.Touches, known.Evaluated.Effects);
        else
            return false;
        return true;
    }

    /// <summary>The facts of a command that are at hand.</summary>
    public bool TryGetKnown(int ordinal, out FactTree facts)
    {
        if (!TryGetVersion(ordinal, out var version))
        {
            facts = default;
            return false;
        }
        facts = version.Tree;
        return true;
    }

    /// <summary>The same, as a version.</summary>
    public bool TryGetVersion(int ordinal, [NotNullWhen(true)] out FactVersion? facts)
    {
        if (tip.Contains(ordinal))
            facts = new FactVersion(tip.FactsAfter(ordinal));
        else if (_evaluated.TryGetValue(ordinal, out var evaluated) && evaluated.Facts is { } after)
            facts = new FactVersion(after);
        else
            return _known.TryGetValue(ordinal, out facts) || _heads.TryGetValue(ordinal, out facts);
        return true;
    }

    /// <summary>Knows the facts of these heads from now on; gives those it knew.</summary>
    public Dictionary<int, FactVersion> Replace(Dictionary<int, FactVersion> heads)
    {
        var before = _heads;
        _heads = heads;
        return before;
    }

    /// <summary>Forgets all but the heads'.</summary>
    public void Forget()
    {
        _evaluated.Clear();
        _known.Clear();
        foreach (var (ordinal, strand) in _strands)
        {
            strand.Origin.Lose();
            strand.Shrink();
            if (!index.HeadOrdinals.Contains(ordinal))
                _strands.Remove(ordinal);
        }
        while (_strands.Count > MostStrands)
            _strands.Remove(_strands.Keys.Min());
    }

    // Whether the command where it branches off stands alone, far back. Its facts are looked up there.
    private Result<bool> IsFarBack(StrandFacts strand)
    {
        if (strand.Origin.IsFound)
            return true;
        if (!order.TryGetPlace(strand.Root, out var place) || !order[place].Alone)
            return false;
        if (!history(place + 1).TryGet(out var known, out var error))
            return error;
        if (!known.IsFarBack(place + 1))
            return false;
        strand.Origin.MoveTo(known, place + 1);
        return true;
    }

    private Result<FactTree> Weave(int top, List<Emission>? effects)
    {
        var from = top;
        FactTree facts;
        while (!TryGetKnown(from, out facts))
        {
            if (order.TryGetPlace(from, out var place) && order[place].Alone)
            {
                if (!history(place + 1).TryGet(out var known, out var damage))
                    return damage;
                _known[from] = new FactVersion(facts = known.At(place + 1));
                break;
            }
            from = index.DominatorOf(from);
        }
        if (from == top)
            return facts;
        if (!order.Between(from, top).TryGet(out var past, out var error))
            return error;
        var emitFrom = effects is null ? int.MaxValue : FirstOfWeave(past) + 1;
        for (var i = 0; i < past.Count; i++)
        {
            error = evaluator.Evaluate(read(past[i].Ordinal), new TreeFacts(facts));
            if (error is not null)
                return error;
            facts = facts.With(evaluator.Last.Touches);
            if (i >= emitFrom)
                effects!.AddRange(evaluator.Last.Effects);
        }
        return facts;
    }

    // The last command that stood alone, below the merge itself, which always does.
    private static int FirstOfWeave(IReadOnlyList<Woven> past)
    {
        var i = past.Count - 2;
        while (!past[i].Alone)
            i--;
        return i;
    }
}
