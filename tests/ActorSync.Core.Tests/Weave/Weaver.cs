using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Weave;

namespace ActorSync.Core.Tests.Weave;

/// <summary>A graph and its order, to which commands are added in batches.</summary>
internal sealed class Weaver
{
    private readonly List<Command> _commands = [];

    public Weaver()
    {
        Order = new WeaveOrder(Index);
    }

    public GraphIndex Index { get; } = new();

    public WeaveOrder Order { get; }

    public Result<WeaveChange> Add(params IEnumerable<Command> batch)
    {
        foreach (var command in batch)
        {
            _ = Index.Add(command).Value;
            Order.Note();
            _commands.Add(command);
        }
        return Order.Extend();
    }

    /// <summary>Takes back the newest batch, whose commands were those from an ordinal on.</summary>
    public void TakeBack(WeaveChange change, int count, HeadSet heads)
    {
        Order.Revert(change);
        Order.Forget(count);
        Index.Cut(count, heads);
        _commands.RemoveRange(count, _commands.Count - count);
    }

    /// <summary>The commands in their order, merges left out.</summary>
    public IReadOnlyList<Command> Woven() => [.. WovenWithMerges().Where(command => command.Prior.Kind != PriorKind.Merge)];

    public IReadOnlyList<Command> WovenWithMerges() => [.. Enumerable.Range(0, Order.Count).Select(place => _commands[Order[place].Ordinal])];

    /// <summary>The weave of the heads: from the last command that stood alone.</summary>
    public IReadOnlyList<Command> LastWeave()
    {
        var first = Enumerable.Range(0, Order.Count).Last(place => Order[place].Alone);
        return [.. WovenWithMerges().Skip(first).Where((command, i) => i == 0 || command.Prior.Kind != PriorKind.Merge)];
    }
}
