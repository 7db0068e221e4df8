using ActorSync.Graphs.Policies;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// The newest command, as long as all that is not sealed is one strand that ends with it: most of what comes. Its facts go
/// along, and what came of the strand is kept in columns.
/// </summary>
internal sealed class OpenTip
{
    private readonly TipFacts _facts = new(FactVersion.Empty);
    private FactVersion _sealed = FactVersion.Empty;
    private int _first = -1;

    /// <summary>What came of the commands of the strand.</summary>
    public OpenRun Run { get; } = new();

    public IFactSource Facts => _facts;

    /// <summary>Whether a command that is added as this ordinal after that prior goes on with the strand.</summary>
    public bool IsNext(int ordinal, int prior) => _first >= 0 && prior == ordinal - 1 && ordinal == _first + Run.Count;

    /// <summary>Whether the strand is all that was added from there on.</summary>
    public bool IsAll(int first, int count) => _first == first && Run.Count == count;

    public bool Contains(int ordinal) => _first >= 0 && ordinal >= _first && ordinal < _first + Run.Count;

    public void Add(Evaluation evaluation)
    {
        _facts.Add(evaluation.Touches);
        Run.Add(evaluation);
    }

    /// <summary>Takes what came of one of its commands for what came of the latest evaluation.</summary>
    public void Recall(int ordinal, Evaluation evaluation) => evaluation.Recall(Run.TouchesOf(ordinal - _first), Run.EffectsOf(ordinal - _first));

    /// <summary>The facts after one of its commands.</summary>
    public FactTree FactsAfter(int ordinal) => Run.FactsAfter(ordinal - _first, _sealed);

    /// <summary>The facts after the whole strand.</summary>
    public FactVersion Seal() => _facts.Seal();

    /// <summary>All is sealed or dropped: a strand may begin at this ordinal, over these facts; at -1 none may.</summary>
    public void Begin(int ordinal, FactVersion facts)
    {
        Run.Clear();
        _first = ordinal;
        _sealed = facts;
        _facts.Reset(facts);
    }
}
