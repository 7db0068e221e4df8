namespace ActorSync.Graphs;

/// <summary>
/// What a peer is known to hold of a graph: these commands and all before them. Commands that this node does not hold
/// are ignored, ancestors of a newer one are dropped, and when the list is full the one nearest the root makes room:
/// never the newest.
/// </summary>
/// <param name="mostSteps">Runs of the graph that one call looks at: <see cref="MostSteps"/> says what then.</param>
public sealed class KnownHeads(int mostSteps = KnownHeads.MostSteps)
{
    /// <summary>The most heads that are remembered.</summary>
    public const int Most = 100;

    /// <summary>
    /// Runs of the graph that one call looks at to see which commands come before which. Past that it does not know: what
    /// may be an ancestor is kept, as it says nothing wrong, and what may follow a peer's own head is forgotten.
    /// </summary>
    public const int MostSteps = 1 << 18;

    private readonly List<Address> _heads = [];

    public IReadOnlyList<Address> Heads => _heads;

    public IEnumerable<CommandId> Ids => _heads.Select(head => head.Id);

    /// <summary>Adds a command that the peer holds. True when that was news.</summary>
    public bool Add(GraphSnapshot snapshot, CommandId id)
    {
        var steps = mostSteps;
        return Add(snapshot, id, ref steps);
    }

    private bool Add(GraphSnapshot snapshot, CommandId id, ref int steps)
    {
        var ordinal = snapshot.Find(id);
        if (ordinal < 0)
            return false;
        var head = snapshot.AddressOf(ordinal);
        foreach (var known in _heads)
        {
            if (known.MaxCut >= head.MaxCut && snapshot.Contains(known) && snapshot.IsAncestor(id, known.Id, ref steps) == true)
                return false;
        }
        for (var i = _heads.Count - 1; i >= 0; i--)
        {
            var known = _heads[i];
            if (known.MaxCut < head.MaxCut && (!snapshot.Contains(known) || snapshot.IsAncestor(known.Id, id, ref steps) == true))
                _heads.RemoveAt(i);
        }
        if (_heads.Count == Most)
            _heads.Remove(_heads.MinBy(known => known.MaxCut));
        _heads.Add(head);
        return true;
    }

    /// <summary>Adds several commands. True when one of them was news.</summary>
    public bool AddAll(GraphSnapshot snapshot, IEnumerable<CommandId> ids)
    {
        var (news, steps) = (false, mostSteps);
        foreach (var id in ids)
            news |= Add(snapshot, id, ref steps);
        return news;
    }

    /// <summary>Forgets what was known, and knows this instead.</summary>
    public void Replace(GraphSnapshot snapshot, IEnumerable<CommandId> ids)
    {
        _heads.Clear();
        AddAll(snapshot, ids);
    }

    /// <summary>
    /// Drops what contradicts the peer's own word: if the peer says that commands are heads of its, it holds nothing
    /// that follows one. So a restored backup is seen.
    /// </summary>
    public void DropAfter(GraphSnapshot snapshot, params IEnumerable<CommandId> peersHeads)
    {
        var steps = mostSteps;
        foreach (var head in peersHeads.Where(snapshot.Contains))
        {
            for (var i = _heads.Count - 1; i >= 0; i--)
            {
                var known = _heads[i].Id;
                if (known != head && snapshot.Contains(known) && snapshot.IsAncestor(head, known, ref steps) != false)
                    _heads.RemoveAt(i);
            }
        }
    }
}
