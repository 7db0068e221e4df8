using ActorSync.Core.Tests.Weave;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Core.Tests.Clients;

/// <summary>
/// What a client must hold and emit, by the definition: everything is evaluated from the root each time. Effects come of
/// the places that changed, and of what stands behind those as it stood where it touches a fact that was written, then or
/// now, by what is evaluated anew before it; of the others it is checked that nothing else comes of them.
/// </summary>
internal sealed class NaiveClient(IGraphPolicy policy)
{
    private readonly List<Command> _commands = [];
    private Dictionary<CommandId, Evaluated> _evaluated = [];

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
            whole.AddRange(evaluated.Effects.Select(effect => effect.ToEffect()));
        }
        var heads = new WeaveOracle(_commands).Heads();
        if (heads.Count > 1)
            whole.AddRange(EffectsOfWeave(heads));
        var order = Order();
        var same = before.Zip(order).TakeWhile(pair => pair.First == pair.Second).Count();
        var rest = before.Reverse().Zip(order.Reverse()).Take(before.Count - same).TakeWhile(pair => pair.First == pair.Second).Count();
        return (whole, EvaluateAnew(order, before.Take(before.Count - rest).Skip(same), same, order.Count - rest));
    }

    // The places from one to another are new, those that stood there are gone.
    private List<Effect> EvaluateAnew(IReadOnlyList<Command> order, IEnumerable<Command> gone, int from, int to)
    {
        var (now, effects) = (new Dictionary<CommandId, Evaluated>(), new List<Effect>());
        var written = gone.SelectMany(command => Written(_evaluated[command.Id])).ToHashSet();
        var all = false;
        Facts = FactTree.Empty;
        for (var place = 0; place < order.Count; place++)
        {
            var then = _evaluated.GetValueOrDefault(order[place].Id);
            var evaluated = now[order[place].Id] = Evaluator.Evaluate(policy, order[place], Facts).Value;
            Facts = evaluated.Apply(Facts);
            if (place < from)
                continue;
            if (place >= to && !all && !then!.Touches.Any(touch => Touches(touch, written)))
            {
                Assert.Equal(then.Touches.Select(Show), evaluated.Touches.Select(Show));
                continue;
            }
            effects.AddRange(evaluated.Effects.Select(effect => effect.ToEffect()));
            written.UnionWith(Written(evaluated));
            if (place >= to)
                written.UnionWith(Written(then!));
            all |= place >= to && evaluated.Touches.Any(touch => touch.Kind == TouchKind.Query);
        }
        _evaluated = now;
        return effects;
    }

    private static IEnumerable<string> Written(Evaluated evaluated) =>
        evaluated.Touches.Where(touch => touch.IsWrite).Select(touch => Convert.ToHexString(touch.Place));

    private static bool Touches(FactTouch touch, HashSet<string> written) => touch.Kind == TouchKind.Query
        ? written.Any(place => place.StartsWith(Convert.ToHexString(touch.Place), StringComparison.Ordinal))
        : written.Contains(Convert.ToHexString(touch.Place));

    private static string Show(FactValue value) => value.IsNone ? "-" : Convert.ToHexString(value.Span);

    private static string Show(FactTouch touch) =>
        $"{touch.Kind} {Convert.ToHexString(touch.Place)} {Show(touch.Before)} {Show(touch.After)}";

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
            facts = evaluated.Apply(facts);
            if (i >= emitFrom)
                effects.AddRange(evaluated.Effects.Select(effect => effect.ToEffect()));
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
