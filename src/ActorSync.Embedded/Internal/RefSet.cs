namespace Akka.Actor;

/// <summary>
/// A set of references. Most actors watch one other and are watched by one or two: those take no set of their own.
/// </summary>
internal struct RefSet
{
    private IActorRef _only;
    private HashSet<IActorRef> _more;

    /// <summary>Adds a reference; false when it is there already.</summary>
    internal bool Add(IActorRef reference)
    {
        if (_more is not null)
            return _more.Add(reference);
        if (_only is null)
        {
            _only = reference;
            return true;
        }
        if (_only.Equals(reference))
            return false;
        _more = new HashSet<IActorRef>(2) { _only, reference };
        _only = null;
        return true;
    }

    /// <summary>Takes a reference out; false when it was not there.</summary>
    internal bool Remove(IActorRef reference)
    {
        if (_more is not null)
            return _more.Remove(reference);
        if (_only?.Equals(reference) != true)
            return false;
        _only = null;
        return true;
    }

    internal void Clear() => this = default;

    /// <summary>The references as they are now.</summary>
    internal readonly IReadOnlyCollection<IActorRef> Snapshot() => _more is not null ? [.. _more] : _only is not null ? [_only] : [];
}
