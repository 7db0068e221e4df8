using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;

namespace ActorSync.Actors;

// Its readers: who follows the graph hears of every commit, and a poll is answered by a child of its own.
public sealed partial class GraphActor
{
    private void OnRead()
    {
        NoteUse();
        Sender.Tell(new Version(_graph, _machine!.Committed) { Facts = _machine.HasFacts ? _machine.Facts : null });
    }

    // Mostly the commands are of no follower's peer: all are told the same then.
    private void Publish(GraphOutput.Changed changed)
    {
        var ofNoPeer = new Changed(changed.Snapshot, []) { Facts = _machine!.Facts, Commits = changed.Commits };
        var isOfPeers = _requests.Values.Any(request => request.From is not null);
        foreach (var (actor, follower) in _followers)
        {
            var theirs = isOfPeers && follower.Peer is { } peer ? FromPeer(peer, changed.Snapshot) : [];
            actor.Tell(theirs.Length == 0 ? ofNoPeer : ofNoPeer with { FromPeer = theirs });
        }
    }

    // What the peer sent and this version is the first to hold; requests whose commands are not committed yet wait.
    private CommandId[] FromPeer(PeerIdentity peer, GraphSnapshot snapshot) =>
        [.. _requests.Values.Where(request => request.From == peer).SelectMany(request => request.HeadsIn(snapshot))];

    private void OnFollow(Follow follow)
    {
        NoteUse();
        AddFollower(follow, Now);
    }

    private void AddFollower(Follow follow, Changed version)
    {
        if (!_followers.ContainsKey(Sender))
            Context.Watch(Sender);
        _followers[Sender] = new Follower(follow.Peer, follow.Reader, follow.Keeps, follow.MayRest);
        Sender.Tell(version);
    }

    private void OnWake()
    {
        NoteUse();
        Sender.Tell(Now);
    }

    private void OnUnfollow(IActorRef follower)
    {
        if (_followers.Remove(follower))
            Context.Unwatch(follower);
    }

    private void OnSession(Session session)
    {
        NoteUse();
        var name = PollResponderActor.NameOf(session.Peer.Identity, session.Id);
        var child = Context.Child(name);
        if (child.IsNobody() && session.Message is Poll)
        {
            if (Context.GetChildren().Count() >= _settings.SessionsPerGraph)
            {
                Refuse(session, new SyncError(
                    SyncErrorKind.Busy, $"{_settings.SessionsPerGraph} polls of the graph {_graph.ToShortString()} are being answered; try again later"));
                return;
            }
            var remembered = _store.PeerKnowledge.AckedHeads(session.Peer.Identity, _graph);
            child = Context.ActorOf(PollResponderActor.Props(session.Peer, session.Id, _machine!.Committed, remembered, _settings), name);
        }
        if (!child.IsNobody())
            child.Forward(session);
        else
            Dismiss(session, session.Message);
    }

    private void OnRejects(SessionRejects rejects) =>
        Context.Child(PollResponderActor.NameOf(rejects.Peer.Identity, rejects.Id)).Forward(rejects);

    private void Refuse(Session session, SyncError error)
    {
        _errors.Count(error.Kind);
        if (session.Message is not (EndSession or SyncFailure))
            session.Peer.Actor.Tell(PeerActor.Send.Failure(error, session.Id.Value, _graph));
        Dismiss(session, null);
    }

    private void Dismiss(Session session, SyncMessage? tooLate)
    {
        Sender.Tell(new SyncRouter.SessionEnded(session.Peer, session.Id, tooLate));
        session.Peer.Actor.Tell(PeerActor.Handled.Instance);
    }

    private void OnPeerHolds(PollResponderActor.PeerHolds holds)
    {
        var known = new KnownHeads();
        known.AddAll(_machine!.Committed, holds.Commands);
        _store.PeerKnowledge.RememberAckedHeads(holds.Peer, _graph, known.Heads);
        TellOf(holds.Peer, holds.Commands);
    }

    // Whoever holds a subscription is pushed what came meanwhile.
    private void OnAnswered(PollResponderActor.Answered answered)
    {
        if (_followers.Values.All(follower => follower.Peer != answered.Peer.Identity) && Offers.After(answered.Session, answered.Snapshot, _machine!.Committed) is { } offer)
            answered.Peer.Actor.Tell(new PeerActor.Send(SyncCodec.Encode(offer), null));
    }

    private void TellOf(PeerIdentity peer, IReadOnlyList<CommandId> commands)
    {
        foreach (var (actor, _) in _followers.Where(pair => pair.Value.Peer == peer))
            actor.Tell(new PeerHolds(_graph, commands));
    }

    // A poll under way reads it, too. Members find it elsewhere.
    private bool IsRead(MembershipView? members) =>
        Context.GetChildren().Any() || _followers.Values.Any(follower => follower.Keeps && (follower.Reader is not { } reader || members?.Find(reader) is null));

    private sealed record Follower(PeerIdentity? Peer, NodeId? Reader, bool Keeps, bool MayRest);
}
