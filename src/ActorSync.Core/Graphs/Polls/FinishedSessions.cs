using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Sessions that their requesters have finished. A Poll of one of these comes late or twice: answered by a session anew,
/// from a later version, credit that comes late or twice as well would count for commands that the requester never got.
/// </summary>
public sealed class FinishedSessions
{
    /// <summary>Sessions remembered, of all peers together; of more, the oldest is forgotten.</summary>
    public const int Most = 4096;

    private readonly HashSet<(NodeId, SessionId)> _finished = [];
    private readonly Queue<(NodeId, SessionId)> _order = new();

    /// <summary>The requester said that it wants no more of the session.</summary>
    public void Note(NodeId requester, SessionId session)
    {
        if (!_finished.Add((requester, session)))
            return;
        _order.Enqueue((requester, session));
        if (_order.Count > Most)
            _finished.Remove(_order.Dequeue());
    }

    /// <summary>Whether the requester has finished it.</summary>
    public bool Contains(NodeId requester, SessionId session) => _finished.Contains((requester, session));
}
