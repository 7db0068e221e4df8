using System.Runtime.InteropServices;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// What came of commands that follow each other and the newest command before them, until they are sealed: in columns, so
/// that a command costs no objects of its own.
/// </summary>
internal sealed class OpenRun
{
    // Whoever branches off somewhere in the run finds the facts there from the nearest of these.
    private const int KnownEvery = 64;

    private readonly List<FactTouch> _touches = [];
    private readonly List<int> _touchEnds = [];
    private readonly List<Emission> _effects = [];
    private readonly List<int> _effectEnds = [];
    private readonly List<FactTree> _known = [];

    /// <summary>Commands.</summary>
    public int Count => _touchEnds.Count;

    /// <summary>What all of them emitted.</summary>
    public ReadOnlySpan<Emission> Effects => CollectionsMarshal.AsSpan(_effects);

    /// <summary>What all of them touched, behind each other.</summary>
    public ReadOnlySpan<FactTouch> Touches => CollectionsMarshal.AsSpan(_touches);

    /// <summary>Behind the last touch of each command.</summary>
    public ReadOnlySpan<int> TouchEnds => CollectionsMarshal.AsSpan(_touchEnds);

    public void Add(Evaluation evaluation)
    {
        _touches.AddRange(evaluation.Touches);
        _touchEnds.Add(_touches.Count);
        _effects.AddRange(evaluation.Effects);
        _effectEnds.Add(_effects.Count);
    }

    public ReadOnlySpan<FactTouch> TouchesOf(int command) => CollectionsMarshal.AsSpan(_touches)[StartOf(_touchEnds, command).._touchEnds[command]];

    public ReadOnlySpan<Emission> EffectsOf(int command) => CollectionsMarshal.AsSpan(_effects)[StartOf(_effectEnds, command).._effectEnds[command]];

    /// <summary>The facts after one of the commands, of those before the first.</summary>
    public FactTree FactsAfter(int command, FactVersion before)
    {
        if (_known.Count == 0)
            _known.Add(before.Tree);
        while (_known.Count <= (command + 1) / KnownEvery)
            _known.Add(Apply(_known[^1], (_known.Count - 1) * KnownEvery, _known.Count * KnownEvery));
        var from = (command + 1) / KnownEvery;
        return Apply(_known[from], from * KnownEvery, command + 1);
    }

    public void Clear()
    {
        _touches.Clear();
        _touchEnds.Clear();
        _effects.Clear();
        _effectEnds.Clear();
        _known.Clear();
    }

    private FactTree Apply(FactTree facts, int from, int end)
    {
        for (; from < end; from++)
            facts = facts.With(TouchesOf(from));
        return facts;
    }

    private static int StartOf(List<int> ends, int command) => command == 0 ? 0 : ends[command - 1];
}
