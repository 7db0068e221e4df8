using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Graphs.Weave;
using ActorSync.Machines;

namespace ActorSync.Graphs.Clients;

/// <summary>
/// A graph with its weave and its facts, in memory. Commands are added one by one, each evaluated over its prior's facts,
/// and rejected or tentative then; <see cref="Seal"/> weaves what was added and evaluates once what changed its place.
/// What was sealed can be taken back, newest first, when a store does not commit it.
/// <code>
/// Add, Act ──> tentative ──Seal──> step ──> the next Add
///                  └Discard            └TakeBack
/// </code>
/// </summary>
internal sealed class WovenGraph : IFactKeeping
{
    private readonly GraphIndex _index;
    private readonly ICommandReader _reader;
    private readonly IGraphPolicy _policy;
    private readonly Evaluator _evaluator;
    private readonly OpenTip _tip = new();
    private readonly GraphClientOptions _options;
    private readonly WeaveOrder _order;
    private readonly WovenFacts _facts;
    private readonly PastFacts _past;
    // The ids of rejected commands and of what followed them.
    private readonly RecentMap<CommandId, bool> _rejected;
    private readonly List<Command> _fresh = [];
    private readonly List<Emission> _effects = [];
    private HeadSet _heads = HeadSet.Empty;
    private int _steps;

    private WovenGraph(GraphIndex index, ICommandReader reader, IGraphPolicy policy, GraphClientOptions options)
    {
        _index = index;
        _reader = reader;
        _policy = policy;
        _options = options;
        _evaluator = new Evaluator(policy);
        _order = new WeaveOrder(index);
        _facts = new WovenFacts(index, _order, policy, _evaluator, options, Read);
        _past = new PastFacts(index, _order, _facts.HistoryFrom, _tip, _evaluator, Read);
        _rejected = new RecentMap<CommandId, bool>(options.RejectedIds);
        Clear();
    }

    /// <summary>The facts after the last sealed step.</summary>
    public Facts Facts => new(_facts.Version);

    public WeaveOrder Order => _order;

    /// <summary>Whether something was added that is not sealed.</summary>
    public bool IsOpen => _fresh.Count > 0;

    /// <summary>Whether the command was rejected, or follows one that was, as far as that is remembered.</summary>
    public bool IsRejected(CommandId id) => _rejected.Contains(id);

    /// <summary>Whether so much has changed since the last snapshot that another should be taken.</summary>
    public bool IsSnapshotDue => _facts.IsSnapshotDue;

    /// <summary>Whether one should be taken even while there is much to do.</summary>
    public bool IsSnapshotOverdue => _facts.IsSnapshotOverdue;

    /// <summary>Whether a snapshot should be taken when nothing more will change: it need not be written anew for a few commands.</summary>
    public bool IsLastSnapshotDue => _facts.IsLastSnapshotDue;

    /// <summary>
    /// Opens what a store holds: with the facts of a snapshot that fits it, weaving and evaluating what came after that;
    /// or all of it. The error is final: parallel finalize commands, or a policy that failed.
    /// </summary>
    public static Result<WovenGraph> Open(GraphIndex index, ICommandReader reader, IGraphPolicy policy, GraphClientOptions options, IFactStore? facts = null)
    {
        var graph = new WovenGraph(index, reader, policy, options);
        if (policy.Version is not null && facts?.Read() is { } snapshot && !graph._facts.TryRestore(snapshot))
            graph = new WovenGraph(index, reader, policy, options);
        for (var ordinal = graph._facts.Count; ordinal < index.Count; ordinal++)
            graph._order.Note();
        return graph.Weave(null).TryGet(out _, out var error) ? graph : error;
    }

    /// <summary>
    /// The sealed facts as they are now, to be written elsewhere: little is copied. Null when the policy's facts are not kept.
    /// </summary>
    public FactSnapshot? TakeSnapshot() => _facts.TakeSnapshot(_heads);

    /// <summary>Adds a received command; the error says why not. A failed policy leaves all else as it was.</summary>
    public SyncError? Add(Command command) => TooLarge(command) ?? WasRejected(command) ?? AddEvaluated(command);

