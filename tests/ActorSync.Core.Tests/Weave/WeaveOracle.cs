using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Weave;

/// <summary>
/// The weave as the protocol defines it, written to be read, not to be fast; nothing of it is shared with the code that
/// it is held against.
/// </summary>
internal sealed class WeaveOracle(IReadOnlyList<Command> commands)
{
    private readonly Dictionary<CommandId, Command> _commands = commands.ToDictionary(command => command.Id);

    private readonly Dictionary<CommandId, HashSet<CommandId>> _reached = [];

    /// <summary>Two finalize commands stood on parallel strands.</summary>
    public sealed class ParallelFinalizeException : Exception;

    /// <summary>The commands that none of the others follows.</summary>
    public IReadOnlyList<Command> Heads() =>
        [.. commands.Where(command => !commands.Any(other => PriorsOf(other).Contains(command)))];

    /// <summary>All commands but merges in the order in which they are evaluated, when these are the heads.</summary>
    public IReadOnlyList<Command> OrderOf(IReadOnlyList<Command> heads)
    {
        if (heads.Count == 1)
            return OrderOf(heads[0]);
        var weave = WeaveOf(heads);
        return [.. OrderOf(weave[0]), .. weave.Skip(1)];
    }

    /// <summary>The weave of several heads: the first brings the facts of its own past, the others are evaluated.</summary>
    public IReadOnlyList<Command> WeaveOf(IReadOnlyList<Command> heads)
    {
        var ancestor = heads.Aggregate(LastCommonAncestor);
        var weave = new List<Command>();
        var strands = new List<Command>(heads);
        while (strands.Count > 1)
        {
            var lowest = strands.OrderBy(strand => strand.Priority).ThenBy(strand => strand.Id).First();
            strands.Remove(lowest);
            if (lowest.Priority == Priority.Finalize)
                throw new ParallelFinalizeException();
            if (lowest.Prior.Kind != PriorKind.Merge)
                weave.Add(lowest);
            foreach (var prior in PriorsOf(lowest))
            {
                if (prior.Address.MaxCut > ancestor.Address.MaxCut && !strands.Any(strand => Reaches(strand, prior)))
                    strands.Add(prior);
            }
        }
        weave.Add(strands[0]);
        weave.Reverse();
        return weave;
    }

    /// <summary>Steps the side with the higher max cut; a merge jumps to the common ancestor of its own priors.</summary>
    public Command LastCommonAncestor(Command one, Command other)
    {
        while (one != other)
        {
            if (one.Address.MaxCut >= other.Address.MaxCut)
                one = Step(one);
            else
                other = Step(other);
        }
        return one;
    }

    private Command Step(Command command)
    {
        var priors = PriorsOf(command).ToArray();
        return priors.Length == 1 ? priors[0] : LastCommonAncestor(priors[0], priors[1]);
    }

    private IReadOnlyList<Command> OrderOf(Command command)
    {
        var priors = PriorsOf(command).ToArray();
        return command.Prior.Kind switch
        {
            PriorKind.None => [command],
            PriorKind.Single => [.. OrderOf(priors), command],
            _ => OrderOf(priors),
        };
    }

    // What a command reaches is asked often; it is the command and what its priors reach.
    private bool Reaches(Command from, Command to) => ReachedFrom(from).Contains(to.Id);

    private HashSet<CommandId> ReachedFrom(Command command)
    {
        if (!_reached.TryGetValue(command.Id, out var reached))
            _reached[command.Id] = reached = [command.Id, .. PriorsOf(command).SelectMany(ReachedFrom)];
        return reached;
    }

    private IEnumerable<Command> PriorsOf(Command command)
    {
        if (command.Prior.Kind >= PriorKind.Single)
            yield return _commands[command.Prior.Left.Id];
        if (command.Prior.Kind == PriorKind.Merge)
            yield return _commands[command.Prior.Right.Id];
    }
}
