using ActorSync.Machines;
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

    private readonly RecentMap<NodeId, RecentMap<SessionId, bool>> _peers = new(MostPeers);

    /// <summary>The requester said that it wants no more of the session.</summary>
    public void Note(NodeId requester, SessionId session)
    {
        if (!_peers.TryGet(requester, out var sessions))
            _peers.TryAdd(requester, sessions = new RecentMap<SessionId, bool>(MostOfPeer));
        sessions.TryAdd(session, true);
    }

    /// <summary>Whether the requester has finished it.</summary>
    public bool Contains(NodeId requester, SessionId session) => _peers.TryGet(requester, out var sessions) && sessions.Contains(session);
}
