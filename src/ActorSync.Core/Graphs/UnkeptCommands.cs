using System.Diagnostics.CodeAnalysis;

namespace ActorSync.Graphs;

/// <summary>
/// Commands that are not let in, and those that follow them, as many as may be remembered: so that what follows them
/// later is no gap, which a poll would repair in vain.
/// </summary>
internal sealed class UnkeptCommands(int most)
{
    private readonly Dictionary<CommandId, SyncErrorKind> _kinds = [];
    private readonly Queue<CommandId> _oldest = new();

    public void Add(CommandId id, SyncErrorKind kind)
    {
        if (!_kinds.TryAdd(id, kind))
            return;
        _oldest.Enqueue(id);
        if (_kinds.Count > most)
            _kinds.Remove(_oldest.Dequeue());
    }

    /// <summary>Why a command whose priors are not here is not let in either; false when that is not known.</summary>
    public bool TryExplain(Command command, [NotNullWhen(true)] out SyncError? error)
    {
        var prior = command.Prior;
        error = null;
        if (!_kinds.TryGetValue(prior.Left.Id, out var kind) && (prior.Kind != PriorKind.Merge || !_kinds.TryGetValue(prior.Right.Id, out kind)))
            return false;
        error = new SyncError(kind, $"the command {command.Address} follows one that was not let in: {kind}");
        return true;
    }
}
