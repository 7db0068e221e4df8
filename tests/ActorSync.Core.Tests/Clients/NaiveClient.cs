using ActorSync.Core.Tests.Weave;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Core.Tests.Clients;

/// <summary>What a client must hold and emit, by evaluating everything from the root each time.</summary>
internal sealed class NaiveClient(IGraphPolicy policy)
{
    private readonly List<Command> _commands = [];

    public IReadOnlyList<Command> Commands => _commands;

    public FactTree Facts { get; private set; }

    /// <summary>Adds a batch; gives the effects by the definition, and those of what changed its place.</summary>
    public (List<Effect> Whole, List<Effect> Changed) Add(IEnumerable<Command> batch)
    {
        var before = _commands.Count == 0 ? [] : Order();
        var whole = new List<Effect>();
        foreach (var command in batch)
        {
            if (!AreHere(command.Prior))
                continue;
            if (command.Prior.Kind == PriorKind.Merge)
            {
                _commands.Add(command);
                whole.AddRange(EffectsOfWeave([Find(command.Prior.Left.Id), Find(command.Prior.Right.Id)]));
                continue;
            }
            var past = command.Prior.Kind == PriorKind.None ? [] : new WeaveOracle(_commands).OrderOf([Find(command.Prior.Left.Id)]);
            var evaluated = Evaluate(past, 0, command);
            if (evaluated.Rejection is not null)
                continue;
            _commands.Add(command);
            whole.AddRange(evaluated.Effects);
        }
        var heads = new WeaveOracle(_commands).Heads();
        if (heads.Count > 1)
            whole.AddRange(EffectsOfWeave(heads));
        var order = Order();
        var same = before.Zip(order).TakeWhile(pair => pair.First == pair.Second).Count();
        var changed = new List<Effect>();
        Facts = Replay(order, same, changed);
        return (whole, changed);
    }

    public IReadOnlyList<Command> Order()
    {
        var oracle = new WeaveOracle(_commands);
        return oracle.OrderOf(oracle.Heads());
    }

    private List<Effect> EffectsOfWeave(IReadOnlyList<Command> heads)
    {
        var oracle = new WeaveOracle(_commands);
        var effects = new List<Effect>();
        var order = oracle.OrderOf(heads);
        Replay(order, order.Count - (oracle.WeaveOf(heads).Count - 1), effects);
        return effects;
    }

    private Evaluated Evaluate(IReadOnlyList<Command> past, int from, Command command)
    {
        var facts = Replay(past, from, []);
        return Evaluator.Evaluate(policy, command, facts).Value;
    }

    private FactTree Replay(IReadOnlyList<Command> order, int emitFrom, List<Effect> effects)
    {
        var facts = FactTree.Empty;
        for (var i = 0; i < order.Count; i++)
        {
            var evaluated = Evaluator.Evaluate(policy, order[i], facts).Value;
            facts = evaluated.Facts;
            if (i >= emitFrom)
                effects.AddRange(evaluated.Effects);
        }
        return facts;
    }

    private bool AreHere(Prior prior) => prior.Kind switch
    {
        PriorKind.None => true,
        PriorKind.Single => Has(prior.Left.Id),
        _ => Has(prior.Left.Id) && Has(prior.Right.Id),
    };

    private bool Has(CommandId id) => _commands.Exists(command => command.Id == id);

    private Command Find(CommandId id) => _commands.Find(command => command.Id == id)!;
}
