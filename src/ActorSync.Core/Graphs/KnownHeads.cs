namespace ActorSync.Graphs;

/// <summary>
/// What a peer is known to hold of a graph: these commands and all before them. Commands that this node does not hold
/// are ignored, ancestors of a newer one are dropped, and when the list is full the one nearest the root makes room:
/// never the newest.
/// </summary>
public sealed class KnownHeads
{
    /// <summary>The most heads that are remembered.</summary>
    public const int Most = 100;

    private readonly List<Address> _heads = [];

    public IReadOnlyList<Address> Heads => _heads;

    public IEnumerable<CommandId> Ids => _heads.Select(head => head.Id);

    /// <summary>Adds a command that the peer holds. True when that was news.</summary>
    public bool Add(GraphSnapshot snapshot, CommandId id)
    {
        var ordinal = snapshot.Find(id);
        if (ordinal < 0)
            return false;
        var head = snapshot.AddressOf(ordinal);
        foreach (var known in _heads)
        {
            if (known.MaxCut >= head.MaxCut && snapshot.Contains(known) && snapshot.IsAncestor(id, known.Id))
                return false;
        }
        _heads.RemoveAll(known => known.MaxCut < head.MaxCut && (!snapshot.Contains(known) || snapshot.IsAncestor(known.Id, id)));
        if (_heads.Count == Most)
            _heads.Remove(_heads.MinBy(known => known.MaxCut));
        _heads.Add(head);
        return true;
    }

    /// <summary>Adds several commands. True when one of them was news.</summary>
    public bool AddAll(GraphSnapshot snapshot, IEnumerable<CommandId> ids)
    {
        var news = false;
        foreach (var id in ids)
            news |= Add(snapshot, id);
        return news;
    }

    /// <summary>Forgets what was known, and knows this instead.</summary>
    public void Replace(GraphSnapshot snapshot, IEnumerable<CommandId> ids)
    {
        _heads.Clear();
        AddAll(snapshot, ids);
    }

    /// <summary>
    /// Drops what contradicts the peer's own word: if the peer says that a command is one of its heads, it holds nothing
    /// that follows it. So a restored backup is seen.
    /// </summary>
    public void DropAfter(GraphSnapshot snapshot, CommandId peersHead)
    {
        if (snapshot.Contains(peersHead))
            _heads.RemoveAll(known => known.Id != peersHead && snapshot.Contains(known) && snapshot.IsAncestor(peersHead, known.Id));
    }
}
