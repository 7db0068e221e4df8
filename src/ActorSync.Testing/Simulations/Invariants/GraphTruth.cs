using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>
/// Every command that was ever made of one graph, wherever it is now, with all that comes before it: found from the
/// commands' own priors, not from any index of the code under test.
/// </summary>
internal sealed class GraphTruth
{
    private const int MostCommands = 20_000;

    private readonly Dictionary<CommandId, int> _numbers = [];
    private readonly List<(CommandId Id, CommandSet Closure, int ClosureCount)> _commands = [];
    private readonly Dictionary<CommandId, (int Count, ulong Fingerprint, Facts Facts)> _versions = [];

    public int Count => _commands.Count;

    public int NumberOf(CommandId id) => _numbers.GetValueOrDefault(id, -1);

    public CommandId IdOf(int number) => _commands[number].Id;

    /// <summary>The command and all before it.</summary>
    public CommandSet ClosureOf(int number) => _commands[number].Closure;

    public int ClosureCountOf(int number) => _commands[number].ClosureCount;

    /// <summary>A number that stands for a command in sums that stand for sets.</summary>
    public static ulong MarkOf(int number)
    {
        var mark = (ulong)(number + 1) * 0x9E37_79B9_7F4A_7C15;
        mark ^= mark >> 29;
        mark *= 0xBF58_476D_1CE4_E5B9;
        return mark ^ mark >> 32;
    }

    /// <summary>Takes note of a command that was made, or came, somewhere; its number.</summary>
    public int Note(Command command)
    {
        if (_numbers.TryGetValue(command.Id, out var number))
            return number;
        var closure = new CommandSet();
        foreach (var prior in PriorsOf(command))
        {
            var before = NumberOf(prior);
            if (before < 0)
                throw new InvariantBrokenException($"the command {command.Address} follows {prior}, which nobody has made");
            closure.AddAll(_commands[before].Closure);
        }
        if (_commands.Count == MostCommands)
            throw new InvariantBrokenException($"there are {MostCommands} commands, far more than were acted: merges of merges without an end");
        number = _commands.Count;
        closure.Add(number);
        _commands.Add((command.Id, closure, closure.Count));
        _numbers.Add(command.Id, number);
        return number;
    }

    /// <summary>Wherever the same heads are, the same commands and facts must be.</summary>
    public void NoteVersion(CommandId digest, int count, ulong fingerprint, Facts facts, string where)
    {
        if (_versions.TryAdd(digest, (count, fingerprint, facts)))
            return;
        var known = _versions[digest];
        if ((known.Count, known.Fingerprint) != (count, fingerprint))
            throw new InvariantBrokenException($"{where}: the heads of digest {digest} stand for {count} commands here and for {known.Count}, or others, elsewhere");
        if (!known.Facts.IsSameAs(facts))
            throw new InvariantBrokenException($"{where}: the heads of digest {digest} give {facts.Count} facts here and {known.Facts.Count}, or others, elsewhere");
    }

    public static IEnumerable<CommandId> PriorsOf(Command command)
    {
        if (command.PriorKind != PriorKind.None)
            yield return command.Prior.Left.Id;
        if (command.PriorKind == PriorKind.Merge)
            yield return command.Prior.Right.Id;
    }
}
