using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// Offers: who answered a poll and got commands while it ran says so at its end, and the requester polls once more. The
/// session is over on both sides by then: the responder ended it because the requester said that it holds all, so that an
/// offer that is lost, repeated or late costs nothing but what it would have saved.
/// </summary>
public static class Offers
{
    /// <summary>What to offer once a session is over: the head of now, if there is more than the session answered from; else null.</summary>
    public static Offer? After(SessionId session, GraphSnapshot answered, GraphSnapshot now, IGraphPolicy? policy = null) =>
        now.Count > answered.Count ? new Offer(session, now.Graph, VirtualMerge.HeadOf(now.Heads, policy ?? OpaquePolicy.Instance)) : null;

    /// <summary>Whether a head that a peer told is here, or is what the heads here would be merged into.</summary>
    public static bool IsHere(Address head, GraphSnapshot? snapshot, IGraphPolicy? policy = null) =>
        snapshot is not null && (snapshot.Contains(head) || VirtualMerge.HeadOf(snapshot.Heads, policy ?? OpaquePolicy.Instance) == head);
}
