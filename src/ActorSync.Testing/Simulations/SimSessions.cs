using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>One poll of a node at a peer. When the peer has forgotten the session, the poll begins anew.</summary>
internal sealed class SimPoll
{
    private readonly SimPeer _peer;
    private readonly SimNode _node;
    private readonly SessionId _session;
    private readonly GraphId _graph;
    private readonly ulong _maxBytes;
    private readonly Outbox<RequesterOutput> _outbox = new();
    private readonly SimTimer _timer;
    private readonly Action<SessionId, Result<PollOutcome>> _done;
    private PollRequester? _machine;
    private int _attempts;
    private bool _hasEnded;

    public SimPoll(SimPeer peer, SimNode node, SessionId session, GraphId graph, ulong maxBytes, Action<SessionId, Result<PollOutcome>> done)
    {
        _peer = peer;
        _node = node;
        _session = session;
        _graph = graph;
        _maxBytes = maxBytes;
        _done = done;
        _timer = new SimTimer(node, () => Run(new RequesterInput.Tick()));
    }

    private SessionId Session => new(_session.Value + (ulong)_attempts);

    public void Begin()
    {
        if (_node.Graphs.TryGetValue(_graph, out var graph))
            graph.WhenOpen(Ask);
        else
            Ask();
    }

    public void OnMessage(SessionId session, SyncMessage message)
    {
        if (session == Session)
            Run(new RequesterInput.Message(message));
    }

    public void OnRelinked() => Run(new RequesterInput.Relinked());

    public void GiveUp() => Finish(new SyncError(SyncErrorKind.Unreachable, "the peer is gone"));

    private void Ask()
    {
        if (_hasEnded)
            return;
        _machine = new PollRequester(Session, _graph, _node.SnapshotOf(_graph), _maxBytes, _node.Polls);
        Run(new RequesterInput.Start());
    }

    private void Run(RequesterInput input)
    {
        if (_machine is not { } machine || _hasEnded)
            return;
        machine.Handle(input, _node.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case RequesterOutput.Send send:
                    _peer.Send(send.Payload);
                    break;
                case RequesterOutput.Store store:
                    Store(store);
                    break;
                case RequesterOutput.StartTimer timer:
                    _timer.Start(timer.At);
                    break;
                case RequesterOutput.Fault fault:
                    _peer.Fault(fault.Error);
                    break;
                case RequesterOutput.Done done:
                    OnDone(done.Result);
                    break;
            }
        }
    }

    private void Store(RequesterOutput.Store store)
    {
        var attempt = _attempts;
        _node.Receive(_graph, _node.Simulation.Decode(store.Commands, _node.Policy.Identity), _peer, result =>
        {
            if (attempt == _attempts)
                Run(new RequesterInput.Stored(store.Index, result));
        });
    }

    private void OnDone(Result<PollOutcome> result)
    {
        var forgotten = result.Error is { Kind: SyncErrorKind.UnknownSession or SyncErrorKind.MissingPrior };
        if (forgotten && ++_attempts < SimPeer.MostAttempts)
        {
            _machine = null;
            Begin();
        }
        else
        {
            Finish(result);
        }
    }

    private void Finish(Result<PollOutcome> result)
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        _timer.Stop();
        _done(Session, result);
    }
}

/// <summary>The answer to one poll of a peer.</summary>
internal sealed class SimAnswer
{
    private readonly SimPeer _peer;
    private readonly SimNode _node;
    private readonly GraphId _graph;
    private readonly PollResponder _machine;
    private readonly Outbox<ResponderOutput> _outbox = new();
    private readonly SimTimer _timer;
    private readonly Action<ResponderOutput.Ended> _ended;

    public SimAnswer(SimPeer peer, SimNode node, GraphSnapshot snapshot, SessionId session, Action<ResponderOutput.Ended> ended)
    {
        _peer = peer;
        _node = node;
        _graph = snapshot.Graph;
        _ended = ended;
        var remembered = new KnownHeads();
        remembered.AddAll(snapshot, node.Acked.AckedHeads(peer.Identity, _graph).Select(head => head.Id));
        _machine = new PollResponder(session, snapshot, remembered, peer.Link.MaxPayloadBytes, node.Polls, WireLimits.Default);
        _timer = new SimTimer(node, () => Run(new ResponderInput.Tick()));
    }

    public void Abandon() => _timer.Stop();

    public void Run(ResponderInput input)
    {
        _machine.Handle(input, _node.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case ResponderOutput.Send send:
                    _peer.Send(send.Payload, () => Run(new ResponderInput.Taken()));
                    break;
                case ResponderOutput.PeerHolds holds:
                    OnPeerHolds(holds.Heads);
                    break;
                case ResponderOutput.ForgetPeer:
                    _node.Acked.RememberAckedHeads(_peer.Identity, _graph, []);
                    break;
                case ResponderOutput.StartTimer timer:
                    _timer.Start(timer.At);
                    break;
                case ResponderOutput.Ended ended:
                    _timer.Stop();
                    _ended(ended);
                    break;
            }
        }
    }

    private void OnPeerHolds(IReadOnlyList<CommandId> heads)
    {
        var known = new KnownHeads();
        known.AddAll(_node.SnapshotOf(_graph)!, heads);
        _node.Acked.RememberAckedHeads(_peer.Identity, _graph, known.Heads);
        _node.TellOf(_peer.Identity, _graph, heads);
    }
}