    private SyncError? AddEvaluated(Command command)
    {
        if (command.PriorKind == PriorKind.Merge)
            return AddMerge(command);
        if (_index.WhyNot(command, ref _steps, out var prior, out _) is { } error)
            return error;
        if (_tip.IsNext(_index.Count, prior))
            return AddAtTip(command, prior);
        if (!FactsBefore(prior).TryGet(out var before, out error))
            return error;
        error = Evaluate(command, before);
        if (error is not null)
            return error;
        Enter(command, prior);
        _past.Know(_index.Count - 1, prior, _evaluator.Last.ToEvaluated(), before);
        if (_options.EmitWholeWeave)
            _effects.AddRange(_evaluator.Last.Effects);
        return null;
    }

    private SyncError? AddAtTip(Command command, int prior)
    {
        if (Evaluate(command, _tip.Facts) is { } error)
            return error;
        Enter(command, prior);
        _tip.Add(_evaluator.Last);
        return null;
    }

    private SyncError? Evaluate(Command command, IFactSource before)
    {
        if (_evaluator.Evaluate(command, before) is { } error)
            return error;
        if (_evaluator.Last.Rejection is not { } rejection)
            return null;
        _rejected.TryAdd(command.Id, true);
        return rejection;
    }

    /// <summary>Writes a local command after all heads, which are merged into one first.</summary>
    public Result<Command> Act(Priority priority, ReadOnlySpan<byte> payload)
    {
        var command = Command.Create(Prior.Single(Collapse()), priority, payload, _policy.Identity);
        // Tried again, it is told again why it is rejected.
        return (TooLarge(command) ?? AddEvaluated(command)) is { } error ? error : command;
    }

    /// <summary>Merges the heads into one, and gives that.</summary>
    public Address Collapse()
    {
        if (_index.HeadOrdinals.Count == 1)
            return _index.AddressOf(_index.Count - 1);
        // With nothing tentative, what the merges weave is what stands woven.
        var isSealed = !IsOpen;
        foreach (var merge in VirtualMerge.Of(_index.Heads(), _policy))
            Enter(merge);
        if (isSealed)
            _past.Know(_index.Count - 1, _facts.Version);
        return _index.AddressOf(_index.Count - 1);
    }

    /// <summary>Weaves what was added. The error took all of it back: parallel finalize commands, a policy that failed.</summary>
    public Result<WovenStep> Seal()
    {
        var first = _index.Count - _fresh.Count;
        if (Weave(_fresh.ToArray()).TryGet(out var step, out var error))
            return step;
        Discard(first);
        return error;
    }

    /// <summary>Takes back what was added and not sealed.</summary>
    public void Discard() => Discard(_index.Count - _fresh.Count);

    /// <summary>Takes back the newest sealed step that is left. Nothing may be open.</summary>
    public void TakeBack(WovenStep step)
    {
        _facts.Restore(step.FactChanges, step.FactsBefore);
        _order.Revert(step.Change);
        _past.Replace(step.HeadFactsBefore);
        _heads = step.HeadsBefore;
        Discard(step.First);
    }

    private void Discard(int first)
    {
        if (first < _index.Count)
        {
            _order.Forget(first);
            _index.Cut(first, _heads);
        }
        Clear();
    }

    private void Clear()
    {
        _past.Forget();
        _fresh.Clear();
        _effects.Clear();
        // Where several heads are nothing can be a strand with all before it.
        _tip.Begin(_heads.Count == 1 && !_options.EmitWholeWeave ? _index.Count : -1, _facts.Version);
        _steps = _options.Limits.MergeSteps;
    }

    private SyncError? TooLarge(Command command) => command.Payload.Length <= _options.Limits.CommandPayloadBytes
        ? null
        : new SyncError(SyncErrorKind.LimitExceeded, $"the command {command.Address} has a payload of {command.Payload.Length} bytes, and at most {_options.Limits.CommandPayloadBytes} are allowed");

