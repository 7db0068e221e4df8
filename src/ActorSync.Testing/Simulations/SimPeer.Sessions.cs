using ActorSync.Graphs.Polls;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

// The polls under way, the node's at the peer and the peer's here: which session a message is for.
internal sealed partial class SimPeer
{
    private void OnPoll(Poll poll)
    {
        if (_node.FinishedSessions.Contains(Identity.Node, poll.Session))
            return;
        if (_answers.TryGetValue(poll.Session, out var answer))
            answer.Run(new ResponderInput.Message(poll));
        else if (!_node.Graphs.TryGetValue(poll.Graph, out var graph))
            Send(SyncCodec.Encode(new SyncFailure(SyncErrorKind.UnknownGraph, poll.Session.Value, poll.Graph, "the graph is not here")));
        else if (_answers.Count >= SessionsPerPeer)
            Send(SyncCodec.Encode(new SyncFailure(SyncErrorKind.Busy, poll.Session.Value, poll.Graph, "too many polls are being answered")));
        else
            graph.WhenOpen(() => Answer(poll));
    }

    private void Answer(Poll poll)
    {
        if (_node.SnapshotOf(poll.Graph) is not { } snapshot)
            return;
        if (!_answers.TryGetValue(poll.Session, out var answer))
        {
            answer = new SimAnswer(this, _node, snapshot, poll.Session, ended =>
            {
                _answers.Remove(poll.Session);
                if (ended.IsFinished)
                    _node.FinishedSessions.Note(Identity.Node, poll.Session);
                if (ended.AllIsHeld)
                    Hello.OnAnswered(poll.Session, snapshot);
            });
            _answers.Add(poll.Session, answer);
            _simulation.Watch?.OnAnswerBegins(poll);
        }
        answer.Run(new ResponderInput.Message(poll));
    }

    private void ToAnswer(SyncMessage message)
    {
        var session = SessionOf(message);
        if (_answers.TryGetValue(session, out var answer))
            answer.Run(new ResponderInput.Message(message));
        else if (message is SyncResume or RequestMissing)
            Send(SyncCodec.Encode(new SyncFailure(SyncErrorKind.UnknownSession, session.Value, null, "the session is over")));
    }

    private void ToPoll(SyncMessage message)
    {
        if (_polls.TryGetValue(SessionOf(message), out var poll))
            poll.OnMessage(SessionOf(message), message);
    }

    private void OnFailure(SyncFailure failure)
    {
        var session = new SessionId(failure.Reference);
        if (_answers.TryGetValue(session, out var answer))
            answer.Run(new ResponderInput.Message(failure));
        else if (_polls.TryGetValue(session, out var poll))
            poll.OnMessage(session, failure);
        else
            Subscribe(new SubscriberInput.Message(failure));
    }

    private static SessionId SessionOf(SyncMessage message) => message switch
    {
        Narrowed narrowed => narrowed.Session,
        Credit credit => credit.Session,
        RequestMissing missing => missing.Session,
        SyncResume resume => resume.Session,
        EndSession end => end.Session,
        Level level => level.Session,
        Narrow narrow => narrow.Session,
        PollResponse response => response.Session,
        PollEnd end => end.Session,
        _ => default,
    };
}
