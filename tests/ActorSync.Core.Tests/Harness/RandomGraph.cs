using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Harness;

/// <summary>
/// A graph drawn from a seed: some writers take turns, each goes on from its own tip, merges another's, follows it, or
/// begins a branch from somewhere in the past. What every command follows is known by brute force, so that what the
/// index computes over segments can be held against it.
/// </summary>
internal sealed class RandomGraph
{
    private readonly List<Command> _commands = [];
    private readonly List<ulong[]> _before = [];
    private readonly List<int> _tips = [];
    private readonly Random _random;
    private readonly bool _finalize;
    private int _writer;

    /// <param name="seed">The seed.</param>
    /// <param name="finalize">Whether some commands are of finalize priority: such a graph has no order when they are parallel.</param>
    public RandomGraph(int seed, bool finalize = true)
    {
        _finalize = finalize;
        _random = new Random(seed);
        Seed = seed;
        var count = _random.Next(10, 301);
        var writers = _random.Next(1, 9);
        var stayPercent = _random.Next(0, 98);
        var mergePercent = _random.Next(0, 50);
        Add(Command.Init(BitConverter.GetBytes(seed)));
        _tips.AddRange(Enumerable.Repeat(0, writers));
        while (Commands.Count < count)
            Step(stayPercent, mergePercent);
    }

    public int Seed { get; }

    /// <summary>All commands, priors first.</summary>
    public IReadOnlyList<Command> Commands => _commands;

    /// <summary>Whether the one is the other or comes before it.</summary>
    public bool IsAncestor(int ancestor, int descendant) => (_before[descendant][ancestor >> 6] >> (ancestor & 63) & 1) != 0;

    /// <summary>All on which every way from the command to the root passes, itself included, nearest first.</summary>
    public IReadOnlyList<int>[] Dominators()
    {
        var dominators = new IReadOnlyList<int>[Commands.Count];
        for (var i = 0; i < Commands.Count; i++)
        {
            IEnumerable<int>? shared = null;
            foreach (var prior in PriorsOf(i))
                shared = shared is null ? dominators[prior] : shared.Intersect(dominators[prior]);
            dominators[i] = [i, .. (shared ?? []).OrderByDescending(command => Commands[command].Address.MaxCut)];
        }
        return dominators;
    }

    /// <summary>Commands that none of the others follows.</summary>
    public IEnumerable<int> HeadsOf(IReadOnlyCollection<int> commands) =>
        commands.Where(command => !commands.Any(other => other != command && IsAncestor(command, other)));

    public IEnumerable<int> PriorsOf(int command)
    {
        var prior = Commands[command].Prior;
        if (prior.Kind >= PriorKind.Single)
            yield return IndexOf(prior.Left.Id);
        if (prior.Kind == PriorKind.Merge)
            yield return IndexOf(prior.Right.Id);
    }

    public override string ToString() => $"seed {Seed}, {Commands.Count} commands";

    private void Step(int stayPercent, int mergePercent)
    {
        if (_random.Next(100) >= stayPercent)
            _writer = _random.Next(_tips.Count);
        var tip = _tips[_writer];
        var other = _tips[_random.Next(_tips.Count)];
        var draw = _random.Next(100);
        if (draw < mergePercent && !IsAncestor(tip, other) && !IsAncestor(other, tip))
        {
            var merge = Command.Merge(Commands[tip].Address, Commands[other].Address);
            var made = IndexOf(merge.Id);
            _tips[_writer] = made >= 0 ? made : Add(merge);
            return;
        }
        if (draw < mergePercent && IsAncestor(tip, other))
            tip = other;
        else if (draw >= 97)
            tip = _random.Next(Commands.Count);
        var priority = _random.Next(20) == 0 && _finalize ? Priority.Finalize : Priority.Basic((uint)_random.Next(3));
        _tips[_writer] = Add(Command.Create(Prior.Single(Commands[tip].Address), priority, BitConverter.GetBytes(Commands.Count)));
    }

    private int Add(Command command)
    {
        var index = _commands.Count;
        _commands.Add(command);
        var before = new ulong[5];
        foreach (var prior in PriorsOf(index))
        {
            for (var i = 0; i < before.Length; i++)
                before[i] |= _before[prior][i];
        }
        before[index >> 6] |= 1UL << (index & 63);
        _before.Add(before);
        return index;
    }

    private int IndexOf(CommandId id) => _commands.FindIndex(command => command.Id == id);
}