    private SyncError? WasRejected(Command command)
    {
        if (_rejected.Kept == 0)
            return null;
        if (_rejected.Contains(command.Id))
            return new SyncError(SyncErrorKind.Rejected, $"the command {command.Address} was rejected before");
        var prior = command.Prior;
        if (prior.Kind == PriorKind.None || !_rejected.Contains(prior.Left.Id) && (prior.Kind == PriorKind.Single || !_rejected.Contains(prior.Right.Id)))
            return null;
        _rejected.TryAdd(command.Id, true);
        return new SyncError(SyncErrorKind.Rejected, $"the command {command.Address} follows a rejected one");
    }

    private Result<IFactSource> FactsBefore(int prior) => prior < 0 ? new TreeFacts(FactTree.Empty) : _past.SourceAt(prior);

    private SyncError? AddMerge(Command merge)
    {
        if (_index.Add(merge, ref _steps).Error is { } error)
            return error;
        Note(merge);
        if (!_options.EmitWholeWeave)
            return null;
        // A merge that cannot be woven spoils what it came with: sealing finds that too.
        return _past.WeaveOf(_index.Count - 1).TryGet(out var effects, out _) ? Emit(effects) : null;
    }

    private SyncError? Emit(List<Emission> effects)
    {
        _effects.AddRange(effects);
        return null;
    }

    private void Enter(Command merge)
    {
        _ = _index.Add(merge).Value;
        Note(merge);
    }

    private void Enter(Command command, int prior)
    {
        _index.Append(command, prior, -1);
        _order.Note(prior, -1);
        _fresh.Add(command);
    }

    private void Note(Command merge)
    {
        _order.Note();
        _fresh.Add(merge);
    }

    private Command Read(int ordinal)
    {
        var fresh = ordinal - (_index.Count - _fresh.Count);
        return fresh >= 0 && _fresh.Count > 0 ? _fresh[fresh] : Command.Restore(_index.IdOf(ordinal), _reader.Read(ordinal));
    }

    // Null commands: those of the store, whose effects were emitted when they came.
    private Result<WovenStep> Weave(Command[]? commands)
    {
        if (commands is not null && _tip.IsAll(_index.Count - commands.Length, commands.Length))
            return WeaveTip(commands);
        if (!_order.Extend().TryGet(out var change, out var error))
            return error;
        var emit = commands is not null;
        if (!_facts.Reaches(change, emit))
        {
            _order.Revert(change);
            if (!_facts.HistoryFrom(0).TryGet(out _, out error))
                return error;
            change = _order.Extend().Value;
        }
        var before = _facts.Version;
        if (!_facts.Rewrite(change, _past, emit ? _effects : null, out var evaluations).TryGet(out var factChanges, out error))
        {
            _order.Revert(change);
            return error;
        }
        return Step(commands ?? [], [.. _effects], evaluations, change, factChanges, before);
    }

    // The most that comes is one strand behind the last command: it was evaluated when it came, where it stands.
    private WovenStep WeaveTip(Command[] commands)
    {
        var before = _facts.Version;
        var changes = _facts.Append(_tip.Run, _tip.Seal());
        return Step(commands, _tip.Run.Effects.ToArray(), 0, _order.ExtendRun(), changes, before);
    }

    private WovenStep Step(Command[] commands, Emission[] effects, int evaluations, WeaveChange change, FactChanges factChanges, FactVersion before)
    {
        var heads = _index.Heads();
        var step = new WovenStep(_index.Count - _fresh.Count, commands, heads, Facts, new Emissions(effects), evaluations)
        {
            Change = change,
            FactChanges = factChanges,
            FactsBefore = before,
            HeadsBefore = _heads,
            HeadFactsBefore = _past.Replace(HeadFacts(heads)),
        };
        _heads = heads;
        Clear();
        return step;
    }

    private Dictionary<int, FactVersion> HeadFacts(HeadSet heads)
    {
        var facts = new Dictionary<int, FactVersion>();
        if (heads.Count == 1)
            facts.Add(_index.HeadOrdinals.First(), _facts.Version);
        else
            foreach (var head in _index.HeadOrdinals)
            {
                if (_past.TryGetVersion(head, out var known))
                    facts.Add(head, known);
            }
        return facts;
    }
}
