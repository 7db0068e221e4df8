using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Spread;

/// <summary>A node of a mesh: interprets the machine that chooses from whom commits come, as its actor does.</summary>
public sealed class SpreadNode : ISimSpread
{
    private readonly SpreadWorld _world;
    private readonly SimTimer _timer;
    private readonly Outbox<SpreadOutput> _outbox = new();
    private int _seen;

    internal SpreadNode(SpreadWorld world, SimNode node, int number)
    {
        (_world, Node, Number) = (world, node, number);
        node.Spread = this;
        Machine = new SpreadMachine(Id, world.Graph, world.Options.Spread, world.Random);
        _timer = new SimTimer(node, () => Run(new SpreadInput.Tick()));
    }

    /// <summary>From 0, in the order in which they were made.</summary>
    public int Number { get; }

    /// <summary>Its name among the members.</summary>
    public NodeId Id => Node.Identity.Node;

    /// <summary>Whether it runs.</summary>
    public bool IsAlive => Node.IsRunning;

    /// <summary>What decides from whom commits come.</summary>
    public SpreadMachine Machine { get; }

    /// <summary>The latest version here.</summary>
    public GraphSnapshot? Snapshot => Node.SnapshotOf(_world.Graph);

    internal SimNode Node { get; }

    /// <summary>One command after all that is here.</summary>
    public void Act() => Node.Graphs[_world.Graph].Act($"{Number}/{_seen}/{_world.Elapsed.Ticks}");

    /// <summary>These are the members from now on.</summary>
    public void See(Overlay members) => Run(new SpreadInput.Members(members));

    void ISimSpread.OnLinked(SimPeer peer) => Run(new SpreadInput.PeerHere(peer.Identity.Node));

    void ISimSpread.OnUnlinked(SimPeer peer) => Run(new SpreadInput.PeerGone(peer.Identity.Node));

    void ISimSpread.OnFollows(SimPeer peer, GraphId graph, bool isOn) => Run(new SpreadInput.Follows(peer.Identity.Node, isOn));

    void ISimSpread.OnHears(SimPeer peer, GraphId graph) => Run(new SpreadInput.Hears(peer.Identity.Node));

    void ISimSpread.OnPushed(SimPeer peer, GraphId graph, ReceiveResult kept) => Run(new SpreadInput.Pushed(peer.Identity.Node, kept.Added, kept.Known));

    void ISimSpread.OnMissed(SimPeer peer, GraphId graph) => Run(new SpreadInput.Missed(peer.Identity.Node));

    void ISimSpread.OnArrived(SimPeer peer, IReadOnlyList<Command> commands) => _world.Measures.OnArrived(this, _world.NodeOf(peer.Identity.Node), commands);

    void ISimSpread.OnChanged(GraphSnapshot snapshot)
    {
        for (; _seen < snapshot.Count; _seen++)
            _world.Measures.OnHeld(this, snapshot.AddressOf(_seen).Id);
        Run(new SpreadInput.Changed());
    }

    private void Run(SpreadInput input)
    {
        Machine.Handle(input, Node.Now, _outbox);
        while (_outbox.TryTake(out var output))
            Interpret(output);
    }

    private void Interpret(SpreadOutput output)
    {
        switch (output)
        {
            case SpreadOutput.Neighbours neighbours:
                foreach (var peer in neighbours.Peers)
                    _world.Link(this, _world.NodeOf(peer), () => { });
                break;
            case SpreadOutput.Subscribe subscribe:
                PeerAt(subscribe.Peer)?.Want(_world.Graph);
                break;
            case SpreadOutput.Unsubscribe unsubscribe:
                PeerAt(unsubscribe.Peer)?.Unwant(_world.Graph);
                break;
            case SpreadOutput.Hello hello:
                PeerAt(hello.Peer)?.Hello.Want(_world.Graph, hello.Terms);
                break;
            case SpreadOutput.StopHello stop:
                PeerAt(stop.Peer)?.Hello.Unwant(_world.Graph);
                break;
            case SpreadOutput.Poll poll:
                var other = _world.NodeOf(poll.Peer);
                _world.Link(this, other, () => PeerAt(poll.Peer)?.Poll(_world.Graph, done: result => Run(new SpreadInput.PollEnded(poll.Peer, result))));
                break;
            case SpreadOutput.StartTimer timer:
                _timer.Start(timer.At);
                break;
        }
    }

    private SimPeer? PeerAt(NodeId peer) => _world.LinkOf(this, _world.NodeOf(peer)) is { } link ? Node.PeerAt(link) : null;
}
