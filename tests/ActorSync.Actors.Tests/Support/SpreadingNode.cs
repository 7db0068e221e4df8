using ActorSync.Graphs;
using ActorSync.Graphs.Spread;
using ActorSync.Peers;
using ActorSync.Transport.Memory;
using Akka.Actor;
using Akka.Configuration;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A node put together from its actors, with one more: who decides from whom the commits of a graph come.</summary>
internal sealed class SpreadingNode : IAsyncDisposable
{
    private static readonly Command Init = Command.Init("a graph"u8);

    private readonly ActorSystem _system;
    private readonly IActorRef _router;
    private readonly IActorRef _peers;
    private readonly IActorRef _spread;
    private readonly ILinkListener _listener;

    public SpreadingNode(MemoryLinkNetwork network, uint number, SpreadSettings settings)
    {
        var store = Nodes.MemoryStore(number);
        var self = new PeerIdentity(store.Node, store.Instance);
        Id = self.Node;
        _listener = network.Listen($"node-{number}", new LinkIdentity(self, 1 << 20)).Value;
        _system = ActorSystem.Create($"node-{number}", ConfigurationFactory.ParseString("akka { loglevel = ERROR, stdout-loglevel = ERROR, log-dead-letters = off }"));
        var events = new NodeEvents();
        _router = _system.ActorOf(SyncRouter.Props(store, new SyncSettings(), new ErrorCounts(), events: events), "router");
        var sync = new SyncContext(self, _router, store, new SyncSettings(), new ErrorCounts(), Random.Shared) { Events = events };
        _peers = _system.ActorOf(PeersActor.Props(sync, network, _listener), "peers");
        _spread = _system.ActorOf(SpreadActor.Props(Graph, sync, _peers, ActorRefs.Nobody, settings), "spread");
    }

    public static GraphId Graph { get; } = new(Init.Id);

    public NodeId Id { get; }

    public Task BeginAsync() => _router.Ask<GraphActor.Version>(new SyncRouter.CreateGraph(Init), Nodes.Patience);

    public async Task LinkAsync(SpreadingNode other) =>
        Assert.Null((await _peers.Ask<DialerActor.Dialed>(new PeersActor.Dial(other._listener.LocalName), Nodes.Patience)).Result.Error);

    public void See(Overlay members) => _spread.Tell(new SpreadActor.Members(members));

    public async Task<Address> ActAsync(string text)
    {
        var action = new GraphActor.Act(System.Text.Encoding.UTF8.GetBytes(text), Priority.Basic(0));
        return (await _router.Ask<GraphActor.Acted>(new SyncRouter.Act(Graph, action), Nodes.Patience)).Result.Value;
    }

    public async Task<GraphSnapshot> ReadAsync() =>
        (await _router.Ask<GraphActor.Version>(new SyncRouter.ReadGraph(Graph), Nodes.Patience)).Result.Value;

    /// <summary>Waits until a version here holds the command.</summary>
    public async Task WaitForAsync(Address address)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var follower = _system.ActorOf(Props.Create(() => new Follower(_router, address, held)));
        await held.Task.WaitAsync(Nodes.Patience);
        _system.Stop(follower);
    }

    /// <summary>What went between this node and its peers.</summary>
    public async Task<IReadOnlyList<PeerStatus>> StatusAsync()
    {
        var all = await _peers.Ask<PeersActor.All>(PeersActor.GetAll.Instance, Nodes.Patience);
        return await Task.WhenAll(all.Peers.Select(async peer => (await peer.Ask<PeerActor.Status>(PeerActor.GetStatus.Instance, Nodes.Patience)).Now));
    }

    /// <summary>Ends it without a word to anybody.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _system.Terminate();
    }

    private sealed class Follower : ReceiveActor
    {
        private readonly IActorRef _router;

        public Follower(IActorRef router, Address address, TaskCompletionSource held)
        {
            _router = router;
            Receive<GraphActor.Changed>(changed =>
            {
                if (changed.Snapshot.Contains(address))
                    held.TrySetResult();
            });
            ReceiveAny(_ => { });
        }

        protected override void PreStart() => _router.Tell(new SyncRouter.FollowGraph(Graph));
    }
}
