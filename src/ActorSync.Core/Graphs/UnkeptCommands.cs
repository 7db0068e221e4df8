using System.Diagnostics.CodeAnalysis;
using ActorSync.Graphs.Index;
using ActorSync.Machines;

namespace ActorSync.Graphs;

/// <summary>
/// Commands that were not let in, and those that follow them, as many as may be remembered, each with the first of its
/// line. So what follows them later is no gap, which a poll would repair in vain.
/// </summary>
internal sealed class UnkeptCommands(GraphIndex index, int most)
{
    private readonly RecentMap<CommandId, RejectedCommand> _firsts = new(most);

    /// <summary>The command that this one follows, which was not let in and is not here; false when it follows none that is known.</summary>
    public bool TryGetFirst(Command command, [NotNullWhen(true)] out RejectedCommand? first)
    {
        var prior = command.Prior;
        return TryGet(prior.Left.Id, out first) || prior.Kind == PriorKind.Merge && TryGet(prior.Right.Id, out first);
    }

    /// <summary>Notes a command that is not let in, and gives the first of its line: itself, or what it follows.</summary>
    public RejectedCommand Add(Command command, SyncError why)
    {
        if (!TryGetFirst(command, out var first))
            first = new RejectedCommand(command.Address, why);
        _firsts.TryAdd(command.Id, first);
        return first;
    }

    // What came from someone else since is here.
    private bool TryGet(CommandId id, [NotNullWhen(true)] out RejectedCommand? first) =>
        _firsts.TryGet(id, out first) && index.Find(id, index.Count) < 0;
}
