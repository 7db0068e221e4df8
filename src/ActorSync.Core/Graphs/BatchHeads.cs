namespace ActorSync.Graphs;

/// <summary>Of commands in a causal order, those that none of the others follows.</summary>
public sealed class BatchHeads
{
    private readonly HashSet<CommandId> _heads = [];

    /// <summary>The heads so far.</summary>
    public IReadOnlyCollection<CommandId> Ids => _heads;

    public void Add(Command command)
    {
        _heads.Remove(command.Prior.Left.Id);
        _heads.Remove(command.Prior.Right.Id);
        _heads.Add(command.Id);
    }

    /// <summary>The heads of a batch.</summary>
    public static IReadOnlyCollection<CommandId> Of(IEnumerable<Command> commands)
    {
        var heads = new BatchHeads();
        foreach (var command in commands)
            heads.Add(command);
        return heads.Ids;
    }
}
