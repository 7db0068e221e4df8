using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;

namespace ActorSync.Graphs.Clients;

/// <summary>A graph with its weave and its facts, of which several steps may be on their way to the store at one time.</summary>
internal sealed class WovenContent : IGraphContent
{
    private readonly GraphIndex _index;
    private readonly WovenGraph _woven;
    private readonly TentativeCommands _tentative;
    private readonly int _fewEvaluations;

    // They follow each other: of a graph that has an order no two are parallel.
    private readonly List<int> _finalizes = [];

    private WovenContent(GraphIndex index, WovenGraph woven, TentativeCommands tentative, int fewEvaluations)
    {
        _fewEvaluations = fewEvaluations;
        _index = index;
        _woven = woven;
        _tentative = tentative;
        _finalizes.AddRange(Enumerable.Range(0, index.Count).Where(woven.Order.IsFinalize));
    }

    public Facts Facts => _woven.Facts;

    public bool IsOpen => _woven.IsOpen;

    public bool IsCostly { get; private set; }

    public IFactKeeping Keeping => _woven;

    /// <summary>Weaves and evaluates what a store holds: PolicyFailed, or ParallelFinalize, which is final.</summary>
    public static Result<WovenContent> Open(GraphIndex index, ICommandReader reader, IGraphPolicy policy, GraphClientOptions options, IFactStore? facts = null)
    {
        var tentative = new TentativeCommands(reader);
        return WovenGraph.Open(index, tentative, policy, options, facts).TryGet(out var woven, out var error)
            ? new WovenContent(index, woven, tentative, options.Limits.FewEvaluations)
            : error;
    }

    public SyncError? Add(Command command)
    {
        if (command.Priority.Kind != PriorityKind.Finalize)
            return _woven.Add(command);
        if ((ParallelFinalize(command) ?? _woven.Add(command)) is { } error)
            return error;
        _finalizes.Add(_index.Count - 1);
        return null;
    }

    public Result<Command> Act(Priority priority, ReadOnlySpan<byte> payload)
    {
        var acted = _woven.Act(priority, payload);
        if (priority.Kind == PriorityKind.Finalize && acted.Error is null)
            _finalizes.Add(_index.Count - 1);
        return acted;
    }

    public void Collapse() => _woven.Collapse();

    public Result<IGraphStep> Seal()
    {
        if (!_woven.Seal().TryGet(out var step, out var error))
        {
            Trim();
            return error;
        }
        IsCostly = step.Evaluations > step.Commands.Count + _fewEvaluations;
        _tentative.Add(step);
        return step;
    }

    public void Discard()
    {
        _woven.Discard();
        Trim();
    }

    public void TakeBack(IGraphStep step)
    {
        _tentative.TakeBack(step);
        _woven.TakeBack((WovenStep)step);
        Trim();
    }

    public void Keep(IGraphStep step) => _tentative.Keep(step);

    private void Trim() => _finalizes.RemoveAll(ordinal => ordinal >= _index.Count);

    // A new one must follow the newest. Found here the command alone is left out, where sealing would refuse all that it
    // came with.
    private SyncError? ParallelFinalize(Command command)
    {
        if (_finalizes is not [.., var last])
            return null;
        var prior = _index.Find(command.Prior.Left.Id, _index.Count);
        if (prior < 0 || _index.Find(command.Id, _index.Count) >= 0 || Ancestry.IsAncestor(_index, last, prior))
            return null;
        return new SyncError(
            SyncErrorKind.ParallelFinalize,
            $"the finalize command {command.Address} is parallel to {_index.AddressOf(last)}: no order holds both, and no further command can change that");
    }

    /// <summary>Reads commands that are sealed and not durable yet, too.</summary>
    private sealed class TentativeCommands(ICommandReader durable) : ICommandReader
    {
        private readonly List<IGraphStep> _steps = [];

        public ReadOnlyMemory<byte> Read(int ordinal)
        {
            if (_steps.Count == 0 || ordinal < _steps[0].First)
                return durable.Read(ordinal);
            var (low, high) = (0, _steps.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = _steps[middle].First <= ordinal ? (middle, high) : (low, middle - 1);
            }
            return _steps[low].Commands[ordinal - _steps[low].First].Bytes;
        }

        public void Add(IGraphStep step) => _steps.Add(step);

        public void TakeBack(IGraphStep step) => _steps.Remove(step);

        public void Keep(IGraphStep step) => _steps.Remove(step);
    }
}
