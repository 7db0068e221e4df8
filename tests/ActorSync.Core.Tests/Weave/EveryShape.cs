using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Weave;

/// <summary>
/// Every graph of a number of commands: each command follows one of those before it, or merges two of them that are
/// independent and not merged yet.
/// </summary>
internal static class EveryShape
{
    /// <summary>Calls back with each shape, and with each that it begins with; the list is not kept.</summary>
    /// <param name="most">Commands.</param>
    /// <param name="priority">The priority of the command of that number.</param>
    /// <param name="visit">Sees the commands, priors first.</param>
    public static void Visit(int most, Func<int, Priority> priority, Action<IReadOnlyList<Command>> visit) =>
        Extend([Command.Init("every shape"u8)], [1], most, priority, visit);

    private static void Extend(List<Command> commands, List<int> before, int most, Func<int, Priority> priority, Action<IReadOnlyList<Command>> visit)
    {
        visit(commands);
        if (commands.Count == most)
            return;
        var number = commands.Count;
        for (var one = 0; one < number; one++)
        {
            With(Command.Create(Prior.Single(commands[one].Address), priority(number), [(byte)number]), before[one]);
            for (var other = 0; other < one; other++)
            {
                if ((before[one] >> other & 1) != 0)
                    continue;
                var merge = Command.Merge(commands[one].Address, commands[other].Address);
                if (commands.TrueForAll(command => command.Id != merge.Id))
                    With(merge, before[one] | before[other]);
            }
        }

        void With(Command command, int itsPast)
        {
            commands.Add(command);
            before.Add(itsPast | 1 << number);
            Extend(commands, before, most, priority, visit);
            commands.RemoveAt(number);
            before.RemoveAt(number);
        }
    }
}
