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
/// <param name="policy">The policy.</param>
/// <param name="read">Reads a command.</param>
internal sealed class PastFacts(GraphIndex index, WeaveOrder order, Func<int, Result<FactHistory>> history, IGraphPolicy policy, Func<int, Command> read)
{
    private readonly Dictionary<int, (Evaluated Evaluated, FactTree? Facts)> _evaluated = [];
    private readonly Dictionary<int, FactTree> _known = [];
    private Dictionary<int, FactTree> _heads = [];

    /// <summary>The facts after a command.</summary>
    public Result<FactTree> At(int ordinal)
    {
        if (TryGetKnown(ordinal, out var facts))
            return facts;
        if (!Weave(ordinal, null).TryGet(out facts, out var error))
            return error;
        _known[ordinal] = facts;
        return facts;
    }

    /// <summary>
    /// The same, to look some up. Of a command that stands alone far back they are not put together: many that branch off
    /// at many old places would each pay for all that was written since.
    /// </summary>
    public Result<IFactSource> SourceAt(int ordinal)
    {
        if (!TryGetKnown(ordinal, out _) && order.TryGetPlace(ordinal, out var place) && order[place].Alone)
        {
            if (!history(place + 1).TryGet(out var known, out var damage))
                return damage;
            if (known.IsFarBack(place + 1))
                return new Result<IFactSource>(new PastPlaceFacts(known, place + 1));
        }
        return At(ordinal).TryGet(out var facts, out var error) ? new Result<IFactSource>(new TreeFacts(facts)) : error;
    }

    /// <summary>What a merge's weave emits: all after its first command.</summary>
    public Result<IReadOnlyList<Effect>> WeaveOf(int merge)
    {
        var effects = new List<Effect>();
        if (!Weave(merge, effects).TryGet(out var facts, out var error))
            return error;
        _known[merge] = facts;
        return effects;
    }

    /// <summary>Notes what came of a tentative command over its prior's facts, and the facts after it if they are at hand.</summary>
    public void Know(int ordinal, Evaluated evaluated, FactTree? facts) => _evaluated[ordinal] = (evaluated, facts);

    public void Know(int ordinal, FactTree facts) => _known[ordinal] = facts;

    /// <summary>What came of a tentative command over its prior's facts, and the facts after it if they are at hand.</summary>
    public bool TryGetEvaluated(int ordinal, out (Evaluated Evaluated, FactTree? Facts) known) => _evaluated.TryGetValue(ordinal, out known);

    /// <summary>The facts of a command that are at hand.</summary>
    public bool TryGetKnown(int ordinal, out FactTree facts)
    {
        if (!_evaluated.TryGetValue(ordinal, out var evaluated) || evaluated.Facts is not { } after)
            return _known.TryGetValue(ordinal, out facts) || _heads.TryGetValue(ordinal, out facts);
        facts = after;
        return true;
    }

    /// <summary>Knows the facts of these heads from now on; gives those it knew.</summary>
    public Dictionary<int, FactTree> Replace(Dictionary<int, FactTree> heads)
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
    }

    private Result<FactTree> Weave(int top, List<Effect>? effects)
    {
        var from = top;
        FactTree facts;
        while (!TryGetKnown(from, out facts))
        {
            if (order.TryGetPlace(from, out var place) && order[place].Alone)
            {
                if (!history(place + 1).TryGet(out var known, out var damage))
                    return damage;
                _known[from] = facts = known.At(place + 1);
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
            if (!Evaluator.Evaluate(policy, read(past[i].Ordinal), facts).TryGet(out var evaluated, out error))
                return error;
            facts = evaluated.Apply(facts);
            if (i >= emitFrom)
                effects!.AddRange(evaluated.Effects);
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
