using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Policies;

namespace ActorSync.Graphs;

/// <summary>A graph of opaque commands: its index alone, with no weave and no facts, at no cost beside it.</summary>
internal sealed class PlainContent : IGraphContent
{
    private readonly GraphIndex _index;
    private readonly GraphLimits _limits;
    private List<Command> _fresh = [];
    private HeadSet _heads;
    private int _steps;

    public PlainContent(GraphIndex index, GraphLimits limits)
    {
        _index = index;
        _limits = limits;
        _heads = index.Heads();
        _steps = limits.MergeSteps;
    }

    public Facts Facts => Facts.None;

    public bool IsOpen => _fresh.Count > 0;

    public bool IsCostly => false;

    public SyncError? Add(Command command)
    {
        if (_index.Add(command, ref _steps).Error is { } error)
            return error;
        _fresh.Add(command);
        return null;
    }

    public Result<Command> Act(Priority priority, ReadOnlySpan<byte> payload)
    {
        Collapse();
        var command = Command.Create(Prior.Single(_index.AddressOf(_index.HeadOrdinals.First())), priority, payload);
        return Add(command) is { } error ? error : command;
    }

    public void Collapse()
    {
        if (_index.HeadOrdinals.Count == 1)
            return;
        foreach (var merge in VirtualMerge.Of(_index.Heads(), OpaquePolicy.Instance))
        {
            _ = _index.Add(merge).Value;
            _fresh.Add(merge);
        }
    }

    public Result<IGraphStep> Seal()
    {
        var step = new Step(_index.Count - _fresh.Count, _fresh, _index.Heads(), _heads);
        (_fresh, _heads, _steps) = ([], step.Heads, _limits.MergeSteps);
        return step;
    }

    public void Discard()
    {
        if (IsOpen)
            _index.Cut(_index.Count - _fresh.Count, _heads);
        _fresh.Clear();
        _steps = _limits.MergeSteps;
    }

    public void TakeBack(IGraphStep step)
    {
        _heads = ((Step)step).HeadsBefore;
        _index.Cut(step.First, _heads);
    }

    public void Keep(IGraphStep step)
    {
    }

    private sealed record Step(int First, IReadOnlyList<Command> Commands, HeadSet Heads, HeadSet HeadsBefore) : IGraphStep
    {
        public Facts Facts => Facts.None;

        public IReadOnlyList<Effect> Effects => [];

        public int FirstChanged => -1;

        public int Evaluations => 0;
    }
}
