using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Sessions that their requesters have finished. A Poll of one of these comes late or twice: answered by a session anew,
/// from a later version, credit that comes late or twice as well would count for commands that the requester never got.
/// </summary>
public sealed class FinishedSessions
{
    /// <summary>Sessions remembered of one peer; of more, the oldest is forgotten.</summary>
    public const int MostOfPeer = 256;

    /// <summary>Peers of which sessions are remembered; of more, the one that came first is forgotten.</summary>
    public const int MostPeers = 256;

    private readonly Dictionary<NodeId, Sessions> _peers = [];
    private readonly Queue<NodeId> _order = new();

    /// <summary>The requester said that it wants no more of the session.</summary>
    public void Note(NodeId requester, SessionId session)
    {
        if (!_peers.TryGetValue(requester, out var sessions))
        {
            _peers.Add(requester, sessions = new Sessions());
            _order.Enqueue(requester);
            if (_order.Count > MostPeers)
                _peers.Remove(_order.Dequeue());
        }
        sessions.Note(session);
    }

    /// <summary>Whether the requester has finished it.</summary>
    public bool Contains(NodeId requester, SessionId session) => _peers.TryGetValue(requester, out var sessions) && sessions.Contains(session);

    private sealed class Sessions
    {
        private readonly HashSet<SessionId> _finished = [];
        private readonly Queue<SessionId> _order = new();

        public void Note(SessionId session)
        {
            if (!_finished.Add(session))
                return;
            _order.Enqueue(session);
            if (_order.Count > MostOfPeer)
                _finished.Remove(_order.Dequeue());
        }

        public bool Contains(SessionId session) => _finished.Contains(session);
    }
}
