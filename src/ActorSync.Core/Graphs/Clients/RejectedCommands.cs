namespace ActorSync.Graphs.Clients;

/// <summary>The ids of rejected commands and of what followed them, as many as may be remembered.</summary>
internal sealed class RejectedCommands(int most)
{
    private readonly HashSet<CommandId> _ids = [];
    private readonly Queue<CommandId> _oldest = new();

    public bool Contains(CommandId id) => _ids.Contains(id);

    public void Add(CommandId id)
    {
        if (!_ids.Add(id))
            return;
        _oldest.Enqueue(id);
        if (_ids.Count > most)
            _ids.Remove(_oldest.Dequeue());
    }
}
