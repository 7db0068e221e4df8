using ActorSync.Machines;
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

    private readonly RecentMap<SessionId, (GraphId Graph, T How)> _ended = new(Most);

    /// <summary>The polls whose order is kept, those that were taken among them.</summary>
    internal int Kept => _ended.Kept;

    /// <summary>A poll ended well.</summary>
    public void Note(SessionId session, GraphId graph, T how) => _ended.TryAdd(session, (graph, how));

    /// <summary>Whether an offer is of such a poll, which is forgotten then; and how that poll was made.</summary>
    public bool TryTake(Offer offer, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T how)
    {
        how = default;
        if (!_ended.TryGet(offer.Session, out var poll) || poll.Graph != offer.Graph)
            return false;
        _ended.Forget(offer.Session);
        how = poll.How;
        return true;
    }
}
