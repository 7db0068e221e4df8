using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// The ids of the commands of one block, to find one that comes twice: a table of numbers beside the commands, since a
/// set would hold each id once more. Where they stand in it is seeded anew in each process, so that nobody can choose
/// commands that crowd.
/// </summary>
internal readonly ref struct BlockIds
{
    private readonly ReadOnlySpan<Command> _commands;

    // Numbers counted from one, at most half as many as slots.
    private readonly int[] _slots;

    public BlockIds(ReadOnlySpan<Command> commands)
    {
        _commands = commands;
        _slots = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * commands.Length) | 1)];
    }

    /// <summary>Notes the id of the next command, which has this number; false when one before has it.</summary>
    public bool Add(CommandId id, int number)
    {
        var slot = HashCode.Combine(id.Prefix);
        for (; _slots[slot & _slots.Length - 1] is > 0 and var other; slot++)
        {
            if (_commands[other - 1].Id == id)
                return false;
        }
        _slots[slot & _slots.Length - 1] = number + 1;
        return true;
    }
}
