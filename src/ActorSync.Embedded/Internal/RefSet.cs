namespace Akka.Actor;

/// <summary>
/// A set of references. Most actors watch one other and are watched by one or two: what is few takes no table.
/// </summary>
internal struct RefSet
{
    private const int Few = 4;

    private object _members; // null, the only one, an array of a few, or a HashSet

    /// <summary>Adds a reference; false when it is there already.</summary>
    internal bool Add(IActorRef reference)
    {
        if (_members is HashSet<IActorRef> set)
            return set.Add(reference);
        var few = Snapshot();
        if (few.Contains(reference))
            return false;
        _members = few.Count switch
        {
            0 => reference,
            < Few => few.Append(reference).ToArray(),
            _ => new HashSet<IActorRef>(few) { reference },
        };
        return true;
    }

    /// <summary>Takes a reference out; false when it was not there.</summary>
    internal bool Remove(IActorRef reference)
    {
        if (_members is HashSet<IActorRef> set)
            return set.Remove(reference);
        var few = Snapshot();
        if (!few.Contains(reference))
            return false;
        var left = few.Where(member => !member.Equals(reference)).ToArray();
        _members = left.Length == 0 ? null : left;
        return true;
    }

    internal void Clear() => _members = null;

    /// <summary>The references as they are now.</summary>
    internal readonly IReadOnlyCollection<IActorRef> Snapshot() => _members switch
    {
        null => [],
        IActorRef only => [only],
        IActorRef[] few => few,
        HashSet<IActorRef> set => set.ToArray(),
        _ => throw new InvalidOperationException($"a set of references holds a {_members.GetType()}"),
    };
}
