using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// The polls of one peer that ended with all that the peer held, of which it may offer what came meanwhile. An offer
/// counts once, and only for a poll that is remembered: whatever a peer offers, it causes no more polls than were made
/// here. A poll that an offer caused is not noted, so that a peer which commits without pause does not keep this node
/// polling without end.
/// </summary>
/// <typeparam name="T">How the poll was made, for the one that an offer causes.</typeparam>
public sealed class EndedPolls<T>
{
    /// <summary>Polls remembered of one peer; of more, the oldest is forgotten.</summary>
    public const int Most = 64;

    private readonly Dictionary<SessionId, (GraphId Graph, T How)> _ended = [];
    private readonly Queue<SessionId> _order = new();

    /// <summary>The polls whose order is kept, those that were taken among them.</summary>
    internal int Kept => _order.Count;

    /// <summary>A poll ended well.</summary>
    public void Note(SessionId session, GraphId graph, T how)
    {
        if (!_ended.TryAdd(session, (graph, how)))
            return;
        _order.Enqueue(session);
        if (_order.Count > Most)
            _ended.Remove(_order.Dequeue());
    }

    /// <summary>Whether an offer is of such a poll, which is forgotten then; and how that poll was made.</summary>
    public bool TryTake(Offer offer, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T how)
    {
        how = default;
        if (!_ended.TryGetValue(offer.Session, out var poll) || poll.Graph != offer.Graph)
            return false;
        // Its place in the order stays, and is passed over when its turn comes.
        _ended.Remove(offer.Session);
        how = poll.How;
        return true;
    }
}
