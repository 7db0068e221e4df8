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
    /// <summary>Puts the current message aside.</summary>
    /// <exception cref="IllegalActorStateException">It is there already.</exception>
    void Stash();

    /// <summary>Gives back the oldest.</summary>
    void Unstash();

    void UnstashAll();
}

internal sealed class StashImpl(ActorCell cell) : IStash
{
    private readonly Queue<Envelope> _stashed = new();
    private int _lastId = -1;

    public void Stash()
    {
        if (cell.CurrentEnvelopeId == _lastId)
            throw new IllegalActorStateException($"Can't stash the same message [{cell.CurrentMessage}] more than once");
        _lastId = cell.CurrentEnvelopeId;
        _stashed.Enqueue(new Envelope(cell.CurrentMessage, cell.Sender));
    }

    public void Unstash()
    {
        if (_stashed.TryDequeue(out var first))
            cell.PutInFront([first]);
    }

    public void UnstashAll()
    {
        cell.PutInFront(_stashed);
        _stashed.Clear();
    }
}
