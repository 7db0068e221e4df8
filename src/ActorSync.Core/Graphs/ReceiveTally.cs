using ActorSync.Graphs.Index;

namespace ActorSync.Graphs;

/// <summary>Counts what becomes of a batch. A command that follows a refused one is refused with it: that is no gap.</summary>
internal sealed class ReceiveTally(GraphIndex index, int reported)
{
    private readonly List<SyncError> _refused = [];
    private readonly List<RejectedCommand> _rejected = [];
    private readonly List<Address> _missing = [];
    private readonly HashSet<CommandId> _left = [];
    private int _added;
    private int _known;

    /// <summary>Notes the fate of a command; true when it was added.</summary>
    public bool Count(Command command, SyncError? error)
    {
        switch (error?.Kind)
        {
            case null:
                _added++;
                return true;
            case SyncErrorKind.Duplicate:
                _known++;
                return false;
            case SyncErrorKind.MissingPrior:
                NoteMissing(command.Prior);
                break;
            default:
                if (_refused.Count < reported)
                    _refused.Add(error);
                break;
        }
        _left.Add(command.Id);
        return false;
    }

    /// <summary>Notes a command that is not let in, though it breaks no rule, and the first of its line.</summary>
    public void Reject(Command command, RejectedCommand first)
    {
        if (_rejected.Count < reported && !_rejected.Exists(rejected => rejected.Command == first.Command))
            _rejected.Add(first);
        _left.Add(command.Id);
    }

    public ReceiveResult ToResult() => new(_added, _known, _refused, _left.Count, _missing) { Rejected = _rejected };

    private void NoteMissing(Prior prior)
    {
        NoteMissing(prior.Left);
        if (prior.Kind == PriorKind.Merge)
            NoteMissing(prior.Right);
    }

    private void NoteMissing(Address prior)
    {
        if (_missing.Count < reported && !_left.Contains(prior.Id) && index.Find(prior.Id, index.Count) < 0 && !_missing.Contains(prior))
            _missing.Add(prior);
    }
}
