namespace Akka.Actor;

/// <summary>An actor that can put messages aside; the engine sets <see cref="Stash"/> after the constructor.</summary>
public interface IActorStash
{
    IStash Stash { get; set; }
}

public interface IWithUnrestrictedStash : IActorStash;

public interface IWithStash : IWithUnrestrictedStash;

public interface IWithUnboundedStash : IWithUnrestrictedStash;

/// <summary>Messages put aside. Unstashed, they come before all others in the mailbox; a restart or a stop unstashes all.</summary>
public interface IStash
{
    int Count { get; }
    bool IsEmpty { get; }
    bool NonEmpty { get; }

    /// <summary>Puts the current message aside.</summary>
    /// <exception cref="IllegalActorStateException">It is there already.</exception>
    void Stash();

    void Unstash();
    void UnstashAll();
    void UnstashAll(Func<Envelope, bool> predicate);
    IEnumerable<Envelope> ClearStash();
    void Prepend(IEnumerable<Envelope> envelopes);
}

internal sealed class StashImpl(ActorCell cell) : IStash
{
    private readonly LinkedList<Envelope> _stashed = new();
    private int _lastId = -1;

    public int Count => _stashed.Count;
    public bool IsEmpty => _stashed.Count == 0;
    public bool NonEmpty => _stashed.Count > 0;

    public void Stash()
    {
        if (cell.CurrentEnvelopeId == _lastId)
            throw new IllegalActorStateException($"Can't stash the same message [{cell.CurrentMessage}] more than once");
        _lastId = cell.CurrentEnvelopeId;
        _stashed.AddLast(new Envelope(cell.CurrentMessage, cell.Sender));
    }

    public void Unstash()
    {
        if (_stashed.First is not { } first)
            return;
        _stashed.RemoveFirst();
        cell.PutInFront([first.Value]);
    }

    public void UnstashAll() => cell.PutInFront(ClearStash());

    public void UnstashAll(Func<Envelope, bool> predicate) => cell.PutInFront(ClearStash().Where(predicate));

    public IEnumerable<Envelope> ClearStash()
    {
        var all = _stashed.ToArray();
        _stashed.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse())
            _stashed.AddFirst(envelope);
    }
}
