using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Machines;
using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// Sees to it that the commits of one graph come from the members of a mesh that hold it: interprets a
/// <see cref="SpreadMachine"/>. It asks the peers' actors for subscriptions, hellos and polls, and hears on the event
/// stream of links and of what came over them. Stopped, it takes back what it asked for.
/// </summary>
public sealed class SpreadActor : ReceiveActor, IWithTimers
{
    /// <summary>The members that hold the graph, this node among them, now; the overlay may be shared between graphs.</summary>
    public sealed record Members(Overlay View) : ILocalMessage;

    /// <summary>To whoever makes links: of this graph's sake these members are to be linked; the others no more.</summary>
    public sealed record NeedsLinks(GraphId Graph, IReadOnlyList<NodeId> Peers) : ILocalMessage;

    /// <summary>The graph has a new version here. Of several, one suffices until <see cref="Noted"/>.</summary>
    public sealed record Changed : ILocalMessage
    {
        public static readonly Changed Instance = new();
    }

    /// <summary>To the parent: what changes from now on is to be told anew.</summary>
    public sealed record Noted : ILocalMessage
    {
        public static readonly Noted Instance = new();
    }

    private readonly GraphId _graph;
    private readonly IActorRef _peers;
    private readonly IActorRef _links;
    private readonly NodeEvents _events;
    private readonly SpreadMachine _machine;
    private readonly Outbox<SpreadOutput> _outbox = new();
    private readonly Dictionary<NodeId, IActorRef> _linked = [];
    private readonly Dictionary<NodeId, bool> _asked = [];
    private Members? _members;
    private NodeId? _polled;

    public SpreadActor(GraphId graph, SyncContext sync, IActorRef peers, IActorRef links, SpreadSettings settings)
    {
        (_graph, _peers, _links, _events) = (graph, peers, links, sync.Events);
        _machine = new SpreadMachine(sync.Self.Node, graph, settings, sync.Random);
        Receive<Members>(OnMembers);
        Receive<PeerActor.LinkUp>(OnLinkUp);
        Receive<PeerActor.LinkDown>(OnLinkDown);
        Receive<SubscriptionActor.Covers>(covers => covers.Graph == _graph, covers => Run(new SpreadInput.Follows(covers.Peer, covers.IsOn)));
        Receive<SubscriberActor.PushedInVain>(pushed => pushed.Graph == _graph, pushed => Run(new SpreadInput.Pushed(pushed.Peer, 0, pushed.Known)));
        Receive<HelloSubscriberActor.Missed>(missed => missed.Graph == _graph, missed => Run(new SpreadInput.Missed(missed.Peer)));
        Receive<HelloPublisherActor.Tells>(tells => tells.Graph == _graph, tells => Run(new SpreadInput.Hears(tells.Peer)));
        Receive<Changed>(_ => Run(new SpreadInput.Changed()));
        Receive<PollActor.Ended>(OnPolled);
        Receive<MachineTick>(_ => OnTick());
        ReceiveAny(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private MachineTimer Timer => field ??= new MachineTimer(Timers, Context.System.Scheduler);

    /// <param name="graph">The graph.</param>
    /// <param name="sync">What the node's actors share.</param>
    /// <param name="peers">The node's <see cref="PeersActor"/>.</param>
    /// <param name="links">Is told which members are to be linked: <see cref="NeedsLinks"/>; nobody, where all are.</param>
    /// <param name="settings">The settings.</param>
    public static Props Props(GraphId graph, SyncContext sync, IActorRef peers, IActorRef links, SpreadSettings settings) =>
        Akka.Actor.Props.Create(() => new SpreadActor(graph, sync, peers, links, settings));

    // First the events, then what was before them: what is heard twice does no harm.
    protected override void PreStart()
    {
        foreach (var type in new[] { typeof(PeerActor.LinkUp), typeof(PeerActor.LinkDown), typeof(SubscriptionActor.Covers), typeof(HelloPublisherActor.Tells), typeof(SubscriberActor.PushedInVain), typeof(HelloSubscriberActor.Missed) })
            _events.Subscribe(Self, type);
        _peers.Tell(PeersActor.AnnounceLinks.Instance);
    }

    protected override void PostStop()
    {
        _events.Unsubscribe(Self);
        foreach (var (peer, isEager) in _asked)
            TellPeer(peer, isEager ? new PeerActor.Unwant(_graph, LinkKeepers.Mesh) : new PeerActor.UnwantHello(_graph, LinkKeepers.Mesh));
        _links.Tell(new NeedsLinks(_graph, []));
    }

    // What the one that failed asked for it took back; who the members are nobody else would say.
    protected override void PreRestart(Exception reason, object message)
    {
        base.PreRestart(reason, message);
        if (_members is not null)
            Self.Tell(_members);
    }

    private void OnMembers(Members members)
    {
        _members = members;
        Run(new SpreadInput.Members(members.View));
    }

    private void OnLinkUp(PeerActor.LinkUp up)
    {
        _linked[up.Peer.Identity.Node] = up.Peer.Actor;
        Run(new SpreadInput.PeerHere(up.Peer.Identity.Node));
    }

    // Its actor is spoken to for a while still: it takes back there what was wanted.
    private void OnLinkDown(PeerActor.LinkDown down)
    {
        if (!_linked.ContainsKey(down.Peer))
            return;
        // A poll that its actor has not seen any more is not answered.
        if (_polled == down.Peer)
            _polled = null;
        Run(new SpreadInput.PeerGone(down.Peer));
        _linked.Remove(down.Peer);
    }

    private void OnPolled(PollActor.Ended ended)
    {
        if (_polled is not { } peer)
            return;
        _polled = null;
        Run(new SpreadInput.PollEnded(peer, ended.Result));
    }

    private void OnTick()
    {
        if (!Timer.IsDue())
            return;
        Context.Parent.Tell(Noted.Instance);
        Run(new SpreadInput.Tick());
    }

    private void Run(SpreadInput input)
    {
        _machine.Handle(input, Timer.Now, _outbox);
        while (_outbox.TryTake(out var output))
            Interpret(output);
    }

    private void Interpret(SpreadOutput output)
    {
        switch (output)
        {
            case SpreadOutput.Neighbours neighbours:
                _links.Tell(new NeedsLinks(_graph, neighbours.Peers));
                break;
            case SpreadOutput.Subscribe subscribe:
                _asked[subscribe.Peer] = true;
                TellPeer(subscribe.Peer, new PeerActor.Want(_graph, LinkKeepers.Mesh));
                break;
            case SpreadOutput.Unsubscribe unsubscribe:
                _asked.Remove(unsubscribe.Peer);
                TellPeer(unsubscribe.Peer, new PeerActor.Unwant(_graph, LinkKeepers.Mesh));
                break;
            case SpreadOutput.Hello hello:
                _asked[hello.Peer] = false;
                TellPeer(hello.Peer, new PeerActor.WantHello(_graph, hello.Terms, LinkKeepers.Mesh));
                break;
            case SpreadOutput.StopHello stop:
                _asked.Remove(stop.Peer);
                TellPeer(stop.Peer, new PeerActor.UnwantHello(_graph, LinkKeepers.Mesh));
                break;
            // One at a time: the next turn comes.
            case SpreadOutput.Poll poll when _polled is null && _linked.TryGetValue(poll.Peer, out var peer):
                _polled = poll.Peer;
                peer.Tell(new PeerActor.Poll(_graph, new PollOptions()));
                break;
            case SpreadOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
        }
    }

    private void TellPeer(NodeId peer, object message)
    {
        if (_linked.TryGetValue(peer, out var actor))
            actor.Tell(message);
    }
}
