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

    // Replaced, never changed: whoever has it may keep it.
    private Address[] _heads = [];

    /// <summary>The heads, as they are now.</summary>
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
        if (_heads is [var only] && Follows(snapshot, only, head, ref steps))
        {
            _heads = Alone(snapshot, head);
            return true;
        }
        foreach (var known in _heads)
        {
            if (known.MaxCut >= head.MaxCut && snapshot.Contains(known) && snapshot.IsAncestor(id, known.Id, ref steps) == true)
                return false;
        }
        var kept = new List<Address>(_heads.Length + 1);
        foreach (var known in _heads)
        {
            if (known.MaxCut >= head.MaxCut || (snapshot.Contains(known) && snapshot.IsAncestor(known.Id, id, ref steps) != true))
                kept.Add(known);
        }
        if (kept.Count == Most)
            kept.Remove(kept.MinBy(known => known.MaxCut));
        _heads = [.. kept, head];
        return true;
    }

    // One head after the other is what nearly all graphs have nearly always.
    private static bool Follows(GraphSnapshot snapshot, Address known, Address head, ref int steps) =>
        known.MaxCut < head.MaxCut && snapshot.Contains(known) && snapshot.IsAncestor(known.Id, head.Id, ref steps) == true;

    // Many peers know the same: the only head of a version is the version's own list.
    private static Address[] Alone(GraphSnapshot snapshot, Address head) =>
        snapshot.Heads.Shared is [var only] all && only == head ? all : [head];

    /// <summary>Adds several commands. True when one of them was news.</summary>
    public bool AddAll(GraphSnapshot snapshot, IEnumerable<CommandId> ids)
    {
        var (news, steps) = (false, mostSteps);
        foreach (var id in ids)
            news |= Add(snapshot, id, ref steps);
        return news;
    }

    /// <summary>Adds what another knows. True when some of it was news.</summary>
    public bool AddAll(GraphSnapshot snapshot, KnownHeads other) =>
        !ReferenceEquals(_heads, other._heads) && !_heads.AsSpan().SequenceEqual(other._heads) && AddAll(snapshot, other.Ids);

    /// <summary>Knows the same as another.</summary>
    public void Replace(KnownHeads other) => _heads = other._heads;

    /// <summary>
    /// The peer holds all of the version, whatever was known before; one of which nothing but the heads is kept in mind
    /// suffices to say so. False when it has too many heads.
    /// </summary>
    public bool KnowAll(GraphSnapshot snapshot)
    {
        if (snapshot.Heads.Count > Most)
            return false;
        _heads = snapshot.Heads.Shared;
        return true;
    }

    /// <summary>Forgets what was known, and knows this instead.</summary>
    public void Replace(GraphSnapshot snapshot, IEnumerable<CommandId> ids)
    {
        _heads = [];
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
            _heads = [.. _heads.Where(known => !Contradicts(head, known.Id))];

        bool Contradicts(CommandId head, CommandId known) =>
            known != head && snapshot.Contains(known) && snapshot.IsAncestor(head, known, ref steps) != false;
    }
}
