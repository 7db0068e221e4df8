using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Tells a command that was in the block before. One with a greater max cut than all before it is none of those, since its
/// id is made of its prior; so of a linear run no id need be looked up.
/// </summary>
/// <param name="commands">The commands of the block, so far as they are read.</param>
/// <param name="isCanonical">Whether ids are made of all of the command, its prior among that.</param>
internal struct BlockIds(Command[] commands, bool isCanonical)
{
    private HashSet<CommandId>? _ids;
    private int _noted;
    private int _greatest = -1;

    /// <summary>Takes the next command; false when it is in the block already.</summary>
    /// <param name="command">The command.</param>
    /// <param name="count">How many are before it.</param>
    public bool TryAdd(Command command, int count)
    {
        if (isCanonical && command.Address.MaxCut > _greatest)
        {
            _greatest = command.Address.MaxCut;
            return true;
        }
        _ids ??= new HashSet<CommandId>(commands.Length);
        for (; _noted < count; _noted++)
            _ids.Add(commands[_noted].Id);
        return !_ids.Contains(command.Id);
    }
}
