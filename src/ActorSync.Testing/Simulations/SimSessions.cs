using ActorSync.Graphs;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>One poll of a node at a peer.</summary>
internal sealed class SimPoll
{
    private readonly SimPeer _peer;
    private readonly SimNode _node;
    private readonly GraphId _graph;
    private readonly PollRequester _machine;
    private readonly Outbox<RequesterOutput> _outbox = new();
    private readonly SimTimer _timer;
    private readonly Action<Result<PollOutcome>> _done;

    public SimPoll(SimPeer peer, SimNode node, SessionId session, GraphId graph, ulong maxBytes, Action<Result<PollOutcome>> done)
    {
        _peer = peer;
        _node = node;
        _graph = graph;
        _done = done;
        _machine = new PollRequester(session, graph, node.SnapshotOf(graph), maxBytes, node.Polls);
        _timer = new SimTimer(node.Simulation, () => Run(new RequesterInput.Tick()));
    }

    public void Run(RequesterInput input)
    {
        _machine.Handle(input, _node.Simulation.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case RequesterOutput.Send send:
                    _peer.Send(send.Payload);
                    break;
                case RequesterOutput.Store store:
                    _node.Graphs[_graph].Receive(
                        store.Commands.Decode(WireLimits.Default, _node.Policy.Identity).Value, _peer, result => Run(new RequesterInput.Stored(store.Index, result)));
                    break;
                case RequesterOutput.StartTimer timer:
                    _timer.Start(timer.At);
                    break;
                case RequesterOutput.Fault fault:
                    _peer.Faults.Add(fault.Error);
                    break;
                case RequesterOutput.Done done:
                    _timer.Stop();
                    _done(done.Result);
                    break;
            }
        }
    }
}

/// <summary>The answer to one poll of a peer.</summary>
internal sealed class SimAnswer
{
    private readonly SimPeer _peer;
    private readonly SimNode _node;
    private readonly PollResponder _machine;
    private readonly Outbox<ResponderOutput> _outbox = new();
    private readonly SimTimer _timer;
    private readonly Action<bool> _ended;
    private readonly Action<IReadOnlyList<CommandId>?> _peerHolds;

    public SimAnswer(
        SimPeer peer, SimNode node, SessionId session, GraphSnapshot snapshot, KnownHeads remembered, int maxPayloadBytes, Action<bool> ended, Action<IReadOnlyList<CommandId>?> peerHolds)
    {
        _peer = peer;
        _node = node;
        _ended = ended;
        _peerHolds = peerHolds;
        _machine = new PollResponder(session, snapshot, remembered, maxPayloadBytes, node.Polls, WireLimits.Default);
        _timer = new SimTimer(node.Simulation, () => Run(new ResponderInput.Tick()));
    }

    public void Run(ResponderInput input)
    {
        _machine.Handle(input, _node.Simulation.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case ResponderOutput.Send send:
                    _peer.Send(send.Payload, () => Run(new ResponderInput.Taken()));
                    break;
                case ResponderOutput.PeerHolds holds:
                    _peerHolds(holds.Heads);
                    break;
                case ResponderOutput.ForgetPeer:
                    _peerHolds(null);
                    break;
                case ResponderOutput.StartTimer timer:
                    _timer.Start(timer.At);
                    break;
                case ResponderOutput.Ended ended:
                    _timer.Stop();
                    _ended(ended.AllIsHeld);
                    break;
            }
        }
    }
}
